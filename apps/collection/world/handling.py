"""What the town hall does of a report: its states, one after the other, until the day when the world is looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

RECEIVED, ASSIGNED, UNDER_WAY = "reçu", "affecté", "en cours"
SOLVED, REFUSED, TRANSFERRED = "résolu", "rejeté", "transmis à un tiers"
CLOSED = frozenset({SOLVED, REFUSED, TRANSFERRED})
STATES = (RECEIVED, ASSIGNED, UNDER_WAY, SOLVED, REFUSED, TRANSFERRED)

PRIORITIES = ("basse", "normale", "haute", "urgente")
# How long a service takes, in days at the median, from the least to the most urgent.
_DAYS = {"basse": 24, "normale": 11, "haute": 4, "urgente": 1.2}


@dataclass(frozen=True, kw_only=True)
class Step:
    """A state and the instant at which a report entered it."""

    state: str
    at: datetime


def handle(created_at: datetime, priority: str, rng: Random, *, now: datetime) -> tuple[Step, ...]:
    """The steps of a report so far: never empty, never in the future."""
    days = _DAYS[priority] * rng.lognormvariate(0, 0.8)
    steps = [Step(state=RECEIVED, at=created_at)]
    outcome = rng.random()
    if outcome < 0.07:
        planned = [(REFUSED, 0.4)]
    elif outcome < 0.12:
        planned = [(ASSIGNED, 0.2), (TRANSFERRED, 0.6)]
    elif outcome < 0.16:
        planned = [(ASSIGNED, 0.2)]  # forgotten
    else:
        planned = [(ASSIGNED, 0.15), (UNDER_WAY, 0.5), (SOLVED, 1)]
    for state, share in planned:
        at = created_at + timedelta(seconds=int(days * share * 86_400))
        if at > now:
            break
        steps.append(Step(state=state, at=at))
    return tuple(steps)
