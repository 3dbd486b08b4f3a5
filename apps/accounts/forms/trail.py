"""Filtering the audit trail."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.accounts.trail import TrailFilter, action_labels
from apps.core.forms import DateInput
from apps.core.search import fold

# The first and last days of the calendar have no day before or after them, nor an hour in another time zone.
POSSIBLE_DAYS = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(9000, 1, 1))]


class TrailForm(forms.Form):
    """By GET; what is not valid is said, and nothing is filtered."""

    who = forms.CharField(
        label=_("Who"),
        required=False,
        max_length=254,
        help_text=_("An e-mail or an account number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    action = forms.ChoiceField(label=_("Action"), required=False)
    first_day = forms.DateField(label=_("From"), required=False, widget=DateInput, validators=POSSIBLE_DAYS)
    last_day = forms.DateField(label=_("To"), required=False, widget=DateInput, validators=POSSIBLE_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = sorted(action_labels().items(), key=lambda item: fold(item[1]))
        self.fields["action"].choices = [("", _("All actions")), *labels]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The period ends before it begins."))
        return cleaned

    def asked(self) -> TrailFilter:
        return TrailFilter(**self.cleaned_data) if self.is_valid() else TrailFilter()
