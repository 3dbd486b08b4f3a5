"""The sheet of a source: what an assessor, a colleague or a data-protection officer asks first."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.collection.enums import Confidentiality
from apps.collection.models import Source

# In the order in which it is read; the labels and the help are those of the model.
SHEET_FIELDS = (
    "context",
    "actors",
    "technical_constraints",
    "access_conditions",
    "terms",
    "licence",
    "confidentiality",
)


class SheetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("Confidentiality"),
        required=False,
        choices=[("", gettext_lazy("Not said yet")), *Confidentiality.choices],
        help_text=gettext_lazy("Who may know what this source holds."),
    )

    class Meta:
        model = Source
        fields = SHEET_FIELDS
        widgets = {
            **{
                name: forms.Textarea(attrs={"rows": 3})
                for name in ("context", "actors", "technical_constraints", "access_conditions", "terms")
            },
            "licence": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {"licence": gettext_lazy("Its name, such as “Licence Ouverte 2.0”, or “none”.")}

    @property
    def changes(self) -> dict[str, Any]:
        """What was asked, as `change_source` takes it."""
        return {name: self.cleaned_data[name] for name in self.fields}

    def _post_clean(self) -> None:
        """The instance is not touched: an act changes it."""
