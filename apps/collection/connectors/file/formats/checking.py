"""What no cell may hold, whatever the format: a zero character, which no database keeps; bytes that are no character,
which are marked (see `decoding`); more than a cell is.

They are looked for in the bytes of a whole column at once: a batch that has none costs nothing more.
"""

import re

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from apps.collection.connectors.base import ROW, Rejected
from apps.collection.connectors.file.decoding import MARK, first_mark, shown
from apps.collection.connectors.file.records import MAX_RECORD
from apps.collection.enums import RejectionReason

MAX_TEXT = 16_384
_ZERO = re.compile(rb"\0")
_MARK = re.compile(MARK)


def set_aside(rows: pa.RecordBatch) -> tuple[pa.RecordBatch, list[Rejected]]:
    """The rows that can be kept, and the others with the column that refuses them."""
    found: dict[int, Rejected] = {}
    for name in rows.schema.names:
        column = rows.column(name)
        data = column.buffers()[-1] if name != ROW else None
        if data is None:
            continue
        if data.size > MAX_RECORD:
            too_long = pc.greater(pc.binary_length(column), MAX_RECORD)
            _refuse(found, rows, too_long, RejectionReason.CELL_TOO_LONG, {})
        if _MARK.search(data):
            _refuse_marked(found, rows, name)
        if _ZERO.search(data):
            details = {"column": name, "byte": "0x00", "encoding": "utf-8"}
            _refuse(found, rows, pc.match_substring(column, "\0"), RejectionReason.CONTROL_CHARACTER, details)
    if not found:
        return rows, []
    kept = pa.array([rank not in found for rank in range(rows.num_rows)])
    return rows.filter(kept), [found[rank] for rank in sorted(found)]


def _refuse(
    found: dict[int, Rejected], rows: pa.RecordBatch, mask: pa.Array, reason: RejectionReason, details: dict[str, str]
) -> None:
    for rank in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
        number, text = _told(rows, rank)
        found.setdefault(rank, Rejected(row=number, reason=reason, details=details, text=text))


def _refuse_marked(found: dict[int, Rejected], rows: pa.RecordBatch, name: str) -> None:
    mask = pc.match_substring(rows.column(name), MARK.decode())
    for rank in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
        _at, byte = first_mark(rows.column(name)[rank].as_py().encode())
        details = {"column": name, "byte": f"0x{byte:02x}", "encoding": "utf-8"}
        number, text = _told(rows, rank)
        found.setdefault(
            rank, Rejected(row=number, reason=RejectionReason.INVALID_ENCODING, details=details, text=text)
        )


def _told(rows: pa.RecordBatch, rank: int) -> tuple[int, str]:
    """The number of a row, and what it holds, for people."""
    (row,) = rows.slice(rank, 1).to_pylist()
    number: int = row.pop(ROW)
    text = orjson.dumps({key: value[:MAX_TEXT] if value else value for key, value in row.items()})
    return number, shown(text)[:MAX_TEXT]
