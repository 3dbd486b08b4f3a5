"""The rows that a model learns from, as values: those of a version of its dataset.

They are held in memory, TRAINING_MAX_ROWS of them at most: about 1 KB for a row of ten numbers, its texts besides.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.schema import ROW_ID, ColumnSchema
from apps.inference.encoding import Array, encode
from apps.inference.enums import FieldType, Task
from apps.inference.fields import ANOMALY, NORMAL, draft_of, signature_of
from apps.inference.querying import describe, fetch
from apps.inference.signature import Signature
from apps.inference.spec import ModelSpec
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

    Those whose target is missing are left out. `ids` are those of the entity, or the `id` that the query gives; without
    one, the place of the row among those of the query, sorted by all their values.

    Raises FilesGone, FilesDamaged, QueryFailed, QueryTooLong, TooManyRows; QueryRefused if the version has another
    schema than the one for which the model was declared.
    """
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
    quoted = '"' + name.replace('"', '""') + '"'
    if not kind:
        return quoted
    cast = f"CAST({quoted} AS {kind})"
    return f"CASE WHEN isfinite({cast}) THEN {cast} END" if kind == "DOUBLE" else cast


def _target(task: Task, values: Sequence[Any]) -> Array:
    import numpy as np

    if task == Task.REGRESSION:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if task == Task.ANOMALY:
        return np.array([ANOMALY if value else NORMAL for value in values], object)
    return np.array(list(values), object)
