"""Lines of a table to fill in: what is rarely changed stands folded away; what is said of a column, wherever it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.enums import ColumnType, Confidentiality, Mask, PersonalData


class Line(forms.Form):
    """A line, whose rarely changed fields stand folded away."""

    DETAILS: tuple[str, ...] = ()

    @property
    def details(self) -> list[forms.BoundField]:
        return [self[name] for name in self.DETAILS]

    @property
    def has_detail_errors(self) -> bool:
        return any(name in self.errors for name in self.DETAILS)


class ColumnLine(Line):
    """What is said of a column where a dataset is begun, and of an attribute where its model is drawn."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=50)
    label = forms.CharField(label=gettext_lazy("Label"), max_length=120, required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=ColumnType.choices)
    is_required = forms.BooleanField(label=gettext_lazy("Required"), required=False)
    is_unique = forms.BooleanField(label=gettext_lazy("Unique"), required=False)
    personal_data = forms.ChoiceField(label=gettext_lazy("Personal data"), choices=PersonalData.choices)
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("Confidentiality"), choices=Confidentiality.choices, initial=Confidentiality.PUBLIC
    )
    mask = forms.ChoiceField(label=gettext_lazy("What the others see"), choices=Mask.choices, initial=Mask.HIDDEN)
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=2_000)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=40)
    max_length = forms.IntegerField(
        label=gettext_lazy("Characters at most (texts; 0: no limit)"), min_value=0, max_value=10_000_000, initial=0
    )
    digits = forms.IntegerField(label=gettext_lazy("Digits in all (decimals)"), min_value=1, max_value=38, initial=18)
    decimals = forms.IntegerField(label=gettext_lazy("Digits after the point"), min_value=0, max_value=20, initial=6)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decimals", 0) > cleaned.get("digits", 38):
            self.add_error("decimals", _("There cannot be more decimals than digits."))
        return cleaned
