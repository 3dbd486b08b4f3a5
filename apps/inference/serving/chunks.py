"""The rows of a batch, chunk by chunk: read from a file, answered. For workers."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from apps.collection.connectors.texts import text_array
from apps.inference.batch_failures import BatchUnreadable
from apps.inference.drift.counting import count
from apps.inference.enums import BatchFormat
from apps.inference.predictors import Answers
from apps.inference.serving.swapping import Loaded
from apps.inference.serving.vectors import Vetted, values_of, vet
from apps.inference.signature import Signature

ROWS = 65_536
BLOCK_BYTES = 8 * 1024 * 1024
UNREADABLE = (pa.ArrowException, orjson.JSONDecodeError, UnicodeDecodeError, OSError)
REFUSED = pa.schema([("row", pa.int64()), ("field", pa.string()), ("code", pa.string())])


def count_rows(path: Path) -> int:
    """How many rows a file of Parquet says that it has. Raises BatchUnreadable."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except UNREADABLE:
        raise BatchUnreadable from None


def read(path: Path, form: BatchFormat, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a file, in chunks that are the same each time it is read: those of these columns that it has, or all
    its columns. Raises BatchUnreadable."""
    try:
        for rows in _READERS[form](path, names):
            there = rows.schema.names
            # Of two columns of one name, the first.
            yield rows if names is None else rows.select([there.index(name) for name in names if name in there])
    except UNREADABLE:
        raise BatchUnreadable from None


def schema_of(path: Path, form: BatchFormat) -> pa.Schema:
    """All the columns of a file, with types that hold each of its values. Raises BatchUnreadable."""
    try:
        return _SCHEMAS[form](path)
    except UNREADABLE:
        raise BatchUnreadable from None


class Told(NamedTuple):
    """What came of some rows: answers in their order, null where they are refused; the faults of those; what the others
    add to the watch, if the version has a profile to count by."""

    answers: pa.Table
    refused: pa.Table
    counts: dict[str, Any] | None


def answer(loaded: Loaded, rows: pa.RecordBatch, *, first_row: int) -> Told:
    """Check these rows, and answer those that hold."""
    vetted = vet(loaded.signature, rows)
    right, height = np.flatnonzero(vetted.is_right), rows.num_rows
    columns: dict[str, Any] = {"row": pa.array(np.arange(first_row, first_row + height))}
    told = loaded.predictor.predict(vetted.inputs) if len(right) else None
    classes = loaded.signature.output.classes
    width = len(classes) or 1
    whole = np.full((height, width), np.nan, np.float32)
    if told is not None:
        whole[right] = told.array.reshape(-1, width)
    is_null = ~vetted.is_right
    if classes:
        best = np.nan_to_num(whole, nan=-1).argmax(axis=1).astype(np.int32)
        columns["answer"] = pa.DictionaryArray.from_arrays(pa.array(best, mask=is_null), pa.array(classes, pa.string()))
        columns["confidence"] = pa.array(whole.max(axis=1), mask=is_null)
        columns |= {f"p_{name}": pa.array(whole[:, rank].copy(), mask=is_null) for rank, name in enumerate(classes)}
    else:
        columns["value"] = pa.array(whole[:, 0].copy(), mask=is_null)
    faults = [
        pa.table({"row": found + first_row, "field": [name] * len(found), "code": codes[found].tolist()}, REFUSED)
        for name, codes in vetted.faults.items()
        for found in [np.flatnonzero(codes != "")]
    ]
    refused = pa.concat_tables([REFUSED.empty_table(), *faults]).sort_by([("row", "ascending")])
    counts = _counted(loaded, rows, vetted, told) if told is not None and loaded.profile else None
    return Told(pa.table(columns, answer_schema(loaded.signature)), refused, counts)


def _counted(loaded: Loaded, rows: pa.RecordBatch, vetted: Vetted, told: Answers) -> dict[str, Any]:
    held = rows if vetted.is_right.all() else rows.filter(pa.array(vetted.is_right))
    columns = {
        field.name: values_of(
            field,
            held.column(field.name) if field.name in held.schema.names else pa.nulls(held.num_rows),
            vetted.inputs,
        )
        for field in loaded.signature.fields
    }
    return count(loaded.profile, columns, told, loaded.signature)


def answer_schema(signature: Signature) -> pa.Schema:
    """The columns of the answers."""
    classes = signature.output.classes
    if not classes:
        return pa.schema([("row", pa.int64()), ("value", pa.float32())])
    return pa.schema(
        [
            ("row", pa.int64()),
            ("answer", pa.dictionary(pa.int32(), pa.string())),
            ("confidence", pa.float32()),
            *((f"p_{name}", pa.float32()) for name in classes),
        ]
    )


def as_they_come(schema: pa.Schema) -> dict[str, Any]:
    """How Parquet writes rows: their floating numbers plainly. Each mostly has a value of its own, which dictionaries
    and compression make no shorter; looking for them took twice as long as writing."""
    others = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return {"use_dictionary": others, "compression": dict.fromkeys(others, "snappy")}


def _parquet(path: Path, names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        columns = None if names is None else [name for name in names if name in file.schema_arrow.names]
        yield from file.iter_batches(batch_size=ROWS, columns=columns)


def _csv(path: Path, names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """All its values are texts: a type that Arrow guessed would be that of the first rows."""
    options = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(_csv_schema(path).names, pa.string()), strings_can_be_null=False
    )
    with pa.csv.open_csv(path, pa.csv.ReadOptions(block_size=BLOCK_BYTES), convert_options=options) as reader:
        yield from reader


def _csv_schema(path: Path) -> pa.Schema:
    with pa.csv.open_csv(path, pa.csv.ReadOptions(block_size=BLOCK_BYTES)) as reader:
        return pa.schema([(name, pa.string()) for name in reader.schema.names])


def _jsonl(path: Path, names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """A value that is not of the type of the others of its column is told as the text that it is."""
    with path.open("rb") as file:
        while lines := list(islice(file, ROWS)):
            rows = [orjson.loads(line) for line in lines if line.strip()]
            if not all(isinstance(row, dict) for row in rows):
                raise BatchUnreadable
            there = dict.fromkeys(name for row in rows for name in row) if names is None else names
            yield pa.RecordBatch.from_arrays(
                [_array([row.get(name) for row in rows]) for name in there], names=list(there)
            )


def _jsonl_schema(path: Path) -> pa.Schema:
    """Of each column, the type of all its values: chunks may have each its own."""
    kinds: dict[str, pa.DataType] = {}
    for rows in _jsonl(path, None):
        for field in rows.schema:
            kinds[field.name] = _common(kinds.get(field.name, pa.null()), field.type)
    return pa.schema(list(kinds.items()))


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    kinds = {one, other} - {pa.null()}
    if len(kinds) < 2:
        return kinds.pop() if kinds else pa.null()
    return pa.float64() if kinds == {pa.int64(), pa.float64()} else pa.string()


def _array(values: list[Any]) -> Any:
    try:
        found = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return text_array(values)
    return text_array(values) if pa.types.is_nested(found.type) else found


_READERS = {BatchFormat.PARQUET: _parquet, BatchFormat.CSV: _csv, BatchFormat.JSONL: _jsonl}
_SCHEMAS = {BatchFormat.PARQUET: pq.read_schema, BatchFormat.CSV: _csv_schema, BatchFormat.JSONL: _jsonl_schema}
