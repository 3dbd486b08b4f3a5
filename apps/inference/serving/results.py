"""The result of a batch: the columns that were sent, in their order, beside the answers to their rows. For workers.

What was sent is read again, chunk after chunk, once all is answered: the parts hold the answers alone. Its columns pass
through as Arrow has them; in CSV and JSON Lines, what these have no word for is a text.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from apps.collection.connectors.file.formats.arrow_texts import as_texts
from apps.collection.connectors.file.naming import unique_names
from apps.inference.enums import BatchFormat
from apps.inference.serving import chunks
from apps.inference.serving.vectors import SENT


class Sent(NamedTuple):
    """Columns that are given back, and their rows, in chunks of any height."""

    schema: pa.Schema
    rows: Iterator[pa.Table]


def sent(path: Path, form: BatchFormat, names: Sequence[str] | None = None) -> Sent:
    """These columns of a file, or all of them. Raises BatchUnreadable."""
    schema = chunks.schema_of(path, form)
    if names is not None:
        schema = pa.schema([schema.field(name) for name in names])
    return Sent(schema, (_held(rows, schema) for rows in chunks.read(path, form, names)))


def names_sent(path: Path) -> list[str]:
    """What `tables.rewrite` kept of a file as it was sent."""
    return [name for name in pq.read_schema(path).names if name.startswith(SENT)]


def write(path: Path, form: BatchFormat, *, given: Sent, answers: Iterator[pa.Table], schema: pa.Schema) -> None:
    """One file of the answers, of this schema, beside what was sent: `row`, the columns sent, the others of the answer.

    A column that is called as one of the answer, or as another before it, is numbered: `answer_2`.
    """
    width, (row, *answer) = len(given.schema), schema
    named = unique_names([name.removeprefix(SENT) for name in given.schema.names], width=width)
    free = unique_names([*schema.names, *named], width=len(schema) + width)[len(schema) :]
    columns = [field.with_name(name).remove_metadata() for field, name in zip(given.schema, free, strict=True)]
    whole = pa.schema([row, *columns, *answer])
    _WRITERS[form](path, whole, _beside(given, answers, whole))


def _held(rows: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    """The same rows with all these columns, whatever those of their chunk."""
    if rows.schema.equals(schema):
        return pa.Table.from_batches([rows], schema)
    there = set(rows.schema.names)
    columns = [
        rows.column(each.name).cast(each.type, safe=False) if each.name in there else pa.nulls(len(rows), each.type)
        for each in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _beside(given: Sent, answers: Iterator[pa.Table], whole: pa.Schema) -> Iterator[pa.Table]:
    """Each part with the rows that it answers. They are counted: Arrow may cut some columns where it does not cut
    others, as where the dictionary of one changes."""
    left = given.schema.empty_table()
    for part in answers:
        while left.num_rows < part.num_rows and given.schema.names:
            left = pa.concat_tables([left, next(given.rows)])
        row, *answer = part.columns
        yield pa.Table.from_arrays([row, *left.slice(0, part.num_rows).columns, *answer], schema=whole)
        left = left.slice(part.num_rows)


def _write_parquet(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with pq.ParquetWriter(path, schema, **chunks.as_they_come(schema)) as writer:
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    plain = pa.schema([each if _is_plain(each.type) else pa.field(each.name, pa.string()) for each in schema])
    with pa.csv.CSVWriter(path, plain) as writer:
        for table in tables:
            writer.write_table(pa.Table.from_arrays([_plain(column) for column in table.columns], schema=plain))


def _write_jsonl(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with path.open("wb") as file:
        for table in tables:
            plain = pa.Table.from_arrays([_plain(column) for column in table.columns], names=schema.names)
            file.writelines(orjson.dumps(row) + b"\n" for row in plain.to_pylist())


_WRITERS = {BatchFormat.PARQUET: _write_parquet, BatchFormat.CSV: _write_csv, BatchFormat.JSONL: _write_jsonl}


def _plain(column: pa.ChunkedArray) -> Any:
    """The same values, as CSV and JSON Lines write them."""
    if _is_plain(column.type):
        return column
    return pa.chunked_array([as_texts(chunk) for chunk in column.chunks], pa.string())


def _is_plain(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)
    )
