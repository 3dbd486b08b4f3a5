"""The rows that a model learns from, as values: those of a version of its dataset.

They are held in memory, TRAINING_MAX_ROWS of them at most: about 1 KB for a row of ten numbers, its texts besides.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.reading.sql import quote
from apps.datasets.schema import ROW_ID, ColumnSchema, DatasetSchema
from apps.inference.encoding import Array, encode
from apps.inference.enums import Aggregate, FieldType, Task
from apps.inference.fields import ANOMALY, NORMAL, draft_of, signature_of
from apps.inference.querying import LONGEST_SECONDS, asked, describe, fetch
from apps.inference.series import Series, columns_of, inputs_at, seasons_before, series_of
from apps.inference.signature import Signature
from apps.inference.spec import Data, Forecast, ModelSpec
from apps.inference.trained import Rows

# How a field is read from its column.
AS_FIELD = {
    FieldType.NUMBER: "DOUBLE",
    FieldType.INTEGER: "BIGINT",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.DATE: "DATE",
    FieldType.CATEGORY: "VARCHAR",
    FieldType.TEXT: "VARCHAR",
}
AS_TARGET = {Task.REGRESSION: "DOUBLE", Task.ANOMALY: "BOOLEAN"}


def read_rows(version: Version, spec: ModelSpec) -> Rows:
    """The rows of this version that a model learns from or is judged by, in an order that does not change.

    Those whose target is missing are left out; for a forecast, each is a period, and so are those of which a former
    value is not known. `ids` are those of the entity, or the `id` that the query gives; without
    one, the place of the row among those of the query, sorted by all their values.

    Raises FilesGone, FilesDamaged, QueryFailed, QueryTooLong, TooManyRows, TooManyPeriods; QueryRefused if the version
    has another schema than the one for which the model was declared.
    """
    if spec.forecast:
        return _periods(read_series(version, spec, spec.forecast), spec, spec.forecast)
    columns = describe(version.pinned_schema, spec.data)
    draft = draft_of(spec, columns)
    values, ids = fetch(
        version,
        spec.data,
        _expressions(spec, draft, columns),
        has_id=bool(spec.data.entity) or ROW_ID in columns,
    )
    target = spec.target.name
    rows = Rows(columns=values, inputs=encode(draft, values), target=None, ids=ids)
    if not target:
        return rows
    known = [position for position, value in enumerate(values[target]) if value is not None]
    return take(Rows(columns=values, inputs=rows.inputs, target=_target(spec.task, values[target]), ids=ids), known)


def read_series(version: Version, spec: ModelSpec, forecast: Forecast, *, within: float = LONGEST_SECONDS) -> Series:
    """The number of each period in the rows of this version, up to the last one that was over when it was published: of
    days in UTC, as everywhere in datasets. Raises what `read_rows` does."""
    time, number = f"CAST({quote(forecast.time)} AS DATE)", _cast(spec.target.name, "DOUBLE")
    aggregated = {
        Aggregate.COUNT: "CAST(count(*) AS DOUBLE)",
        Aggregate.SUM: f"sum({number})",
        Aggregate.MEAN: f"avg({number})",
    }[forecast.aggregate]
    query = (
        f"SELECT CAST(date_trunc('{forecast.period}', {time}) AS DATE) AS day, {aggregated} AS number "  # noqa: S608 -- names are quoted; the rest is theirs, in a sandbox
        f"FROM ({asked(spec.data)}) WHERE {time} IS NOT NULL GROUP BY ALL"
    )
    told = {"day": "day", "number": "number"}
    data = Data(dataset=spec.data.dataset, query=query)
    found, _ids = fetch(version, data, told, has_id=False, within=within)
    until = version.published_at.astimezone(UTC).date()
    return series_of(zip(found["day"], found["number"], strict=True), forecast, until=until)


def columns_learnt(schema: DatasetSchema, spec: ModelSpec) -> dict[str, ColumnSchema]:
    """The columns of what is learnt from: those of the rows, or of the periods that a forecast makes of them. Raises
    QueryRefused."""
    columns = describe(schema, spec.data)
    return columns_of(spec, columns) if spec.forecast else columns


def signed(spec: ModelSpec, columns: Mapping[str, ColumnSchema], train: Rows) -> Signature:
    """The signature of a model that learns from these rows. Raises TooManyCategories."""
    classes = None
    if spec.task.has_classes and spec.task != Task.ANOMALY and train.target is not None:
        classes = train.target.tolist()
    return signature_of(spec, columns, values=train.columns, target=classes)


def take(rows: Rows, positions: Sequence[int]) -> Rows:
    """Some of these rows, in this order."""
    import numpy as np

    at = np.asarray(positions, dtype=np.int64)
    return Rows(
        columns={name: [values[each] for each in positions] for name, values in rows.columns.items()},
        inputs={name: array[at] for name, array in rows.inputs.items()},
        target=None if rows.target is None else rows.target[at],
        ids=[rows.ids[each] for each in positions],
        naive=None if rows.naive is None else [rows.naive[each] for each in positions],
    )


def _periods(series: Series, spec: ModelSpec, forecast: Forecast) -> Rows:
    """The periods of which all is known: their number, and the former ones."""
    import numpy as np

    learnt = spec.learnt
    target, ranks = learnt.target.name, series.ranks
    values = {**inputs_at(series, spec, ranks), target: list(series.values)}
    known = [at for at, told in enumerate(zip(*values.values(), strict=True)) if None not in told]
    columns = {name: [told[at] for at in known] for name, told in values.items()}
    ids = [ranks[at] for at in known]
    return Rows(
        columns=columns,
        inputs=encode(draft_of(learnt, columns_of(spec, {})), columns),
        target=np.array(columns[target], np.float64),
        ids=ids,
        naive=seasons_before(series, forecast, ids, otherwise=columns[min(spec.lags, key=spec.lags.__getitem__)]),
    )


def _expressions(spec: ModelSpec, draft: Signature, columns: Mapping[str, ColumnSchema]) -> dict[str, str]:
    """What is read, by name, as SQL: the features, the target, and what rows are told apart by."""
    kinds = {field.name: AS_FIELD[field.type] for field in draft.fields}
    if spec.target.name:
        kinds[spec.target.name] = AS_TARGET.get(spec.task, "VARCHAR")
    for name in filter(None, [*spec.slices, spec.split.column]):
        kinds.setdefault(name, "DOUBLE" if columns[name].type == ColumnType.DECIMAL else "")
    return {name: _cast(name, kind) for name, kind in kinds.items()}


def _cast(name: str, kind: str) -> str:
    if not kind:
        return quote(name)
    cast = f"CAST({quote(name)} AS {kind})"
    return f"CASE WHEN isfinite({cast}) THEN {cast} END" if kind == "DOUBLE" else cast


def _target(task: Task, values: Sequence[Any]) -> Array:
    import numpy as np

    if task == Task.REGRESSION:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if task == Task.ANOMALY:
        return np.array([ANOMALY if value else NORMAL for value in values], object)
    return np.array(list(values), object)
