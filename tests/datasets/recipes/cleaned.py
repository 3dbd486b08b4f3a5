"""What tests of recipes stand on: segments written as landing does, and a recipe run on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apps.datasets.engine import Cleaned, Landed, Making, Reject, clean, rejects_page
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import ColumnSchema, EntitySchema

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Outcome:
    cleaned: Cleaned
    rows: list[dict[str, Any]]
    rejects: tuple[Reject, ...]
    table: pa.Table
    sql: str

    @property
    def faults(self) -> dict[int, list[tuple[str, str]]]:
        """The codes of each rejected record, with their columns, by its number."""
        return {each.row: [(str(reason.code), reason.column) for reason in each.reasons] for each in self.rejects}

    def assert_nothing_is_lost(self, arrived: int) -> None:
        counts = self.cleaned.counts
        assert counts.read == arrived == counts.kept + counts.rejected + counts.left_out
        assert (len(self.rows), len(self.rejects)) == (counts.kept, counts.rejected + counts.left_out)
        places = [(row["_run"], row["_part"], row["_row"]) for row in self.rows]
        places += [(reject.run, reject.part, reject.row) for reject in self.rejects]
        assert len(set(places)) == arrived
        assert all(reject.reasons for reject in self.rejects)
        assert [row["id"] for row in self.rows] == list(range(1, len(self.rows) + 1))
        assert places[: len(self.rows)] == sorted(places[: len(self.rows)])


def column(name: str, kind: ColumnType = ColumnType.TEXT, **options: Any) -> ColumnSchema:
    return ColumnSchema(name=name, type=kind, **options)


def entity(*columns: ColumnSchema) -> EntitySchema:
    return EntitySchema(name="visit", columns=columns)


def recipe(*steps: Mapping[str, Any]) -> Recipe:
    return Recipe.from_document({"inputs": [{"source": "visits", "steps": list(steps)}]})


def mapped(schema: EntitySchema, *steps: Mapping[str, Any]) -> Recipe:
    """A recipe whose columns have the same names in the source."""
    return recipe({"step": "map", "columns": {name: name for name in schema.names}}, *steps)


def write_segment(
    directory: Path, columns: Mapping[str, Cells], *, run: int = 1, part: int = 0, seq: int = 0, first: int = 1
) -> Path:
    count = len(next(iter(columns.values())))
    table = pa.table(
        {name: pa.array(list(cells), pa.string()) for name, cells in columns.items()}
        | {
            "_run": pa.array([run] * count, pa.int64()),
            "_part": pa.array([part] * count, pa.int16()),
            "_seq": pa.array([seq] * count, pa.int32()),
            "_row": pa.array(range(first, first + count), pa.int64()),
        }
    )
    path = directory / f"{run}-{part}-{seq:04}.parquet"
    pq.write_table(table, path, compression="zstd")
    return path


def clean_segments(
    directory: Path, rules: Recipe, schema: EntitySchema, segments: Sequence[Path], **others: Any
) -> Outcome:
    rows_to, rejects_to = directory / "rows.parquet", directory / "rejects.parquet"
    inputs = (Landed(files=tuple(segments)),)
    making = Making(schema=schema, recipe=rules, inputs=inputs, rows_to=rows_to, rejects_to=rejects_to)
    cleaning = clean(makings=[making], **{"others": {}} | others)
    (cleaned,) = cleaning.entities
    table = pq.read_table(rows_to)
    return Outcome(
        cleaned, table.to_pylist(), rejects_page(rejects_to, offset=0, limit=100_000).rejects, table, cleaning.sql
    )


def clean_cells(directory: Path, rules: Recipe, schema: EntitySchema, columns: Mapping[str, Cells]) -> Outcome:
    """One segment of these columns, cleaned; nothing may be lost, whatever it holds."""
    outcome = clean_segments(directory, rules, schema, [write_segment(directory, columns)])
    outcome.assert_nothing_is_lost(len(next(iter(columns.values()))))
    return outcome


def read_cells(directory: Path, kind: ColumnType, cells: Cells, *steps: Mapping[str, Any], **options: Any) -> list[Any]:
    """What each of these cells becomes: its value, or the code of its fault in brackets."""
    schema = entity(column("value", kind, **options))
    outcome = clean_cells(directory, mapped(schema, *steps), schema, {"value": cells})
    values = {row["_row"]: row["value"] for row in outcome.rows}
    faults = {row: f"<{codes[0][0]}>" for row, codes in outcome.faults.items()}
    return [(values | faults)[number] for number in range(1, len(cells) + 1)]
