"""The rows of a batch, chunk by chunk: read from a file, answered, written. For workers."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from apps.inference.batch_failures import BatchUnreadable
from apps.inference.drift.counting import count
from apps.inference.enums import BatchFormat
from apps.inference.predictors import Answers
from apps.inference.serving.swapping import Loaded
from apps.inference.serving.vectors import UNREAD, Vetted, values_of, vet
from apps.inference.signature import Signature

ROWS = 65_536
BLOCK_BYTES = 8 * 1024 * 1024
UNREADABLE = (pa.ArrowException, orjson.JSONDecodeError, UnicodeDecodeError, OSError)
REFUSED = pa.schema([("row", pa.int64()), ("field", pa.string()), ("code", pa.string())])


def count_rows(path: Path, form: BatchFormat) -> int | None:
    """How many rows a file has, where it says so. Raises BatchUnreadable."""
    if form != BatchFormat.PARQUET:
        return None
    try:
        return int(pq.read_metadata(path).num_rows)
    except UNREADABLE:
        raise BatchUnreadable from None


def read(
    path: Path, form: BatchFormat, signature: Signature, *, is_rewritten: bool = False
) -> Iterator[pa.RecordBatch]:
    """The rows of a file, in chunks that are the same each time it is read; of one that `tables` rewrote, those that
    could not be read too. Raises BatchUnreadable."""
    names = (*signature.names, UNREAD) if is_rewritten else signature.names
    readers = {BatchFormat.PARQUET: _parquet, BatchFormat.CSV: _csv, BatchFormat.JSONL: _jsonl}
    try:
        yield from readers[form](path, names)
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
    """The columns of a result."""
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


def write(path: Path, form: BatchFormat, schema: pa.Schema, parts: Iterator[pa.Table]) -> None:
    """The parts, in their order, as one file."""
    if form == BatchFormat.PARQUET:
        with pq.ParquetWriter(path, schema) as writer:
            for part in parts:
                writer.write_table(part.cast(schema))
        return
    plain = pa.schema(
        [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in schema]
    )
    if form == BatchFormat.CSV:
        with pa.csv.CSVWriter(path, plain) as writer:
            for part in parts:
                writer.write_table(part.cast(plain))
        return
    with path.open("wb") as file:
        for part in parts:
            file.writelines(orjson.dumps(row) + b"\n" for row in part.to_pylist())


def _parquet(path: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        columns = [name for name in names if name in file.schema_arrow.names]
        yield from file.iter_batches(batch_size=ROWS, columns=columns)


def _csv(path: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """All its values are texts: a type that Arrow guessed would be that of the first rows."""
    options = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=[name for name in names if name in _header(path)],
        strings_can_be_null=False,
    )
    with pa.csv.open_csv(path, pa.csv.ReadOptions(block_size=BLOCK_BYTES), convert_options=options) as reader:
        yield from reader


def _header(path: Path) -> set[str]:
    with pa.csv.open_csv(path, pa.csv.ReadOptions(block_size=BLOCK_BYTES)) as reader:
        return set(reader.schema.names)


def _jsonl(path: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """A value that is not of the type of the others of its column is told as the text that it is."""
    with path.open("rb") as file:
        while lines := list(islice(file, ROWS)):
            rows = [orjson.loads(line) for line in lines if line.strip()]
            if not all(isinstance(row, dict) for row in rows):
                raise BatchUnreadable
            yield pa.RecordBatch.from_arrays(
                [_array([row.get(name) for row in rows]) for name in names], names=list(names)
            )


def _array(values: list[Any]) -> Any:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([value if value is None else str(value) for value in values], pa.string())
