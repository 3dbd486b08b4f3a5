"""The report of an evaluation as a value: what people read before they approve, and what is kept as JSON.

Names are codes and texts those of the dataset: labels and explanations come from the signature and from `measures` when
it is shown, in the reader's language. Rows are told by their ids alone, resolved for whoever may read them.
"""

import json
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(Part):
    """A metric, and between which values it would be 19 times out of 20 on other such rows, if that can be told.
    `method` is `wilson` or `bootstrap`."""

    value: float
    low: float | None = None
    high: float | None = None
    method: str = ""


class Gap(Part):
    """The metric of the model less that of another on the same rows, with its paired interval. `is_sure`: the interval
    is all on one side of zero. `is_better`: the model is the better one."""

    difference: float
    low: float | None = None
    high: float | None = None
    is_better: bool = False
    is_sure: bool = False


class Scored(Part):
    """One metric of the model, of the baseline and of the champion."""

    name: str
    model: Measure
    baseline: Measure | None = None
    champion: Measure | None = None
    over_baseline: Gap | None = None
    over_champion: Gap | None = None


class ClassScore(Part):
    """What becomes of one class: `rows` of it were judged, `learnt` were learnt from."""

    name: str
    rows: int
    learnt: int
    precision: Measure | None = None
    recall: Measure | None = None
    f1: float | None = None


class Confusion(Part):
    """How many rows of each of `truths` (lines) were answered with each of `answers` (columns). A truth that is not
    among the answers is one that the model never saw, all of them under ""."""

    truths: list[str]
    answers: list[str]
    counts: list[list[int]]


class CalibrationBin(Part):
    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


class Slice(Part):
    """The metric that versions are compared by, on the rows for which `column` has this value; the worst first."""

    column: str
    value: str
    rows: int
    measure: Measure


class Mistake(Part):
    """A row that was answered wrongly, the surest, or the furthest, first. `confidence` where there are classes."""

    id: int
    truth: str | float
    answer: str | float
    confidence: float | None = None


class Importance(Part):
    """How much of the metric is lost when the values of a field are shuffled; `spread` over the repetitions."""

    field: str
    loss: float
    spread: float


class LearningPoint(Part):
    rows: int
    score: float


class Trial(Part):
    """Parameters that were tried, and their metric on rows kept apart from those they learnt from."""

    parameters: dict[str, Any]
    score: float | None


class Described(Part):
    """What was learnt from and judged by. `first` and `last` are the days between which the rows are, if they have one
    date alone; `low`, `median`, `high` describe the target of a regression."""

    dataset: str
    version: int
    split: str
    split_column: str = ""
    rows: int
    rows_train: int
    rows_test: int
    first: str = ""
    last: str = ""
    low: float | None = None
    median: float | None = None
    high: float | None = None


class Foretold(Part):
    """A period to judge by: its first day, what was true, what was foretold, what the season before said."""

    day: str
    truth: float
    answer: float
    naive: float


class Forecasted(Part):
    """What is told of a forecast alone. `season` is how many periods before the naive answers are of; `margin` how far
    from the truth `coverage` of the answers are at most, by split conformal prediction, None of too few periods;
    `periods` the latest ones to judge by, in order."""

    period: str
    season: int
    coverage: float
    margin: float | None
    periods: list[Foretold]


class Timing(Part):
    """`fit_s` to learn; `answer_ms` for one row, among many at once, by the pipeline that is not packaged yet."""

    fit_s: float
    answer_ms: float


class Report(Part):
    """What a training was judged by. Shares are from 0 to 1; `metric` is the one that versions are compared by.

    `points` are, for a regression, some of the rows to judge by: what was true, what was answered.
    """

    task: str
    metric: str
    estimator: str
    parameters: dict[str, Any]
    seed: int
    data: Described
    scores: list[Scored]
    classes: list[ClassScore] = []
    confusion: Confusion | None = None
    calibration: list[CalibrationBin] = []
    slices: list[Slice] = []
    mistakes: list[Mistake] = []
    points: list[tuple[float, float]] = []
    forecast: Forecasted | None = None
    importance: list[Importance] = []
    learning_curve: list[LearningPoint] = []
    trials: list[Trial] = []
    timing: Timing
    champion: int | None = None

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, stored: Any) -> "Report":
        return cls.model_validate(stored)

    @property
    def sha256(self) -> str:
        """The digest of its canonical JSON: what a review refers to."""
        return digest_of(self.as_json())

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of the model, by name."""
        return {each.name: each.model.value for each in self.scores}

    def score(self, name: str) -> Scored | None:
        return next((each for each in self.scores if each.name == name), None)


def digest_of(stored: Any) -> str:
    """The SHA-256 of this JSON, whatever the order of its keys."""
    written = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return sha256(written.encode()).hexdigest()
