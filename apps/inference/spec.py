"""How a model is declared: what it learns from, what it learns, how it is judged. Written by a form or in a project.

The document is kept with the model, and pinned in each training. Names are those of the dataset's columns, or of the
columns of the query.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.inference.enums import FieldType, SensitiveLog, Task, UnknownPolicy

# What a feedback can give the rows that are learnt from, beside what was asked.
FEEDBACK_VALUES = ("answer", "prediction", "reviewed_on")
FEEDBACK_INPUT = "input."

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
    features: Annotated[list[Feature], Field(min_length=1, max_length=500)]
    target: Target = Target()
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
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"Said twice among the features: {', '.join(twice)}.")
        if self.target.name in names:
            raise ValueError("The target is among the features: the model would be told the answer.")
        written = self.feedback.columns.values() if self.feedback else ()
        if unknown := sorted({each.removeprefix(FEEDBACK_INPUT) for each in written} - {*names, *FEEDBACK_VALUES}):
            raise ValueError(f"Feedback gives no such feature: {', '.join(unknown)}.")
        if self.task is not Task.ANOMALY and not self.target.name:
            raise ValueError("Say which column is the target.")
        return self
