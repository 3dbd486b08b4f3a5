"""How sure a difference between two models is: the paired bootstrap (Efron, 1979; Efron and Tibshirani, 1993, §16.4).

Rows of the test set are drawn with replacement, the same ones for both, as many times as needed: the middle 95 % of the
differences are the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.inference.encoding import Array
from apps.inference.gates.thresholds import RESAMPLING_SEED
from apps.inference.measures import Metric, given, truth_of
from apps.inference.measures.intervals import bootstrap
from apps.inference.predictors import Answers


@dataclass(frozen=True, kw_only=True)
class Gain:
    """By how much the first model is better than the second, whichever way the metric goes: above 0, it is better."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.6g} {self.low:.6g} {self.high:.6g}"


def gain(metric: Metric, target: Array, first: Answers, second: Answers, classes: Sequence[str]) -> Gain | None:
    """The gain of the first over the second on these rows, with its interval; the same draws each time. None where the
    metric makes no sense of these rows."""
    truth, of_first, of_second = truth_of(target, classes), given(first), given(second)

    def difference(rows: Array | slice) -> float | None:
        one, other = metric.compute(truth[rows], of_first[rows]), metric.compute(truth[rows], of_second[rows])
        if one is None or other is None:
            return None
        return one - other if metric.is_higher_better else other - one

    value = difference(slice(None))
    intervals = bootstrap(len(truth), lambda rows: {"gain": difference(rows)}, seed=RESAMPLING_SEED)
    if value is None or not intervals:
        return None
    low, high = intervals["gain"]
    return Gain(value=value, low=low, high=high)
