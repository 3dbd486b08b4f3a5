"""Finding a source, a run, a rejected record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.collection.connectors import CONNECTORS
from apps.collection.enums import RunState
from apps.collection.listing import RunFilter, SourceChoice, SourceFilter
from apps.collection.models import Source


def kind_choices() -> list[tuple[str, Any]]:
    """The kinds of sources that there are connectors for."""
    return [("", pgettext_lazy("filter", "All kinds")), *((each.kind, each.label) for each in CONNECTORS)]


class SourceListForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing."""

    q = forms.CharField(
        label=_("Name or description"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    type = forms.ChoiceField(label=_("Kind"), required=False, choices=kind_choices)
    etat = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *SourceChoice.choices])

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def asked(self, order: str) -> SourceFilter:
        if not self.is_valid():
            return SourceFilter(order=order)
        asked = self.cleaned_data
        return SourceFilter(name=asked["q"], kind=asked["type"], state=asked["etat"], order=order)


class RunListForm(forms.Form):
    source = forms.ModelChoiceField(
        label=_("Source"),
        required=False,
        queryset=Source.objects.all(),
        to_field_name="slug",
        empty_label=pgettext_lazy("filter", "All sources"),
    )
    etat = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *RunState.choices])

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def asked(self) -> RunFilter:
        if not self.is_valid():
            return RunFilter()
        return RunFilter(source=self.cleaned_data["source"], state=self.cleaned_data["etat"])


class ReasonForm(forms.Form):
    """By reason, among those that the run met: the page already knows how many of each."""

    motif = forms.ChoiceField(label=_("Reason"), required=False)

    def __init__(self, *args: Any, reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All reasons")), *((each.reason, each.label) for each in reasons)]
        self.fields["motif"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def asked(self) -> str:
        return str(self.cleaned_data["motif"]) if self.is_valid() else ""
