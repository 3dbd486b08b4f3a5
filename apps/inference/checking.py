"""Whether a declaration holds: what it names is there, fits its task, and can be computed. Everything at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema, DatasetSchema
from apps.inference.enums import FieldType, SensitiveLog, Task
from apps.inference.estimators import CATALOGUE, MAX_TRIALS, trials_of
from apps.inference.estimators.base import EstimatorKind
from apps.inference.estimators.pipelines import is_allowed, parameters_of
from apps.inference.exceptions import Fault
from apps.inference.fields import BECOMES, type_of
from apps.inference.measures import METRICS
from apps.inference.querying import QueryRefused, describe
from apps.inference.series import columns_of
from apps.inference.spec import FeedbackRows, ModelSpec

NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL, ColumnType.BOOLEAN})
CLASSES = frozenset({ColumnType.TEXT, ColumnType.INTEGER, ColumnType.BOOLEAN})
LABELS = frozenset({ColumnType.BOOLEAN, ColumnType.INTEGER})
DAYS = frozenset({ColumnType.DATE, ColumnType.DATETIME})
INSTANTS = frozenset({ColumnType.DATE, ColumnType.DATETIME, ColumnType.INTEGER})
# Task → what its target may be.
TARGETS: Mapping[Task, frozenset[ColumnType]] = {
    Task.CLASSIFICATION: CLASSES,
    Task.TEXT_CLASSIFICATION: CLASSES,
    Task.REGRESSION: NUMBERS,
    Task.ANOMALY: LABELS,
    Task.FORECASTING: NUMBERS,
}


def faults_of(spec: ModelSpec, schema: DatasetSchema) -> list[Fault]:
    """All that is wrong with a declaration, for a dataset of this shape; nothing if it holds."""
    if spec.data.entity and spec.data.entity not in schema.names:
        known = ", ".join(schema.names)
        return [Fault("data.entity", _("There is no such entity. There are: %(names)s.") % {"names": known})]
    try:
        columns = describe(schema, spec.data)
    except QueryRefused as refusal:
        return [Fault("data.query" if spec.data.query else "data.where", str(refusal))]
    of_rows = list(_of_forecast(spec, columns))
    if spec.forecast:
        spec, columns = spec.learnt, columns_of(spec, columns)
    return [
        *of_rows,
        *_of_columns(spec, columns),
        *_of_types(spec, columns),
        *_of_log(spec),
        *_of_target(spec, columns),
        *_of_estimator(spec, columns),
        *_of_metrics(spec),
    ]


def faults_of_feedback(feedback: FeedbackRows, taken: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """All that is wrong with where reviewed feedback goes. `taken` are the entities of that dataset whose recipe takes
    rows from programs, with the fields that it reads of them."""
    if feedback.entity not in taken:
        message = _("The recipe of this entity takes no row from programs. Those that do: %(names)s.")
        yield Fault("feedback.entity", message % {"names": ", ".join(taken) or "–"})
        return
    known = taken[feedback.entity]
    for name in feedback.columns:
        if name not in known:
            message = _("The recipe takes no such field. There are: %(names)s.") % {"names": ", ".join(known)}
            yield Fault(f"feedback.columns.{name}", message)


def _of_columns(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Iterator[Fault]:
    named = [(f"features[{at}].name", feature.name) for at, feature in enumerate(spec.features)]
    named += [("target.name", spec.target.name), ("split.column", spec.split.column)]
    named += [(f"slices[{at}]", name) for at, name in enumerate(spec.slices)]
    for place, name in named:
        if name and name not in columns:
            message = _("There is no such column, or of a type that cannot be learnt from. There are: %(names)s.")
            yield Fault(place, message % {"names": ", ".join(columns)})
    column = columns.get(spec.split.column)
    if spec.split.by == "time" and column and column.type not in INSTANTS:
        yield Fault("split.column", _("A date is expected, or a number that grows with time."))
    slices = set(spec.slices)
    for at, gate in enumerate(spec.gates):
        if gate.slice and gate.slice not in slices:
            yield Fault(f"gates[{at}].slice", _("This column is not among the slices: add it to them."))


def _of_forecast(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Iterator[Fault]:
    """What is wrong with the columns of the rows that periods are made of; the rest is that of a regression on them."""
    if spec.forecast is None:
        return
    for place, name, expected in (
        ("forecast.time", spec.forecast.time, DAYS),
        ("target.name", spec.target.name, TARGETS[spec.task]),
    ):
        column = columns.get(name)
        if column is None and name:
            message = _("There is no such column, or of a type that cannot be learnt from. There are: %(names)s.")
            yield Fault(place, message % {"names": ", ".join(columns)})
        elif column and column.type not in expected:
            message = _("The column is of another type. One of these is expected: %(expected)s.")
            yield Fault(place, message % {"expected": ", ".join(sorted(expected))})


def _of_log(spec: ModelSpec) -> Iterator[Fault]:
    for at, feature in enumerate(spec.features):
        if feature.sensitive_log == SensitiveLog.HASH and not settings.PSEUDONYM_KEY:
            message = _("Pseudonyms are made with a key, and there is none: see PSEUDONYM_KEY.")
            yield Fault(f"features[{at}].sensitive_log", message)


def _of_types(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Iterator[Fault]:
    for at, feature in enumerate(spec.features):
        column = columns.get(feature.name)
        if column and feature.type and feature.type not in BECOMES[column.type]:
            expected = ", ".join(BECOMES[column.type])
            message = _("The column is of another type. One of these is expected: %(expected)s.")
            yield Fault(f"features[{at}].type", message % {"expected": expected})
    if spec.task == Task.TEXT_CLASSIFICATION and FieldType.TEXT not in _types(spec, columns).values():
        yield Fault("features", _("A text classifier reads one text at least: say “type: text” of one of them."))


def _of_target(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Iterator[Fault]:
    column = columns.get(spec.target.name)
    if column and column.type not in TARGETS[spec.task]:
        expected = ", ".join(sorted(TARGETS[spec.task]))
        message = _("Such a column is not what this task predicts. One of these is expected: %(expected)s.")
        yield Fault("target.name", message % {"expected": expected})


def _of_estimator(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Iterator[Fault]:
    estimator = spec.estimator
    if estimator.entry_point:
        if ":" not in estimator.entry_point:
            yield Fault("estimator.entry_point", _("It is written as module:function."))
        elif not is_allowed(estimator.entry_point):
            yield Fault("estimator.entry_point", _("An operator must allow this module: see TRAINING_ENTRY_POINTS."))
        return
    kind = CATALOGUE.get(estimator.name)
    if kind is None or spec.task not in kind.tasks:
        suiting = ", ".join(name for name, each in CATALOGUE.items() if spec.task in each.tasks)
        yield Fault("estimator.name", _("For this task, there are: %(names)s.") % {"names": suiting})
        return
    types = _types(spec, columns)
    if refused := [name for name, type_ in types.items() if type_ not in kind.takes]:
        message = _("This estimator does not learn from such fields: %(names)s.") % {"names": ", ".join(refused)}
        yield Fault("estimator.name", message)
    yield from _of_parameters(spec, kind, has_text=FieldType.TEXT in types.values())


def _of_parameters(spec: ModelSpec, kind: EstimatorKind, *, has_text: bool) -> Iterator[Fault]:
    known = {each.name: each for each in parameters_of(kind, has_text=has_text)}
    search = spec.estimator.search
    told: list[tuple[str, str, Any]] = [
        (f"estimator.parameters.{name}", name, value) for name, value in spec.estimator.parameters.items()
    ]
    told += [(f"estimator.search.{name}", name, value) for name, values in search.items() for value in values]
    for place, name, value in told:
        if name not in known:
            yield Fault(place, _("There is no such parameter. There are: %(names)s.") % {"names": ", ".join(known)})
        elif why := known[name].why_refused(value):
            yield Fault(place, why)
    for name, values in search.items():
        if not values:
            yield Fault(f"estimator.search.{name}", _("Give the values to choose among."))
    if len(trials_of(spec.estimator)) > MAX_TRIALS:
        yield Fault("estimator.search", _("Choose among %(limit)d combinations at most.") % {"limit": MAX_TRIALS})
    if search and spec.task == Task.ANOMALY and not spec.target.name:
        yield Fault("estimator.search", _("Without a target, nothing tells which parameters are better."))


def _of_metrics(spec: ModelSpec) -> Iterator[Fault]:
    known = [metric.name for metric in METRICS[spec.task]]
    named = [("metric", spec.metric), *((f"gates[{at}].metric", gate.metric) for at, gate in enumerate(spec.gates))]
    for place, name in named:
        if name and name not in known:
            yield Fault(place, _("For this task, there are: %(names)s.") % {"names": ", ".join(known)})


def _types(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> dict[str, FieldType]:
    return {
        feature.name: type_of(feature, columns[feature.name]) for feature in spec.features if feature.name in columns
    }
