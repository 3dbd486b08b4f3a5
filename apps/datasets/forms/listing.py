"""Finding a dataset in the list."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.interface import Viewer
from apps.core.numbers import format_number
from apps.datasets.enums import ACTIVE_STATES, BuildState
from apps.datasets.finding import FACETS, Asked, Facet, choices_of, find
from apps.datasets.models import Build, Dataset

LONGEST_WORDS = 100
# The order asked for by the header of a column (GET parameter `tri`).
ORDERS = {"nom": "name", "lignes": "current_version__rows", "publie": "current_version__published_at"}
# What the state of its last build makes of a dataset.
STANDINGS: dict[str, tuple[Any, Q]] = {
    "ouverte": (gettext_lazy("Gate open"), Q(last_state__in=[BuildState.PUBLISHED, BuildState.CANCELLED])),
    "fermee": (gettext_lazy("Held or failed"), Q(last_state__in=[BuildState.HELD, BuildState.FAILED])),
    "en-cours": (gettext_lazy("Being built"), Q(last_state__in=ACTIVE_STATES)),
    "vide": (gettext_lazy("Never built"), Q(last_state=None)),
}


class ListForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Words of the name or of the description"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    etat = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All states")), *((key, label) for key, (label, _which) in STANDINGS.items())],
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.now = viewer, timezone.now()
        if not viewer.has_perm("datasets.view_build"):
            del self.fields["etat"]
        for facet in self.seen:
            choices = [
                (each.value, _("%(label)s (%(count)s)") % {"label": each.label, "count": format_number(each.count)})
                for each in choices_of(facet, self.given, viewer, now=self.now)
            ]
            # One value that all of them have tells nothing apart.
            if len(choices) > 1 or self.given.values.get(facet.name):
                self.fields[facet.page_name] = forms.MultipleChoiceField(
                    label=str(facet.label), required=False, choices=choices, widget=forms.CheckboxSelectMultiple
                )

    @cached_property
    def seen(self) -> list[Facet]:
        return [facet for facet in FACETS if facet.may_be_seen_by(self.viewer)]

    @cached_property
    def given(self) -> Asked:
        """What the address asks, but for the state."""
        if not self.is_bound:
            return Asked()
        values = {facet.name: self.data.getlist(facet.page_name) for facet in self.seen}  # type: ignore[attr-defined]  # a QueryDict
        return Asked(words=self.data.get("q", "")[:LONGEST_WORDS], values=values)

    @property
    def facets(self) -> list[Any]:
        return [self[facet.page_name] for facet in self.seen if facet.page_name in self.fields]

    @property
    def is_narrowed(self) -> bool:
        """Whether a facet is chosen."""
        return any(self.given.values.values())

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def asked(self, order: str) -> QuerySet[Dataset]:
        datasets = find(self.given if self.is_valid() else Asked(), self.viewer, now=self.now)
        if self.is_valid() and (state := self.cleaned_data.get("etat")):
            last = Build.objects.filter(dataset=OuterRef("pk")).order_by("-pk").values("state")[:1]
            datasets = datasets.annotate(last_state=Subquery(last)).filter(STANDINGS[state][1])
        by = F(ORDERS.get(order.removeprefix("-"), "name"))
        ordered = by.desc(nulls_last=True) if order.startswith("-") else by.asc(nulls_last=True)
        return datasets.select_related("current_version").order_by(ordered, "name")
