"""Where the data is: the first thing that is asked about a source, whatever its kind."""

from collections.abc import Iterator, Mapping
from hashlib import file_digest
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from apps.collection.connectors.base import Connector
from apps.collection.forms.configuration import ConfigurationForm, check, configuration_form
from apps.collection.models import Source
from apps.core.numbers import format_size

# The setting that names a file of the lake, in the kinds of sources that may be sent one.
UPLOAD = "upload"


def location_names(model: type[BaseModel]) -> list[str]:
    """The settings that say where the data is."""
    return [
        name
        for name, field in model.model_fields.items()
        if name == UPLOAD
        or (isinstance(field.json_schema_extra, Mapping) and field.json_schema_extra.get("step") == "location")
    ]


class LocationForm(ConfigurationForm):
    """Where the data is; `config` is all the settings, once they are valid. A file that is sent is in `sent`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if upload := self.config_model.model_fields.get(UPLOAD):
            self.fields["file"] = forms.FileField(
                label=pgettext_lazy("field", "File to send"),
                required=False,
                allow_empty_file=True,
                help_text=_("%(size)s at most.") % {"size": format_size(settings.COLLECT_MAX_FILE_BYTES)}
                + f" {upload.description or ''}".rstrip(),
            )
            # It stands where its digest would, among the settings of the same group.
            self.group_of = {**self.group_of, "file": _group_of(upload)}
            names = ("file" if name == UPLOAD else name for name in self.config_model.model_fields)
            self.order_fields([*self.first_fields, *names])

    first_fields: tuple[str, ...] = ()

    @property
    def sent(self) -> Any:
        return self.cleaned_data.get("file")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.COLLECT_MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is too large: send it compressed, or give its address."))
        if file and not file.size:
            raise forms.ValidationError(_("This file is empty."))
        return file

    def _given(self, cleaned: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        given = {name: value for name, value in super()._given(cleaned) if name != UPLOAD}
        if file := cleaned.get("file"):
            file.seek(0)
            given[UPLOAD] = {"digest": file_digest(file, "sha256").hexdigest(), "name": file.name[:255]}
        elif UPLOAD in self.before and check(self.config_model, given)[1]:
            # Nothing else says where the data is: the file that was sent before still does.
            given[UPLOAD] = self.before[UPLOAD]
        yield from given.items()


class NewSourceForm(LocationForm):
    """The name, then where the data is."""

    first_fields = ("name", "description")

    name = forms.CharField(
        label=gettext_lazy("Name of the source"),
        max_length=120,
        help_text=gettext_lazy("What people will call it: “Reports to the town hall”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Source.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another source has this name."))
        return name


def location_form(connector: Connector[Any]) -> type[LocationForm]:
    model = connector.Config
    return configuration_form(model, besides=_besides(model), titles=connector.GROUPS, base=LocationForm)


def new_source_form(connector: Connector[Any]) -> type[NewSourceForm]:
    model = connector.Config
    return configuration_form(model, besides=_besides(model), titles=connector.GROUPS, base=NewSourceForm)


def _group_of(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("group", "")) if isinstance(extra, Mapping) else ""


def _besides(model: type[BaseModel]) -> list[str]:
    """What is not asked with the place: the other settings, but for those without which there is no source, and the
    file, which has a field of its own."""
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    asked = required | {*location_names(model)} - {UPLOAD}
    return [name for name in model.model_fields if name not in asked]
