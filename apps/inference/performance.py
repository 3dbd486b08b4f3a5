"""How good the answers of a version are, from three sides: what people say of them, what its own probabilities promise,
what its evaluation measured.

    people = opinions_of([version.pk], {Window.DAY: since})[version.pk, Window.DAY]
    promised = expected_of([version.pk], {Window.DAY: since}, now=now).get((version.pk, Window.DAY))
    expected = expected_accuracy(counts["confidence"]["counts"], report.calibration)

None of them is the truth. Whoever gives an opinion is no random sample; probabilities are right only while what is
asked looks like what was learnt; the rows of the evaluation are those of then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from django.db.models import Avg, Count, Q, StdDev

from apps.inference.confidence import ENOUGH
from apps.inference.drift.counting import total
from apps.inference.enums import FeedbackState, Slot
from apps.inference.measures.intervals import around_mean, wilson
from apps.inference.models import Evaluation, Feedback, TrafficHour
from apps.inference.report import CalibrationBin
from apps.inference.uuid7 import first_of


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """What people said of answers, one opinion for each answer: `judged` of them say whether it was right, `right` that
    it was; `numbers` say what the right number is, `mean_error` away from the answer on average."""

    count: int = 0
    reviewed: int = 0
    judged: int = 0
    right: int = 0
    numbers: int = 0
    mean_error: float | None = None
    deviation: float | None = None

    @property
    def accuracy(self) -> float | None:
        return self.right / self.judged if self.judged else None

    @property
    def accuracy_interval(self) -> tuple[float, float] | None:
        return wilson(self.right, self.judged)

    @property
    def error_interval(self) -> tuple[float, float] | None:
        """None for so few that their mean is not spread as a normal one."""
        if self.mean_error is None or self.deviation is None or self.numbers < ENOUGH:
            return None
        return around_mean(self.mean_error, self.deviation, self.numbers)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How often a version is right, by how sure it is; `announced` is how sure it says it is."""

    rows: int
    announced: float
    value: float
    low: float
    high: float


def opinions_of(versions: Sequence[int], since: Mapping[str, datetime]) -> dict[tuple[int, str], Opinions]:
    """What people said of the answers that these versions, by their keys, gave since each of these instants. One query,
    whatever the number of versions, of instants and of opinions."""
    found = Feedback.objects.filter(version__in=versions, prediction__gte=first_of(min(since.values()))).judged()
    wanted: dict[str, Any] = {}
    for name, instant in since.items():
        given = Q(prediction__gte=first_of(instant))
        wanted |= {
            f"{name}_count": Count("pk", filter=given),
            f"{name}_reviewed": Count("pk", filter=given & Q(state=FeedbackState.ACCEPTED)),
            f"{name}_judged": Count("pk", filter=given & Q(was_right__isnull=False)),
            f"{name}_right": Count("pk", filter=given & Q(was_right=True)),
            f"{name}_numbers": Count("error", filter=given),
            f"{name}_mean_error": Avg("error", filter=given),
            f"{name}_deviation": StdDev("error", sample=True, filter=given),
        }
    rows: dict[int, dict[str, Any]] = {
        row["version"]: dict(row) for row in found.order_by().values("version").annotate(**wanted)
    }
    return {(version, name): Opinions(**_named(name, rows.get(version, {}))) for version in versions for name in since}


def _named(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{name}_"
    return {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}


def expected_of(
    versions: Sequence[int], since: Mapping[str, datetime], *, now: datetime
) -> dict[tuple[int, str], Expected]:
    """What is expected of the answers that these versions, by their keys, gave in service from each of these instants
    to now; those of which nothing can be said are left out. Two queries, which read no more than is counted here."""
    measured = dict(
        Evaluation.objects.filter(training__version__in=versions).values_list(
            "training__version", "report__calibration"
        )
    )
    hours = TrafficHour.objects.filter(version__in=measured, slot=Slot.CHAMPION).between(min(since.values()), now)
    counted = list(hours.order_by().values_list("version", "hour_at", "counts__confidence"))
    found = {}
    for version, bins in measured.items():
        calibration = [CalibrationBin.model_validate(each) for each in bins or ()]
        for name, instant in since.items():
            confidence = total(each for key, at, each in counted if key == version and at >= instant)
            if expected := expected_accuracy(confidence, calibration):
                found[version, name] = expected
    return found


def expected_accuracy(confidence: Mapping[str, Any] | None, calibration: Sequence[CalibrationBin]) -> Expected | None:
    """How often answers this sure are right, if they are as often as on the rows of the evaluation; None where there is
    nothing to say it from.

    `confidence` counts answers in as many bins of equal width as it has `counts`. Each counts for the accuracy that was
    measured of its bin (histogram binning: Zadrozny and Elkan, 2001); the interval recovers that of the sum from
    Wilson's of each (MOVER: Zou and Donner, 2008).
    """
    rows = sum(confidence["counts"]) if confidence else 0
    if not confidence or not rows or not calibration:
        return None
    value, below, above = 0.0, 0.0, 0.0
    for position, count in enumerate(confidence["counts"]):
        middle, weight = (position + 0.5) / len(confidence["counts"]), count / rows
        known = next((each for each in calibration if each.low <= middle < each.high), None)
        right = known.accuracy if known else middle
        low, high = (known and wilson(round(known.accuracy * known.rows), known.rows)) or (0.0, 1.0)
        value += weight * right
        below += (weight * (right - low)) ** 2
        above += (weight * (high - right)) ** 2
    return Expected(
        rows=rows,
        announced=confidence["sum"] / rows,
        value=value,
        low=max(0.0, value - sqrt(below)),
        high=min(1.0, value + sqrt(above)),
    )
