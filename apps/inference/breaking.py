"""The breaker: a service that keeps failing is left alone for a while, then tried once. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Failures in a row that close the way.
FAILURES = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """How many failures came in a row, and until when nobody asks."""

    failures: int = 0
    reopens_at: datetime | None = None

    def is_closed(self, *, now: datetime) -> bool:
        return self.reopens_at is not None and now < self.reopens_at

    def after(self, *, is_well: bool, now: datetime) -> "Breaker":
        """What it becomes once asked. Each failure past the limit doubles the rest, so that one try is made at its end:
        one that succeeds opens the way again."""
        if is_well:
            return Breaker()
        failures = self.failures + 1
        if failures < FAILURES:
            return Breaker(failures=failures)
        rest = min(FIRST_REST * 2 ** min(failures - FAILURES, 10), LONGEST_REST)
        return Breaker(failures=failures, reopens_at=now + rest)
