"""Finding a dataset in the list."""

from typing import Any

from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from apps.core.interface import Viewer
from apps.datasets.enums import ACTIVE_STATES, BuildState
from apps.datasets.models import Build, Dataset

# The order asked for by the header of a column (GET parameter `tri`).
ORDERS = {"nom": "name", "lignes": "current_version__rows", "publie": "current_version__published_at"}
# What the state of its last build makes of a dataset.
STANDINGS: dict[str, tuple[Any, Q]] = {
    "ouverte": (_("Gate open"), Q(last_state__in=[BuildState.PUBLISHED, BuildState.CANCELLED])),
    "fermee": (_("Held or failed"), Q(last_state__in=[BuildState.HELD, BuildState.FAILED])),
    "en-cours": (_("Being built"), Q(last_state__in=ACTIVE_STATES)),
    "vide": (_("Never built"), Q(last_state=None)),
}


class ListForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing."""

    q = forms.CharField(
        label=_("Name or description"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    etat = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), *((key, label) for key, (label, _which) in STANDINGS.items())],
    )
    acces = forms.ChoiceField(
        label=_("Who reads it"),
        required=False,
        choices=[("", _("Everyone’s and ours")), ("public", _("Public")), ("interne", _("Internal"))],
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        if not viewer.has_perm("datasets.view_build"):
            del self.fields["etat"]
        if not viewer.has_perm("datasets.view_dataset"):
            del self.fields["acces"]

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def asked(self, order: str) -> QuerySet[Dataset]:
        datasets: QuerySet[Dataset] = Dataset.objects.visible_to(self.viewer).select_related("current_version")
        if self.is_valid():
            words, state, access = (self.cleaned_data.get(name, "") for name in ("q", "etat", "acces"))
            for word in words.split():
                datasets = datasets.filter(Q(name__icontains=word) | Q(description__icontains=word))
            if state:
                last = Build.objects.filter(dataset=OuterRef("pk")).order_by("-pk").values("state")[:1]
                datasets = datasets.annotate(last_state=Subquery(last)).filter(STANDINGS[state][1])
            if access:
                datasets = datasets.filter(is_public=access == "public")
        field = ORDERS.get(order.removeprefix("-"), "name")
        return datasets.order_by(f"-{field}" if order.startswith("-") else field, "name")
