"""How a model is declared: what it learns from, what it learns, how it is judged. Written by a form or in a project.

The document is kept with the model, and pinned in each training. Names are those of the dataset's columns, or of the
columns of the query.
"""

from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.inference.enums import Aggregate, FieldType, Period, SensitiveLog, Task, UnknownPolicy

# What a feedback can give the rows that are learnt from, beside what was asked.
FEEDBACK_VALUES = ("answer", "prediction", "reviewed_on")
FEEDBACK_INPUT = "input."

# The values that a forecast is given unless it says others: of days, as many weeks; otherwise, as many of the nearest.
SEASONS, NEAREST = 4, 3
# What the number of rows of a period is called: it is no column.
COUNT = "count"

Share = Annotated[float, Field(gt=0, lt=1)]


class Strict(BaseModel):
    """A misspelt key is an error, not a setting that does nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(Strict):
    """What is learnt from: the rows of one entity of a dataset, or of a query over its entities (DuckDB's SQL, each
    entity a view of its name). `where` keeps the rows for which this SQL condition holds."""

    dataset: str
    entity: str = ""
    query: str = ""
    where: str = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.entity) == bool(self.query):
            raise ValueError("Say either an entity or a query.")
        return self


class Feature(Strict):
    """A column that the model is given. What is not said is taken from the column: its type, label, unit, bounds.
    `sensitive_log` says what the log of predictions keeps of it, if it is sensitive."""

    name: str
    type: FieldType | None = None
    label: str = ""
    help: str = ""
    unit: str = ""
    example: Any = None
    is_required: bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = Field(default=None, gt=0, le=100_000)
    unknown: UnknownPolicy = UnknownPolicy.REFUSE
    is_sensitive: bool | None = None
    sensitive_log: SensitiveLog = SensitiveLog.OMIT


class Target(Strict):
    """The column that is to be predicted. `labels` are what people call its classes. An anomaly detector needs none, or
    the column that tells which rows were anomalies, for its evaluation."""

    name: str = ""
    label: str = ""
    unit: str = ""
    labels: dict[str, str] = Field(default_factory=dict)


class Forecast(Strict):
    """What is foretold: one number for each `period` of the column `time`, `horizon` periods ahead at most.

    It is learnt from the day itself and the numbers of `lags` periods before. None of them is nearer than the horizon:
    each period to come is answered from what is known, never from another answer.
    """

    time: str
    period: Period = Period.DAY
    horizon: Annotated[int, Field(ge=1, le=366)]
    aggregate: Aggregate = Aggregate.COUNT
    lags: Annotated[list[Annotated[int, Field(ge=1, le=3_660)]], Field(max_length=60)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _looks_far_enough(self) -> Self:
        if len(set(self.lags)) < len(self.lags):
            raise ValueError(_("Say each lag once."))
        if self.lags and min(self.lags) < self.horizon:
            raise ValueError(_("A lag is as long as the horizon at least: nearer values are not known yet by then."))
        return self

    @property
    def season(self) -> int:
        """How many periods before the same one of another season was, the nearest that is known by then."""
        return -(-self.horizon // self.period.season) * self.period.season

    @property
    def reach(self) -> list[int]:
        """How many periods before the values are that it is given, the nearest first."""
        if self.lags:
            return sorted(self.lags)
        if self.period is Period.DAY:
            return [self.season + self.period.season * later for later in range(SEASONS)]
        return sorted({*range(self.horizon, self.horizon + NEAREST), self.season})


class Split(Strict):
    """What is kept apart to judge by. `time`: the latest rows by `column`; `group`: whole groups of `column`. The test
    set is frozen: a row stays on its side from one training to the next, since its side follows from what identifies
    it (`column`, or all its values), not from its place."""

    by: Literal["random", "time", "group"] = "random"
    column: str = ""
    test_share: Share = 0.2

    @model_validator(mode="after")
    def _has_column(self) -> Self:
        if self.by != "random" and not self.column:
            raise ValueError("A split by time or by group needs a column.")
        return self


class Estimator(Strict):
    """One of the catalogue (`estimators/`) by its name, with parameters; `search` gives the values to choose among for
    some. Or `entry_point`, `module:function` of the project's own code, that makes a scikit-learn pipeline."""

    name: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    search: dict[str, list[Any]] = Field(default_factory=dict)
    entry_point: str = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.name) == bool(self.entry_point):
            raise ValueError("Say either the name of an estimator or an entry point.")
        return self


