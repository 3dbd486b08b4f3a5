"""What core measures: the clock, the queues, the work that died."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Metric, Sample
from apps.core.leases import expired_leases
from apps.core.queues import queue_lengths
from apps.core.schedules import last_tick


def last_tick_samples() -> Iterator[Sample]:
    if tick := last_tick():
        yield {}, tick.timestamp()


def queue_samples() -> Iterator[Sample]:
    for queue, length in queue_lengths().items():
        yield {"queue": queue}, length


def expired_lease_samples() -> Iterator[Sample]:
    for model, count in expired_leases(at=timezone.now()).items():
        yield {"model": model}, count


DECLARED = [
    Metric(
        key="beat_last_tick",
        unit="timestamp_seconds",
        label=_("Last tick of the clock"),
        help=_("When the dispatcher of schedules last ran to its end. Older than three minutes: nothing starts."),
        collect=last_tick_samples,
    ),
    Metric(
        key="queue_length",
        label=_("Waiting tasks"),
        help=_("How many tasks wait in each queue. Growing for long: add workers, or see what holds them."),
        labels=("queue",),
        collect=queue_samples,
    ),
    Metric(
        key="expired_leases",
        label=_("Abandoned work"),
        help=_("Rows whose holder died and that nobody took back yet. Not back to zero in minutes: beat or a bug."),
        labels=("model",),
        collect=expired_lease_samples,
    ),
]
