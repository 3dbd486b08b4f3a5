"""Who reads a dataset: its visibility, and whom an access is given to."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.datasets.enums import Confidentiality, Visibility
from apps.datasets.granting import widens
from apps.datasets.models import Dataset, name_of_group


class VisibilityForm(forms.Form):
    """Opening a dataset to more people is confirmed: what they read is not unread."""

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who reads it"),
        widget=forms.RadioSelect,
        choices=[
            (Visibility.PUBLIC, gettext_lazy("Public: anyone, on the site and over REST, without an account")),
            (Visibility.INTERNAL, gettext_lazy("Internal: the roles that see datasets, and those to whom it is given")),
            (Visibility.RESTRICTED, gettext_lazy("Restricted: whoever made it, and those to whom it is given")),
        ],
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I have checked that more people may read it"),
        help_text=gettext_lazy("Asked for when the dataset opens to more people."),
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, dataset: Dataset) -> None:
        super().__init__(data, initial={"visibility": dataset.visibility})
        self.dataset = dataset

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = cleaned.get("visibility")
        if asked and widens(self.dataset, asked) and not cleaned.get("is_sure"):
            self.add_error("is_sure", _("More people would read it: check that they may, then tick this box."))
        return cleaned


class _GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    def label_from_instance(self, obj: Any) -> str:
        return name_of_group(obj)


class GrantForm(forms.Form):
    """One person, by their e-mail, or one group."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail of a person"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    group = _GroupField(
        label=gettext_lazy("Or a group"), queryset=Group.objects.order_by("pk"), required=False, empty_label="–"
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Columns read as they are"),
        choices=[
            (Confidentiality.PUBLIC, gettext_lazy("Those of all readers")),
            (Confidentiality.INTERNAL, gettext_lazy("Internal ones too")),
            (Confidentiality.RESTRICTED, gettext_lazy("All, restricted ones too")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, group = cleaned.get("email"), cleaned.get("group")
        if self.errors:
            return cleaned
        if bool(email) == bool(group):
            self.add_error("email", _("Give the e-mail of a person, or choose a group: one of the two."))
        elif email:
            person = User.objects.filter(email=email.lower(), is_active=True).first()
            if person is None:
                self.add_error("email", _("There is no account with this e-mail."))
            cleaned["holder"] = person
        else:
            cleaned["holder"] = group
        return cleaned
