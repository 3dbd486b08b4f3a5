"""What the collection measures. Counted on runs, which are few: never on what they collected."""

from collections.abc import Iterator

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.core.declarations import Metric, Sample


def runs_by_state() -> Iterator[Sample]:
    counted = dict(Run.objects.order_by().values_list("state").annotate(count=Count("pk")))
    for state in RunState.values:
        yield {"state": state}, counted.get(state, 0)


def records_by_outcome() -> Iterator[Sample]:
    summed = Run.objects.aggregate(kept=Sum("rows_kept"), rejected=Sum("rows_rejected"))
    for outcome, count in summed.items():
        yield {"outcome": outcome}, count or 0


def longest_wait() -> Iterator[Sample]:
    first = Run.objects.waiting().values_list("requested_at", flat=True).first()
    yield {}, (timezone.now() - first).total_seconds() if first else 0


DECLARED = [
    Metric(
        key="collection_runs",
        label=_("Collections"),
        help=_("Runs of all sources, by state. Failed or held ones that grow: see the page of runs."),
        labels=("state",),
        collect=runs_by_state,
    ),
    Metric(
        key="collection_records",
        label=_("Collected records"),
        help=_("Records read by the runs that are kept, by what became of them."),
        labels=("outcome",),
        collect=records_by_outcome,
    ),
    Metric(
        key="collection_longest_wait",
        label=_("Longest wait for a collection"),
        help=_("Since when the oldest waiting run waits. Growing: no worker takes the queue “collect”."),
        unit="seconds",
        collect=longest_wait,
    ),
]
