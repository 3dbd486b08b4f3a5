"""A secret in a form: written, never shown. Left empty it stays as it is; a box removes it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from apps.core.secrets.encryption import Secret

MAX_LENGTH = 10_000


class SecretInput(forms.PasswordInput):
    """What it renders never depends on the value, except for saying whether and since when there is one."""

    template_name = "core/widgets/secret.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"} | (attrs or {}), render_value=False)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        own = context["widget"]["attrs"]
        own.pop("maxlength", None)  # a pasted key must not be cut short in silence
        stored_id = f"{own.get('id', f'id_{name}')}-stored"
        if isinstance(value, Secret):
            own["aria-describedby"] = f"{own.get('aria-describedby', '')} {stored_id}".strip()
        context["widget"] |= {
            "secret": value if isinstance(value, Secret) else None,
            "stored_id": stored_id,
            "clear_name": self.clear_name(name),
            "clear_id": f"{own.get('id', f'id_{name}')}-clear",
            "may_clear": not self.is_required,
        }
        return context

    def clear_name(self, name: str) -> str:
        return f"{name}-clear"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, bool]:
        """What was typed, and whether the box that removes the stored value was ticked."""
        return data.get(name) or "", self.clear_name(name) in data

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and self.clear_name(name) not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not initial


class SecretFormField(forms.Field):
    """Cleans to a new text, to the stored `Secret` that stays, or to None."""

    widget = SecretInput
    default_error_messages = {
        "contradiction": _("Type a new value or remove the stored one, not both."),
        "too_long": _("This is too long: %(max)d characters at most."),
    }

    def clean(self, value: tuple[str, bool], stored: Secret | None = None) -> "Secret | str | None":
        text, removed = value
        if text and removed:
            raise ValidationError(self.error_messages["contradiction"], code="contradiction")
        if len(text) > MAX_LENGTH:
            raise ValidationError(self.error_messages["too_long"], code="too_long", params={"max": MAX_LENGTH})
        kept = text or (None if removed else stored)
        self.validate(kept)  # required
        return kept

    def _clean_bound_field(self, bf: BoundField) -> "Secret | str | None":
        # As Django's FileField does: what stays when nothing is typed is known to the bound field alone.
        return bf.initial if self.disabled else self.clean(bf.data, bf.initial)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial  # what was typed is not sent back to the page

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and any(data or ())
