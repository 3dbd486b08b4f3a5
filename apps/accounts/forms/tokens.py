"""Asking for a token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.scopes import scope_choices

DAYS_OFFERED = (1, 7, 30, 90, 180, 365)


def lifetime_choices() -> list[tuple[int, str]]:
    longest = settings.API_TOKEN_MAX_LIFETIME.days
    offered = sorted({*(days for days in DAYS_OFFERED if days < longest), longest})
    return [(days, ngettext("%(count)d day", "%(count)d days", days) % {"count": days}) for days in offered]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What will use it: “nightly import”, “my laptop”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself. Tick the least that will do."),
    )
    lifetime = forms.TypedChoiceField(
        label=_("Lifetime"), coerce=int, help_text=_("It is refused afterwards, unless you renew it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes, lifetime = self.fields["scopes"], self.fields["lifetime"]
        scopes.choices = scope_choices()  # type: ignore[attr-defined]  # a choice field
        lifetime.choices = lifetime_choices()  # type: ignore[attr-defined]
        lifetime.initial = min(30, settings.API_TOKEN_MAX_LIFETIME.days)

    @property
    def asked_lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["lifetime"])
