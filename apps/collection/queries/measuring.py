"""How long a query takes, without ever taking long to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Timing:
    """`seconds` until the last of `rows` that were read; `first` until the first. `is_whole`: there were no others."""

    seconds: float
    rows: int
    first: float = 0.0
    is_whole: bool = True


def measure(batches: Iterable[int], *, seconds: float = PATIENCE_SECONDS) -> Timing:
    """Read what a query gives, told by numbers of rows, to its end or until these seconds are over."""
    started = monotonic()
    rows, first = 0, None
    for count in batches:
        rows += count
        elapsed = monotonic() - started
        first = elapsed if first is None else first
        if elapsed > seconds:
            return Timing(seconds=elapsed, rows=rows, first=first, is_whole=False)
    elapsed = monotonic() - started
    return Timing(seconds=elapsed, rows=rows, first=elapsed if first is None else first)
