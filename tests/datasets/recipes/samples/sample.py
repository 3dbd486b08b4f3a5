"""Rows that arrive, the steps that they go through, and what must come of each, whatever engine runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from apps.datasets.enums import ColumnType
from apps.datasets.recipes.compiling import compile_input, landed
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import PADS, pads, pads_table
from apps.datasets.recipes.steps.base import FAULT, LEFT_OUT
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.recipes.cleaned import column

KEY = b"a key that only tests know"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows that arrive, and what comes of each: its values (alone if there is one column), or the code of its fault.

    `arriving` are the columns of the source where they are not those of the entity.
    """

    steps: Sequence[Mapping[str, Any]]
    rows: Mapping[Any, Any]
    columns: Sequence[ColumnSchema] = (column("value"),)
    arriving: Sequence[str] = ()
    others: Mapping[str, Mapping[str, Sequence[str | None]]] = field(default_factory=dict)

    @property
    def schema(self) -> EntitySchema:
        return EntitySchema(name="visit", columns=tuple(self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.arriving) or self.schema.names

    @property
    def recipe(self) -> Recipe:
        take = {"step": "map", "columns": {name: name for name in self.names}}
        return Recipe.from_document({"inputs": [{"source": "visits", "steps": [take, *self.steps]}]})

    @property
    def arrived(self) -> list[tuple[str | None, ...]]:
        return [row if isinstance(row, tuple) else (row,) for row in self.rows]


def in_column(kind: ColumnType, step: Mapping[str, Any], rows: Mapping[str, Any], **options: Any) -> Sample:
    """A step on a column of this type."""
    return Sample(steps=[{"columns": ["value"], **step}], rows=rows, columns=[column("value", kind, **options)])


Register = Callable[[str, pa.Table], object]
Run = Callable[[Any], list[dict[str, Any]]]


def outcome(register: Register, run: Run, name: str, sample: Sample) -> list[Any]:
    """What comes of each row of the sample, by the engine in which tables are registered and expressions run."""
    import ibis

    cells = dict(zip(sample.names, zip(*sample.arrived, strict=True), strict=True))
    count = len(sample.rows)
    lineage = {
        "_input": pa.array([0] * count, pa.int16()),
        "_run": pa.array([1] * count, pa.int64()),
        "_part": pa.array([0] * count, pa.int16()),
        "_row": pa.array(range(count), pa.int64()),
    }
    register(name, pa.table({each: pa.array(list(texts), pa.string()) for each, texts in cells.items()} | lineage))
    others = {}
    for rank, (needed, columns) in enumerate(sample.others.items()):
        register(f"{name}_{rank}", pa.table({each: pa.array(texts, pa.string()) for each, texts in columns.items()}))
        others[needed] = ibis.table(dict.fromkeys(columns, "string"), name=f"{name}_{rank}")
    register(f"{name}_key", pa.table({each: [digits] for each, digits in pads(KEY).items()}))
    others[PADS] = pads_table(f"{name}_key")
    rows = compile_input(sample.recipe, 0, sample.schema, landed(sample.names, name=name), others=others)
    return [_told(row, sample.schema) for row in run(rows.order_by("_row"))]


def _told(row: Mapping[str, Any], schema: EntitySchema) -> Any:
    suffix = FAULT.format("")
    faults = [row[name] for name in row if name.endswith(suffix) and row[name]]
    if faults:
        return f"<{faults[0]}>"
    if row.get(LEFT_OUT):
        return f"<{row[LEFT_OUT]}>"
    values = tuple(row[name] for name in schema.names)
    return values if len(values) > 1 else values[0]
