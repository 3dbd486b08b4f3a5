"""A version in shadow beside the champion: how often they answer alike, where they differ most, which rows show it.

The sums come from the hours of the shadow (`traffic.beside`), whatever the log keeps; the examples from the log, where
the answer in shadow carries the twin of the champion's identifier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any
from uuid import UUID

from apps.inference.confidence import ENOUGH
from apps.inference.drift.counting import total
from apps.inference.enums import Slot
from apps.inference.measures.intervals import around_mean, wilson
from apps.inference.models import ModelVersion, TrafficHour
from apps.inference.models.predictions import Prediction
from apps.inference.traffic import Sketch
from apps.inference.uuid7 import twin_of

# Of the last rows that both answered, among which examples are looked for.
SEARCHED, SHOWN = 2_000, 20


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What two versions answered to the same rows. `apart` are (class of the champion, of the shadow, rows), the most
    frequent first; `same` is None, and `gap` the mean distance, where answers are numbers."""

    rows: int
    requests: int
    same: int | None
    apart: tuple[tuple[str, str, int], ...]
    gap: float | None
    gap_interval: tuple[float, float] | None
    latency: Sketch
    champion_latency: Sketch

    @property
    def same_share(self) -> float | None:
        return None if self.same is None or not self.rows else self.same / self.rows

    @property
    def same_interval(self) -> tuple[float, float] | None:
        return None if self.same is None else wilson(self.same, self.rows)


def beside(shadow: ModelVersion, champion: ModelVersion, *, since: datetime, until: datetime) -> Beside | None:
    """What both answered in these hours; None if nothing."""
    return besides({shadow.pk: champion.pk}, {"": since}, until=until).get((shadow.pk, ""))


def besides(
    pairs: Mapping[int, int], since: Mapping[str, datetime], *, until: datetime
) -> dict[tuple[int, str], Beside]:
    """What each of these versions in shadow and its champion, by their keys, both answered from each of these instants
    until then; those that answered nothing are left out. One query."""
    hours = TrafficHour.objects.filter(version__in=pairs, slot=Slot.SHADOW).between(min(since.values()), until)
    counted = list(hours.order_by().values_list("version", "hour_at", "requests"))
    found = {}
    for shadow, champion in pairs.items():
        for name, instant in since.items():
            requests = total(each for key, at, each in counted if key == shadow and at >= instant) or {}
            if both := requests.get("beside", {}).get(str(champion)):
                found[shadow, name] = _both(both, requests["latency"])
    return found


def differing(
    shadow: ModelVersion, champion: ModelVersion, *, since: datetime, until: datetime
) -> list[tuple[Prediction, Prediction]]:
    """Rows of the log to which they answered otherwise, the champion's answer first: the last ones that were, or those
    whose numbers are farthest, among the last that the log kept. Three queries."""
    logged = Prediction.objects.within(shadow.model, since=since, until=until).defer("inputs")
    said = list(logged.filter(version=shadow, slot=Slot.SHADOW).order_by("-predicted_at", "-pk")[:SEARCHED])
    if not said:
        return []
    at = {"predicted_at__gte": said[-1].predicted_at, "predicted_at__lte": said[0].predicted_at}
    twins = {UUID(int=twin_of(each.pk.int)): each for each in said}
    heard = Prediction.objects.filter(pk__in=twins, version=champion, **at).defer("inputs")
    pairs = [(each, twins[each.pk]) for each in heard.order_by("-predicted_at", "-pk")]
    apart = [pair for pair in pairs if (pair[0].answer, pair[0].value) != (pair[1].answer, pair[1].value)]
    shown = sorted(apart, key=lambda pair: -abs((pair[0].value or 0.0) - (pair[1].value or 0.0)))[:SHOWN]
    inputs = dict(Prediction.objects.filter(pk__in=[one.pk for one, _other in shown], **at).values_list("pk", "inputs"))
    for one, _other in shown:
        one.inputs, one.version = inputs[one.pk], champion
    return shown


def _both(both: Mapping[str, Any], latency: Sketch) -> Beside:
    """As they were counted (`traffic.beside`), with how long the version in shadow took."""
    rows, apart = both["rows"], both.get("apart", {})
    pairs = [(one, other, count) for one, others in apart.items() for other, count in others.items()]
    gap = both["gap"] / rows if "gap" in both else None
    return Beside(
        rows=rows,
        requests=sum(both["latency"].values()),
        same=both.get("same"),
        apart=tuple(sorted(pairs, key=lambda pair: (-pair[2], pair))),
        gap=gap,
        gap_interval=None if gap is None else _gap_interval(gap, both["squares"], rows),
        latency=latency,
        champion_latency=both["latency"],
    )


def _gap_interval(gap: float, squares: float, rows: int) -> tuple[float, float] | None:
    if rows < ENOUGH:
        return None
    low, high = around_mean(gap, sqrt(max(0.0, squares - rows * gap * gap) / (rows - 1)), rows)
    return max(0.0, low), high
