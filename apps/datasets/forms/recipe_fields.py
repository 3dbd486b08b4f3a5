"""Fields of the forms of recipes whose values are lists and tables, written line by line."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

LINES_SHOWN = 4


class LinesField(forms.CharField):
    """Texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": LINES_SHOWN, "spellcheck": "false", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class NamesField(forms.CharField):
    """Names, or numbers, with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return [name.strip() for name in str(super().clean(value)).split(",") if name.strip()]


class PairsField(forms.CharField):
    """Names with a text each: « name: text », one pair on each line."""

    widget = forms.Textarea(attrs={"rows": LINES_SHOWN, "spellcheck": "false", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, Mapping) else value

    def clean(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for line in str(super().clean(value)).splitlines():
            name, colon, text = line.partition(":")
            if not line.strip():
                continue
            if not colon or not name.strip():
                raise forms.ValidationError(
                    _("Write a name, a colon, then the rest: “%(line)s” has no colon.") % {"line": line.strip()}
                )
            if name.strip() in pairs:
                raise forms.ValidationError(_("“%(name)s” is there twice.") % {"name": name.strip()})
            pairs[name.strip()] = text.strip()
        return pairs


class SpellingsField(PairsField):
    """What is to be written, and its other spellings: « Voirie: voierie | VOIRIE »."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return super().prepare_value({kept: " | ".join(spellings) for kept, spellings in value.items()})

    def clean(self, value: Any) -> Any:
        return {
            kept: [each.strip() for each in spellings.split("|") if each.strip()]
            for kept, spellings in super().clean(value).items()
        }
