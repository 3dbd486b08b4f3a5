"""What datasets measure: what is published, what does not pass, and what waits."""

from collections.abc import Iterator

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Metric, Sample
from apps.datasets.enums import BuildState
from apps.datasets.models import Build, Dataset, Version


def builds_by_state() -> Iterator[Sample]:
    counts = dict(Build.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in BuildState:
        yield {"state": state.value}, counts.get(state, 0)


def versions() -> Iterator[Sample]:
    yield {}, Version.objects.count()


def current_rows() -> Iterator[Sample]:
    yield {}, Dataset.objects.aggregate(rows=Sum("current_version__rows"))["rows"] or 0


def longest_wait() -> Iterator[Sample]:
    first = Build.objects.waiting().values_list("requested_at", flat=True).first()
    yield {}, (timezone.now() - first).total_seconds() if first else 0


DECLARED = [
    Metric(
        key="dataset_builds",
        label=_("Builds"),
        help=_("Builds of all datasets, by state. Failed or held ones that grow: see the pages of the datasets."),
        labels=("state",),
        collect=builds_by_state,
    ),
    Metric(
        key="dataset_versions",
        label=_("Published versions"),
        help=_("Versions whose snapshot is kept."),
        collect=versions,
    ),
    Metric(
        key="dataset_current_rows",
        label=_("Rows of current versions"),
        help=_("What readers are served today, over all datasets."),
        collect=current_rows,
    ),
    Metric(
        key="dataset_longest_wait",
        label=_("Longest wait for a build"),
        help=_("Since when the oldest waiting build waits. Growing: no worker takes the queue “collect”."),
        unit="seconds",
        collect=longest_wait,
    ),
]
