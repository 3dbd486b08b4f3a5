"""Finding a model in the list."""

from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from apps.core.interface import Viewer
from apps.inference.enums import ACTIVE_STATES, Slot, Task, TrainingState
from apps.inference.models import Deployment, Model, Review, TrainingRun

# The order asked for by the header of a column (GET parameter `tri`).
ORDERS = {"nom": "name", "change": "changed_at"}
STAGES: dict[str, tuple[Any, Q]] = {
    "en-service": (gettext_lazy("In service"), Q(has_champion=True)),
    "relecture": (gettext_lazy("Under review"), Q(has_review=True)),
    "en-cours": (gettext_lazy("Being trained"), Q(last_state__in=ACTIVE_STATES)),
    "retenu": (gettext_lazy("Held or failed"), Q(last_state__in=[TrainingState.HELD, TrainingState.FAILED])),
    "jamais": (gettext_lazy("Never trained"), Q(last_state=None)),
}


class ModelListForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing. Archived models are shown when they are asked for."""

    q = forms.CharField(
        label=gettext_lazy("Words of the name or of the description"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    tache = forms.ChoiceField(
        label=gettext_lazy("Task"), required=False, choices=[("", gettext_lazy("All tasks")), *Task.choices]
    )
    etat = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All states")),
            *((key, label) for key, (label, _which) in STAGES.items()),
            ("archive", gettext_lazy("Archived")),
        ],
    )

    @property
    def is_filtering(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def asked(self, viewer: Viewer, order: str) -> QuerySet[Model]:
        models: Any = Model.objects.visible_to(viewer).select_related("dataset", "owner")
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        if words := given.get("q"):
            models = models.filter(Q(name__icontains=words) | Q(description__icontains=words))
        if task := given.get("tache"):
            models = models.filter(task=task)
        state = given.get("etat", "")
        models = models.filter(archived_at__isnull=state != "archive")
        if state in STAGES:
            models = _with_stages(models, STAGES[state][1])
        by = F(ORDERS.get(order.removeprefix("-"), "name"))
        found: QuerySet[Model] = models.order_by(by.desc() if order.startswith("-") else by.asc(), "name")
        return found


def _with_stages(models: Any, which: Q) -> Any:
    last = TrainingRun.objects.filter(model=OuterRef("pk")).order_by("-pk").values("state")[:1]
    champion = Deployment.objects.current().filter(model=OuterRef("pk"), slot=Slot.CHAMPION)
    review = Review.objects.open().filter(version__model=OuterRef("pk"))
    return models.annotate(last_state=Subquery(last), has_champion=Exists(champion), has_review=Exists(review)).filter(
        which
    )
