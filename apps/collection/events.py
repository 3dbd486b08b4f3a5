"""The log of a run: few lines, by code and numbers. Pages tell them in the reader's language (`telling.event_text`)."""

from typing import Any

from django.utils import timezone

from apps.collection.enums import EventCode
from apps.collection.models import RunEvent

# What a person reads of a run. A source of thousands of parts says no more.
EVENTS_KEPT = 500


def note(run_id: int, code: EventCode, **details: Any) -> None:
    """Add a line; `details` are JSON values, never a secret, never anything about a person."""
    if RunEvent.objects.filter(run=run_id).count() < EVENTS_KEPT:
        RunEvent.objects.create(run_id=run_id, at=timezone.now(), code=code, details=details)
