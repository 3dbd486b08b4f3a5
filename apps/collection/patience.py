"""How long to wait for a source that does not answer: longer each time, at random, never beyond a budget for the run.

Pure: the caller sleeps. Exponential backoff with full jitter, so that runs that failed together do not come back
together (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
"""

from dataclasses import dataclass
from random import Random

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
# Beyond this, the run gives its worker back to others, and waits for its hour in the queue.
HELD_WAIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long before the next try; `is_put_off` if a worker should not be kept for so long."""

    seconds: float
    is_put_off: bool = False


def next_wait(*, tries: int, asked: float | None, spent: float, budget: float, random: Random) -> Wait | None:
    """The wait after the failure number `tries` in a row (from 1), None if the run must give up.

    `asked` is what the source itself wants to be waited for (Retry-After), in seconds; `spent` is how much the run has
    waited so far, out of `budget`.
    """
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (tries - 1))
    seconds = asked if asked is not None else random.uniform(longest / 2, longest)
    if spent + seconds > budget:
        return None
    return Wait(seconds=seconds, is_put_off=seconds > HELD_WAIT_S)