class Gate(Strict):
    """A threshold at the gate: of a metric, on the whole or on each `slice` of a column. Checks that need none (format,
    completeness, labels, leakage, duplicates, parity…) are always made."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    slice: str = ""
    is_blocking: bool = True

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("Say either at_least or at_most.")
        return self


class Serving(Strict):
    """How predictions are answered and kept. A `durable` log loses none when a server is killed, and costs more."""

    is_durable: bool = False
    sampling: Annotated[float, Field(ge=0, le=1)] = 1.0
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 180
    max_rows: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    rows_per_hour: Annotated[int, Field(ge=1)] = 100_000
    # Of each person: a batch is work of its own, and no way round the limit of requests.
    batch_rows_per_day: Annotated[int, Field(ge=1)] = 10_000_000


class Monitoring(Strict):
    """When a drift is told: the effect size that is too much, over how many rows at least. See `drift/`."""

    psi: Annotated[float, Field(gt=0)] = 0.2
    minimum_rows: Annotated[int, Field(ge=100)] = 1_000


class Retraining(Strict):
    """What asks for a new candidate by itself, at most once in `cooldown_days`."""

    cron: str = ""
    on_new_data: bool = False
    on_drift: bool = False
    after_feedbacks: Annotated[int, Field(ge=0)] = 0
    cooldown_days: Annotated[int, Field(ge=0)] = 1


class FeedbackRows(Strict):
    """Where reviewed feedback goes, to be learnt from: an entity whose recipe takes what is received (see `datasets`).

    `columns` names each field that is written, and what is written in it: `answer` (the right answer), `prediction`
    (the identifier of the answer that it corrects), `reviewed_on` (a day), or `input.<feature>`, what was asked.
    """

    dataset: str
    entity: str
    columns: Annotated[dict[str, str], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _teaches(self) -> Self:
        for written in self.columns.values():
            if written not in FEEDBACK_VALUES and not written.startswith(FEEDBACK_INPUT):
                raise ValueError(f"“{written}” is nothing that a feedback has.")
        if "answer" not in self.columns.values():
            raise ValueError("Say in which field the right answer is written: nothing is learnt without it.")
        return self


class ModelSpec(Strict):
    """All that makes a model, and nothing of who may use it."""

    task: Task
    data: Data
    features: Annotated[list[Feature], Field(max_length=500)] = Field(default_factory=list)
    target: Target = Target()
    forecast: Forecast | None = None
    split: Split = Split()
    estimator: Estimator
    # The metric by which versions are compared, and parameters chosen.
    metric: str = ""
    slices: list[str] = Field(default_factory=list)
    gates: list[Gate] = Field(default_factory=list)
    seed: int = 7
    serving: Serving = Serving()
    monitoring: Monitoring = Monitoring()
    retraining: Retraining = Retraining()
    feedback: FeedbackRows | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        names = [feature.name for feature in self.features]
        self._forecasts_alone()
        if not names and not self.forecast:
            raise ValueError(_("Say one feature at least: what the model is given."))
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"Said twice among the features: {', '.join(twice)}.")
        if self.target.name in names:
            raise ValueError("The target is among the features: the model would be told the answer.")
        written = self.feedback.columns.values() if self.feedback else ()
        if unknown := sorted({each.removeprefix(FEEDBACK_INPUT) for each in written} - {*names, *FEEDBACK_VALUES}):
            raise ValueError(f"Feedback gives no such feature: {', '.join(unknown)}.")
        counts = self.forecast is not None and self.forecast.aggregate is Aggregate.COUNT
        if self.task is not Task.ANOMALY and not counts and not self.target.name:
            raise ValueError("Say which column is the target.")
        return self

    def _forecasts_alone(self) -> None:
        """Raises ValueError if a forecast is said of another task, or with what is no matter of choice of one."""
        if (self.forecast is None) == (self.task is Task.FORECASTING):
            raise ValueError(_("A “forecast” is said of this task, and of this one alone: forecasting."))
        if self.forecast is None:
            return
        if self.features or self.feedback:
            raise ValueError(_("A forecast is given the day and former values: leave “features” and “feedback” out."))
        if self.split.by == "group" or self.split.column not in {"", self.forecast.time}:
            raise ValueError(_("A forecast is judged by the latest periods: say only the “test_share” of the split."))
        if self.forecast.aggregate is Aggregate.COUNT and self.target.name:
            raise ValueError(_("Rows are counted: no column is the target, it may only have a label and a unit."))
        if self.forecast.time in {self.target.name, *self._former}:
            raise ValueError(_("The time and the values of a forecast have names of their own."))

    @property
    def learnt(self) -> "ModelSpec":
        """What is learnt, as a regression would say it: of a forecast, the fields that are made of former values, the
        number of each period as the target, the latest periods to judge by. Of any other task, what was declared."""
        if self.forecast is None:
            return self
        least = 0.0 if self.forecast.aggregate is Aggregate.COUNT else None
        value = Feature(name="", type=FieldType.NUMBER, unit=self.target.unit, minimum=least)
        former = [value.model_copy(update={"name": name}) for name in self._former]
        made = {
            "features": [Feature(name=self.forecast.time, type=FieldType.DATE), *former],
            "target": self.target.model_copy(update={"name": self.target.name or COUNT}),
            "split": Split(by="time", column=self.forecast.time, test_share=self.split.test_share),
        }
        return self.model_copy(update=made)

    @property
    def lags(self) -> dict[str, int]:
        """Of a forecast, how many periods before each of the fields is that are made of former values."""
        return dict(zip(self._former, self.forecast.reach, strict=True)) if self.forecast else {}

    @property
    def _former(self) -> list[str]:
        value = self.target.name or COUNT
        return [f"{value}_{lag}" for lag in self.forecast.reach] if self.forecast else []
