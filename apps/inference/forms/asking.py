"""The form that people fill in to ask a model: made from its signature, in plain words, without a script."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _

from apps.core.forms import DateInput
from apps.core.numbers import format_number
from apps.inference.enums import FieldType, UnknownPolicy
from apps.inference.signature import Field, Signature

PREFIX = "valeur"
# The models compute in single precision: what is larger is infinite to them, and what is finer is rounded.
LARGEST = 3.4e38
LARGEST_INTEGER = 2**53
YES, NO = "oui", "non"


class AskingForm(forms.Form):
    """One field for each of the signature's; `row` is what the model is asked."""

    prefix = PREFIX

    def __init__(self, data: Any = None, *, signature: Signature) -> None:
        super().__init__(data)
        self.signature = signature
        for field in signature.fields:
            made = MAKERS[field.type](field)
            made.label, made.required = _label(field), field.is_required
            made.help_text = _help(field)
            self.fields[field.name] = made

    @property
    def row(self) -> dict[str, Any]:
        """By name of field: a number, True or False, a day, a text; None where nothing was said. Once it is valid."""
        return {field.name: _said(self.cleaned_data[field.name], field.type) for field in self.signature.fields}


def in_words(field: Field, value: Any) -> str:
    """A value that was asked, as people read it; a day comes as a date, or in ISO 8601."""
    if value is None or value == "":
        return _("not said")
    if field.type == FieldType.BOOLEAN:
        return _("yes") if value else _("no")
    if field.type == FieldType.DATE:
        return date_format(date.fromisoformat(value) if isinstance(value, str) else value, "DATE_FORMAT")
    if field.type.is_numeric:
        return format_number(value, unit=field.unit)
    return str(value)


def _label(field: Field) -> str:
    return f"{field.title} ({field.unit})" if field.unit else field.title


def _help(field: Field) -> str:
    """What may be said, then what is wise, then an example."""
    said = [field.help, bounds_in_words(field)]
    if field.type == FieldType.TEXT:
        said.append(_("At most %(count)s characters.") % {"count": format_number(field.max_length)})
    if field.example not in (None, ""):
        said.append(_("For instance: %(example)s") % {"example": in_words(field, field.example)})
    return " ".join(conditional_escape(each) for each in said if each)


def bounds_in_words(field: Field) -> str:
    if field.type not in {FieldType.NUMBER, FieldType.INTEGER}:
        return ""
    low, high = format_number(field.minimum), format_number(field.maximum)
    if field.minimum is not None and field.maximum is not None:
        return _("From %(low)s to %(high)s.") % {"low": low, "high": high}
    if field.minimum is not None:
        return _("At least %(low)s.") % {"low": low}
    return _("At most %(high)s.") % {"high": high} if field.maximum is not None else ""


def _said(value: Any, kind: FieldType) -> Any:
    if kind == FieldType.BOOLEAN:
        return {YES: True, NO: False}.get(value)
    return None if value == "" else value


def _number(field: Field) -> forms.Field:
    low = -LARGEST if field.minimum is None else field.minimum
    high = LARGEST if field.maximum is None else field.maximum
    shown = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(localize=True, min_value=low, max_value=high, widget=shown)


def _integer(field: Field) -> forms.Field:
    low = -LARGEST_INTEGER if field.minimum is None else int(field.minimum)
    high = LARGEST_INTEGER if field.maximum is None else int(field.maximum)
    shown = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(localize=True, min_value=low, max_value=high, widget=shown)


def _boolean(field: Field) -> forms.Field:
    choices = [(YES, _("Yes")), (NO, _("No"))]
    if not field.is_required:
        choices.append(("", _("I do not know")))
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=None if field.is_required else "")


def _date(field: Field) -> forms.Field:
    return forms.DateField(widget=DateInput({"autocomplete": "off"}))


def _category(field: Field) -> forms.Field:
    """A list where the model refuses the rest; where it takes anything, a text with what it knows as suggestions."""
    if field.choices and field.unknown == UnknownPolicy.REFUSE:
        first = _("Choose") if field.is_required else _("I do not know")
        ordered = sorted(field.choices, key=str.casefold)
        return forms.ChoiceField(choices=[("", first), *((each, each) for each in ordered)])
    shown = SuggestingInput(sorted(field.choices, key=str.casefold))
    return forms.CharField(max_length=field.max_length, widget=shown)


def _text(field: Field) -> forms.Field:
    shown = forms.Textarea({"rows": 6, "autocomplete": "off"})
    return forms.CharField(max_length=field.max_length, widget=shown)


class SuggestingInput(forms.TextInput):
    """A text with suggestions, by the browser's own list."""

    template_name = "forms/suggesting.html"

    def __init__(self, suggestions: list[str]) -> None:
        super().__init__({"autocomplete": "off"})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        listed = f"{context['widget']['attrs'].get('id', name)}_suggestions"
        context["widget"]["attrs"]["list"] = listed
        return context | {"suggestions": self.suggestions, "listed": listed}


MAKERS: Mapping[FieldType, Callable[[Field], forms.Field]] = {
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.CATEGORY: _category,
    FieldType.TEXT: _text,
}
