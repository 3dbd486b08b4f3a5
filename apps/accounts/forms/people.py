"""People, as administrators write them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.rights import is_last_administrator
from apps.accounts.roles import Role


class RolesField(forms.MultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Roles"),
            choices=[(role.value, role.label) for role in Role if role is not Role.USER],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Everyone is a user too. Each change is recorded in the audit trail."),
            **options,
        )

    def clean(self, value: Any) -> set[Role]:
        return {Role(code) for code in super().clean(value)}


class NewPersonForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Someone to invite."""

    roles = RolesField()

    class Meta:
        model = User
        fields = ["email", "name", "language"]


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    roles = RolesField()

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields and self.instance.pk:
            self.fields["roles"].initial = [role.value for role in self.instance.roles]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_put_out = not cleaned.get("is_active", True) or Role.ADMINISTRATOR not in cleaned.get("roles", set())
        if is_put_out and is_last_administrator(User.objects.get(pk=self.instance.pk)):
            raise forms.ValidationError(_("Someone must remain an administrator."), code="last_administrator")
        return cleaned
