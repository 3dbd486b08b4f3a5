"""Where the data is: the first thing that is asked about a source."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.collection.connectors.file.config import FileConfig
from apps.collection.forms.configuration import check
from apps.collection.models import Source

# The settings that say where a file is; the others say how it is written.
ORIGINS = ("upload", "url")


class LocationForm(forms.Form):
    """A file that one sends, or the address of one. `config` is what was asked, once it is valid and has no file."""

    file = forms.FileField(label=pgettext_lazy("field", "File to send"), required=False, allow_empty_file=True)
    url = forms.CharField(
        label=gettext_lazy("Or its address"),
        required=False,
        max_length=2_000,
        help_text=gettext_lazy("It is fetched again at each collection. It begins with https://."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A CSV file, compressed with gzip or not, %(size)s at most. Whatever separates its cells is detected."
        ) % {"size": filesizeformat(settings.COLLECT_MAX_FILE_BYTES)}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.COLLECT_MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is too large: send it compressed, or give its address."))
        if file and not file.size:
            raise forms.ValidationError(_("This file is empty."))
        return file

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if url:
            _config, refusals = check(FileConfig, {"url": url})
            for _place, said in refusals:
                raise forms.ValidationError(said)
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("url")):
            self.add_error("file", _("Give a file or an address, one of the two."))
        return cleaned


class NewSourceForm(LocationForm):
    """The name, then where the data is."""

    name = forms.CharField(
        label=gettext_lazy("Name of the source"),
        max_length=120,
        help_text=gettext_lazy("What people will call it: “Reports to the town hall”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ["name", "description"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Source.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another source has this name."))
        return name
