"""The form of a connector's settings, made from its pydantic model: a new connector needs none of its own.

    Form = configuration_form(FileConfig, besides=("upload", "url"))
    form = Form(request.POST, config=source.config, secrets=unseal(source.secrets), sealed=source.secrets)
    form.is_valid() and form.config             # JSON, as the model writes it; fields of `besides` as they were

A field of the model becomes a field of the form by its JSON Schema: texts, numbers, yes or no, closed lists, lists of
texts (one on each line), secrets (written, never shown). What has no simple shape is written as YAML. Whatever pydantic
refuses is said beside the field that it refuses, in the reader's language. Fields that the model puts in a group are
shown together; groups where nothing was set are folded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import yaml
from django import forms
from django.db.models import Choices
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from apps.collection.exceptions import SourceRefused
from apps.collection.sealing import ELSEWHERE, as_settings, is_elsewhere, secret_names, secrets_of, with_kept
from apps.core.declarations import Text
from apps.core.projects.wording import tell
from apps.core.secrets import Secret
from apps.core.secrets.forms import SecretFormField

# What the page gives a field when the model says nothing of how wide it is.
LINES_SHOWN = 4
FORM_WIDE = "__all__"

Schema = Mapping[str, Any]
F = TypeVar("F", bound="ConfigurationForm")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Fields that go together; without a title, they are not framed."""

    name: str
    title: Text
    fields: Sequence[BoundField]
    is_open: bool


