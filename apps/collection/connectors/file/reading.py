"""Reading a file by batches, in a memory that does not depend on its size.

bytes → pieces → UTF-8 → blocks of well-formed records → pyarrow → batches; each step is a generator over the one
before.
pyarrow is only given what cannot surprise it, and tells which records have not as many cells as there are columns.

pyarrow's own threads are not used: with them it does not number the records that it refuses.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from apps.collection.connectors.base import ROW, Batch, Cursor, Rejected
from apps.collection.connectors.file.config import Layout
from apps.collection.connectors.file.decoding import shown
from apps.collection.connectors.file.lines import lines
from apps.collection.connectors.file.records import Aside, Block, Grammar, blocks
from apps.collection.connectors.file.unpacking import PIECE, unpacked
from apps.collection.enums import RejectionReason

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH_RECORDS = 50_000
# Of a rejected record, what is kept to be looked at: a whole one, unless it is itself what is wrong.
MAX_TEXT = 16_384


def read_batches(
    path: Path,
    layout: Layout,
    *,
    cursor: Cursor | None = None,
    limit: int,
    piece: int = PIECE,
    batch_records: int = BATCH_RECORDS,
    member: str = "",
) -> Iterator[Batch]:
    """The records of a file after those that the cursor says are consumed, refused ones counted.

    Raises the errors of `unpacked`.
    """
    done = int(cursor["row"]) if cursor else 0
    grammar = Grammar(layout.delimiter, layout.quote)
    parser = _Parser(layout, grammar)
    before = 0
    text = lines(unpacked(path, limit=limit, piece=piece, member=member), layout)
    for block in blocks(text, grammar, has_header=layout.header):
        rows, numbers, refused, count = parser.parse(block)
        numbers += before
        for start in range(max(before, done), before + count, batch_records):
            end = min(start + batch_records, before + count)
            first, last = np.searchsorted(numbers, [start, end], side="right")
            yield Batch(
                rows=rows.slice(first, last - first).append_column(ROW, pa.array(numbers[first:last], pa.int64())),
                cursor={"row": end},
                rejected=tuple(
                    _rejected(aside, before, layout) for aside in refused if start < aside.rank + before <= end
                ),
                position=block.position,
            )
        before += count


class _Parser:
    """pyarrow, told that everything is text and that it judges nothing but the number of cells."""

    def __init__(self, layout: Layout, grammar: Grammar) -> None:
        self._ragged: list[tuple[int, int, str]] = []
        self._expected = len(layout.columns)
        self._names = list(layout.columns)
        self._schema = pa.schema([(name, pa.string()) for name in layout.columns])
        self._parse = csv.ParseOptions(
            delimiter=layout.delimiter.character,
            quote_char=layout.quote.character or False,
            double_quote=bool(layout.quote.character),
            newlines_in_values=bool(layout.quote.character),
            ignore_empty_lines=True,
            invalid_row_handler=self._set_aside,
        )
        self._convert = csv.ConvertOptions(column_types=self._schema, strings_can_be_null=False, check_utf8=False)

    def parse(self, block: Block) -> "tuple[pa.RecordBatch, NDArray[np.int64], list[Aside], int]":
        """The rows of a block, the rank of each among its records, those that are refused, and how many there are."""
        self._ragged.clear()
        rows = self._rows(block.data)
        well_formed = len(rows) + len(self._ragged)
        count = well_formed + len(block.aside)
        ranks = np.arange(1, count + 1, dtype=np.int64)
        if block.aside:
            ranks = np.delete(ranks, [aside.rank - 1 for aside in block.aside])
        refused = list(block.aside)
        for number, found, text in self._ragged:
            reason = RejectionReason.TOO_FEW_COLUMNS if found < self._expected else RejectionReason.TOO_MANY_COLUMNS
            refused.append(Aside(int(ranks[number - 1]), reason, text.encode(), column=found))
        if self._ragged:
            ranks = np.delete(ranks, [number - 1 for number, _found, _text in self._ragged])
        refused.sort(key=lambda aside: aside.rank)
        return rows, ranks, refused, count

    def _rows(self, data: bytes) -> pa.RecordBatch:
        if not data:
            return pa.RecordBatch.from_pylist([], schema=self._schema)
        # One block, so that a number is a rank in `data`, and a record is never on both sides of a cut.
        options = csv.ReadOptions(use_threads=False, column_names=self._names, block_size=len(data) + 1)
        table = csv.read_csv(pa.BufferReader(data), options, self._parse, self._convert)
        return table.to_batches()[0] if len(table) else pa.RecordBatch.from_pylist([], self._schema)

    def _set_aside(self, row: csv.InvalidRow) -> str:
        self._ragged.append((row.number, row.actual_columns, row.text))
        return "skip"


def _rejected(aside: Aside, before: int, layout: Layout) -> Rejected:
    text = shown(aside.text[:MAX_TEXT]).removesuffix("\n")
    return Rejected(row=before + aside.rank, reason=aside.reason, details=_details(aside, layout), text=text)


def _details(aside: Aside, layout: Layout) -> dict[str, Any]:
    columns = layout.columns
    match aside.reason:
        case RejectionReason.TOO_FEW_COLUMNS | RejectionReason.TOO_MANY_COLUMNS:
            return {"expected": len(columns), "found": aside.column}
        case RejectionReason.INVALID_ENCODING | RejectionReason.CONTROL_CHARACTER:
            name = columns[aside.column] if aside.column < len(columns) else ""
            return {"column": name, "byte": f"0x{aside.byte:02x}", "encoding": str(layout.encoding)}
        case _:
            return {}
