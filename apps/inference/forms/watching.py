"""What is asked of the watch: over how long, and what a trial alters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inference.drift.altering import Alter, alterations_of
from apps.inference.enums import Alteration, Window
from apps.inference.signature import Signature


class WindowForm(forms.Form):
    window = forms.ChoiceField(label=_("Over"), choices=Window.choices, required=False, initial=Window.DAY)

    @property
    def chosen(self) -> Window:
        """The one that was chosen; a day if none was, or none that there is."""
        return Window(self.cleaned_data["window"] or Window.DAY) if self.is_valid() else Window.DAY


class TrialForm(forms.Form):
    """One alteration: which field, what is done to it, how much. The choices are those that the version has."""

    altered = forms.ChoiceField(label=_("What is altered"))
    strength = forms.FloatField(
        label=_("How much"),
        min_value=0.05,
        max_value=10,
        initial=0.5,
        help_text=_(
            "For numbers: by how many standard deviations they move or spread. Otherwise a share between 0 and 1: of "
            "the rows that lose their value or change category, of the letters that are wrong, of the text that is cut."
        ),
    )
    is_whole_chain = forms.BooleanField(
        label=_("Go on to the end of the chain"),
        required=False,
        help_text=_(
            "The owner is written to, and a candidate asked for if the model declares it, as for a real drift. "
            "Everything says that it is a trial."
        ),
    )

    def __init__(self, *args: Any, signature: Signature, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["altered"].choices = [  # type: ignore[attr-defined]  # of a field of choices
            (field.title, [(f"{each.value}:{field.name}", each.label) for each in alterations_of(field)])
            for field in signature.fields
        ]

    @property
    def alter(self) -> Alter:
        what, _colon, field = self.cleaned_data["altered"].partition(":")
        return Alter(field=field, alteration=Alteration(what), strength=self.cleaned_data["strength"])