class ConfigurationForm(forms.Form):
    """What every form of settings does; `configuration_form` gives it a model and its fields.

    `config` is what is set so far, without its secrets; those are in `secrets`, in clear, and never shown: `sealed`
    says since when there are some. After validation, `self.config` holds both; a secret that was removed is None.
    """

    template_name = "forms/grouped.html"
    config_model: ClassVar[type[BaseModel]]
    besides: ClassVar[Sequence[str]] = ()
    group_titles: ClassVar[Mapping[str, Text]] = {}
    group_of: Mapping[str, str] = {}

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        config: Mapping[str, Any],
        secrets: Mapping[str, str] | None = None,
        sealed: Secret | None = None,
        **options: Any,
    ) -> None:
        self.before = config
        self.secrets = dict(secrets or {})
        initial = _as_written(config, self.base_fields) | dict.fromkeys(self.secrets, sealed)
        super().__init__(data, files, initial=initial, **options)

    @property
    def groups(self) -> list[Group]:
        """The fields by group, in the order of the model. The first is open, and those where something is set."""
        by_group: dict[str, list[BoundField]] = {}
        for field in self.visible_fields():
            by_group.setdefault(self.group_of.get(field.name, ""), []).append(field)
        first = next((name for name in by_group if name), "")
        return [
            Group(
                name=name,
                title=self.group_titles.get(name, ""),
                fields=fields,
                is_open=name == first or any(field.errors or self._is_set(field) for field in fields),
            )
            for name, fields in by_group.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self.config = self._checked(dict(self._given(cleaned)))
        return cleaned

    def _given(self, cleaned: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """What is set: what was typed, the secrets that stay, and the settings that are not on this form."""
        names = secret_names(self.config_model)
        moves = is_elsewhere(self.before, {**self.before, **cleaned})
        for name, value in list(cleaned.items()):
            if name in names and isinstance(value, Secret):
                if moves:
                    self.add_error(name, ELSEWHERE)
                yield name, self.secrets[name]
            elif value is not None and name in self.config_model.model_fields:
                yield name, value
        kept = {**self.before, **self.secrets}
        yield from ((name, kept[name]) for name in self.besides if name in kept)

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        config, refusals = check(self.config_model, given)
        for name, message in refusals:
            self.add_error(name if name in self.fields else None, message)
        removed = [name for name in self.secrets if name in self.fields and name not in given]
        return config | dict.fromkeys(removed)

    def _is_set(self, field: BoundField) -> bool:
        """What is as when it is left out is not kept among the settings."""
        return field.name in self.secrets or field.name in self.before


class RawConfigurationForm(forms.Form):
    """The same settings as text, for those who prefer it. JSON is read too, since it is YAML."""

    raw = forms.CharField(
        label=gettext_lazy("Settings in YAML"),
        help_text=gettext_lazy("Or in JSON. What is left out is detected."),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off", "class": "mono"}),
        max_length=100_000,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        model: type[BaseModel],
        config: Mapping[str, Any],
        secrets: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.config_model = model
        self.before, self.secrets = config, dict(secrets or {})
        super().__init__(data, initial={"raw": as_yaml(config)}, **options)

    def clean_raw(self) -> str:
        raw: str = self.cleaned_data["raw"]
        given = _read_yaml(raw)
        if not isinstance(given, dict):
            raise forms.ValidationError(_("Write one setting on each line: its name, a colon, its value."))
        # Secrets are not shown; one that is written replaces the one that is kept.
        try:
            whole = with_kept(before=self.before, after=given, kept=self.secrets)
        except SourceRefused as refusal:
            raise forms.ValidationError(str(refusal.message)) from None
        self.config, refusals = check(self.config_model, whole)
        for name, message in refusals:
            self.add_error("raw", f"{name}: {message}" if name != FORM_WIDE else message)
        return raw


def configuration_form(
    model: type[BaseModel],
    *,
    besides: Sequence[str] = (),
    titles: Mapping[str, Text] | None = None,
    base: type[F] = ConfigurationForm,  # type: ignore[assignment]  # the default of a type variable
) -> type[F]:
    """A form class for the settings of this model, but for the fields named in `besides`, set elsewhere.

    `titles` are those of the groups.
    """
    schema = model.model_json_schema()
    shown = {name: described for name, described in schema["properties"].items() if name not in besides}
    fields = {
        name: _field_of(_flat(described, schema), model, name, is_required=name in schema.get("required", ()))
        for name, described in shown.items()
    }
    attributes = {
        "config_model": model,
        "besides": besides,
        "group_titles": titles or {},
        "group_of": {name: str(described.get("group", "")) for name, described in shown.items()},
    }
    return type(f"{model.__name__}Form", (base,), attributes | fields)


def check(model: type[BaseModel], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The settings as the model writes them, secrets in clear, and what it refuses: the first name of the place, and a
    sentence."""
    try:
        checked = model.model_validate(dict(given))
    except ValidationError as error:
        refusals = error.errors(include_url=False, include_input=False)
        return {}, [(str(each["loc"][0]) if each["loc"] else FORM_WIDE, tell(each)) for each in refusals]
    return as_settings(checked) | secrets_of(checked), []


def as_yaml(config: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False) if config else ""


# --- From JSON Schema to fields -------------------------------------------------------------------
def _flat(described: Schema, schema: Schema) -> dict[str, Any]:
    """The description of one value: references followed, the optional ones without their null."""
    flat = dict(described)
    if "anyOf" in flat:
        choices = [each for each in flat.pop("anyOf") if each.get("type") != "null"]
        flat["is_optional"] = len(choices) < len(described["anyOf"])
        flat |= choices[0] if len(choices) == 1 else {"type": "any"}
    if "$ref" in flat:
        # What a type says of itself is for programmers; the field says what it is for.
        named = schema["$defs"][flat.pop("$ref").rpartition("/")[2]]
        flat = {name: value for name, value in named.items() if name not in ("title", "description")} | flat
    return flat


def _field_of(flat: Schema, model: type[BaseModel], name: str, *, is_required: bool) -> forms.Field:
    default = flat.get("default")
    options: dict[str, Any] = {
        "label": capfirst(flat.get("title") or name.replace("_", " ")),
        "help_text": flat.get("description", ""),
        "required": is_required,
    }
    if "enum" in flat:
        labels = _labels_of(model, name)
        offered = [(value, labels.get(value, str(value))) for value in flat["enum"]]
        if default is None and not is_required:
            offered = [("", _when_left_out(flat)), *offered]
        return forms.TypedChoiceField(choices=offered, empty_value=None, initial=default, **options)
    if default not in (None, "", [], {}):  # shown, and what counts again when the field is emptied
        options["initial"] = default
    make = FIELDS.get(str(flat.get("type")), _yaml_field)
    return make(flat, options)


def _labels_of(model: type[BaseModel], name: str) -> dict[Any, Any]:
    """What the values of a closed list are called, when it is one of Django's."""
    annotation = model.model_fields[name].annotation
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, Choices):
            return dict(kind.choices)
    return {}


def _when_left_out(flat: Schema) -> Any:
    return flat.get("when_left_out") or gettext_lazy("Detected by itself")


def _text_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    if flat.get("format") == "password":
        return SecretFormField(**options)
    if flat.get("maxLength", 0) > 2_000:
        widget: forms.Widget = forms.Textarea(attrs={"rows": LINES_SHOWN})
    else:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        max_length=flat.get("maxLength"),
        empty_value=None if flat.get("is_optional") or flat.get("default") else "",
        widget=widget,
        **options,
    )


def _integer_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(
        min_value=flat.get("minimum"),
        max_value=flat.get("maximum"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        **options,
    )


def _number_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    return forms.FloatField(
        min_value=flat.get("minimum"),
        max_value=flat.get("maximum"),
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **options,
    )


def _boolean_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    if not flat.get("is_optional"):
        return forms.BooleanField(**options | {"required": False})
    return forms.TypedChoiceField(
        choices=[("", _when_left_out(flat)), ("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        **options,
    )


def _list_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    if flat.get("items", {}).get("type") != "string":
        return _yaml_field(flat, options)
    options["help_text"] = options["help_text"] or gettext_lazy("One on each line.")
    return LinesField(**options)


def _yaml_field(flat: Schema, options: dict[str, Any]) -> forms.Field:
    return YamlField(**options)


class LinesField(forms.CharField):
    """A list of texts, one on each line; None when there is none."""

    widget = forms.Textarea(attrs={"rows": LINES_SHOWN, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line] or None


class YamlField(forms.CharField):
    """A value that has no simpler shape; None when it is empty."""

    widget = forms.Textarea(attrs={"rows": LINES_SHOWN, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True)

    def to_python(self, value: Any) -> Any:
        return _read_yaml(super().to_python(value) or "")


FIELDS: dict[str, Callable[[Schema, dict[str, Any]], forms.Field]] = {
    "string": _text_field,
    "integer": _integer_field,
    "number": _number_field,
    "boolean": _boolean_field,
    "array": _list_field,
}


def _read_yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise forms.ValidationError(
            _("This is not YAML, at line %(line)s.") % {"line": mark.line + 1} if mark else _("This is not YAML.")
        ) from None


def _as_written(config: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """The settings as the fields show them: a choice of yes and no is written in words."""
    return {
        name: str(value).lower() if isinstance(value, bool) and isinstance(fields[name], forms.ChoiceField) else value
        for name, value in config.items()
        if name in fields
    }
