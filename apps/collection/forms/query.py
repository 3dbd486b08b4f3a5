"""Why each piece of a query is there, in the words of its author."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.queries import QuerySheet


class ReasonsForm(forms.Form):
    """One line for each clause of the sheet, in its order."""

    purpose = forms.CharField(
        label=gettext_lazy("What the query is for"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, sheet: QuerySheet) -> None:
        super().__init__(data, initial={"purpose": sheet.purpose})
        self.sheet = sheet
        for rank, clause in enumerate(sheet.clauses):
            place = f"{clause.kind.label} ({clause.within})" if clause.within else str(clause.kind.label)
            self.fields[f"why_{rank}"] = forms.CharField(
                label=_("%(place)s: %(text)s") % {"place": place, "text": clause.text},
                initial=clause.why,
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    @property
    def reasons(self) -> list[str]:
        return [self.cleaned_data[f"why_{rank}"] for rank in range(len(self.sheet.clauses))]


class MeasureForm(forms.Form):
    optimisation = forms.CharField(
        label=gettext_lazy("What was just done to make it faster"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("An index that was made, a filter that was added: the former measure is compared."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
