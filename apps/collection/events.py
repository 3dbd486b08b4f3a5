"""The log of a run: few lines, by code and numbers. Pages tell them in the reader's language (`telling.event_text`)."""

from typing import Any

from django.utils import timezone

from apps.collection.enums import EventCode
from apps.collection.models import RunEvent

# What a person reads of a run. A source of thousands of parts says no more.
EVENTS_KEPT = 500
# What may be told thousands of times; the rest is always told.
REPEATED = (EventCode.PART_READ, EventCode.RETRIED, EventCode.PART_LEFT)


def note(run_id: int, code: EventCode, **details: Any) -> None:
    """Add a line; `details` are JSON values, never a secret, never anything about a person."""
    repeated = RunEvent.objects.filter(run=run_id, code__in=REPEATED)
    if code not in REPEATED or repeated.count() < EVENTS_KEPT:
        RunEvent.objects.create(run_id=run_id, at=timezone.now(), code=code, details=details)
