"""What the lists of sources and runs show, and what their filters mean."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import ACTIVE_STATES, RunState, SourceState
from apps.collection.models import Run, Source
from apps.collection.models.runs import TROUBLED

# What only the page of a run shows.
HEAVY = ("plan", "verdict")


class SourceChoice(TextChoices):
    """What the list of sources can be narrowed to: a state, or what the last run says."""

    DRAFT = SourceState.DRAFT.value, SourceState.DRAFT.label
    OPEN = SourceState.OPEN.value, SourceState.OPEN.label
    CLOSED = SourceState.CLOSED.value, SourceState.CLOSED.label
    RUNNING = "running", _("Being collected")
    TROUBLED = "troubled", _("To look at: the last run failed or was held")


# What a column of the list is sorted by; a dash in front reverses it.
SOURCE_ORDERS = {
    "nom": "name",
    "type": "kind",
    "etat": "state",
    "derniere": "latest_at",
    "fraicheur": "passed_at",
    "prochaine": "next_run_at",
    "lignes": "latest_kept",
}


@dataclass(frozen=True, kw_only=True)
class SourceFilter:
    name: str = ""
    state: str = ""
    kind: str = ""
    order: str = ""

    def sources(self) -> QuerySet[Source]:
        """With `latest_id`, the number of the last run of each, and `passed_at`, the end of the last that passed."""
        latest = Run.objects.filter(source=OuterRef("pk")).order_by("-pk")
        sources = Source.objects.annotate(
            latest_id=Subquery(latest.values("pk")[:1]),
            latest_state=Subquery(latest.values("state")[:1]),
            latest_at=Subquery(latest.values("requested_at")[:1]),
            latest_kept=Subquery(latest.values("rows_kept")[:1]),
            passed_at=Subquery(latest.filter(state=RunState.SUCCEEDED).values("finished_at")[:1]),
        )
        if self.name:
            sources = sources.filter(Q(name__icontains=self.name) | Q(description__icontains=self.name))
        if self.state == SourceChoice.TROUBLED:
            sources = sources.filter(state=SourceState.OPEN, latest_state__in=TROUBLED)
        elif self.state == SourceChoice.RUNNING:
            sources = sources.filter(latest_state__in=ACTIVE_STATES)
        elif self.state:
            sources = sources.filter(state=self.state)
        if self.kind:
            sources = sources.filter(kind=self.kind)
        key, is_reversed = self.order.removeprefix("-"), self.order.startswith("-")
        field = F(SOURCE_ORDERS.get(key, "name"))
        order = field.desc(nulls_last=True) if is_reversed else field.asc(nulls_last=True)
        return sources.order_by(order, "name")


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    source: Source | None = None
    state: str = ""

    def runs(self) -> QuerySet[Run]:
        runs = Run.objects.select_related("source", "requested_by").defer(*HEAVY)
        if self.source:
            runs = runs.filter(source=self.source)
        return runs.filter(state=self.state) if self.state else runs


def latest_runs(sources: Iterable[Source]) -> dict[int, Run]:
    """The last run of each of these sources (as `SourceFilter.sources` gives them), by source, in one query."""
    numbers = [source.latest_id for source in sources if source.latest_id]  # type: ignore[attr-defined]  # annotated
    return {run.source_id: run for run in Run.objects.filter(pk__in=numbers).defer(*HEAVY)}


def scheduled_sources() -> QuerySet[Source]:
    """The sources that the clock starts, or would if they were open."""
    sources: QuerySet[Source] = Source.objects.filter(is_scheduled=True).order_by("name")
    return sources


def paused_schedules() -> QuerySet[Source]:
    """The sources that had hours, and that nothing starts any more."""
    sources: QuerySet[Source] = Source.objects.filter(is_scheduled=False).exclude(cron="").order_by("name")
    return sources


def counts_by_state() -> dict[str, int]:
    """How many sources in each state."""
    return dict(Source.objects.order_by().values_list("state").annotate(Count("pk")))
