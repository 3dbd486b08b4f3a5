"""When a call that failed is tried again: only what may be asked twice, what may pass, within the call's time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_never, wait_random_exponential

from apps.core.errors import TemporaryFailure
from apps.core.http.calls import Call
from apps.core.http.pacing import MAX_HOLD

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_backoff = wait_random_exponential(multiplier=0.5, max=30)


def retrying(call: Call, *, method: str) -> Retrying:
    """Tries again after a TemporaryFailure, later and later and never in step with others; raises the last failure.

    A host that says when to come back is believed. If that is after the end of the call, the failure is raised at
    once, and its `retry_after` tells the caller.
    """

    def is_enough(state: RetryCallState) -> bool:
        return state.attempt_number >= call.limits.tries or state.upcoming_sleep >= call.remaining

    return Retrying(
        retry=retry_if_exception_type(TemporaryFailure) if method in IDEMPOTENT else retry_never,
        wait=_wait,
        stop=is_enough,
        reraise=True,
    )


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """The seconds that a host asks to wait (RFC 9110 §10.2.3: a number or a date), at most an hour, or None."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), MAX_HOLD)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked: float | None = getattr(error, "retry_after", None)
    return max(_backoff(state), asked or 0.0)
