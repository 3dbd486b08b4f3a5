"""The records of pages as rows of a batch: as they are, or with their nested values in columns of their own."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from apps.collection.connectors.base import Rejected
from apps.collection.connectors.file.naming import RESERVED
from apps.collection.connectors.rest.choices import Nested
from apps.collection.connectors.rest.config import DEPTH, RestConfig
from apps.collection.connectors.rest.documents import kind_of
from apps.collection.connectors.texts import as_text, text_batch
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import ReservedColumn

if TYPE_CHECKING:
    import pyarrow as pa

# Of a rejected record, what is kept to be looked at.
_MAX_TEXT = 16_384


def as_row(record: Mapping[str, Any], config: RestConfig) -> Mapping[str, Any]:
    """A record as the row it makes."""
    return record if config.nested == Nested.JSON else flattened(record, depth=config.depth or DEPTH)


def flattened(record: Mapping[str, Any], *, depth: int, prefix: str = "") -> dict[str, Any]:
    """Objects become columns named by their path, `depth` levels of them; lists, and what is deeper, stay as they are.

    An empty object keeps its own column, and so does one whose columns would have the name of another: nothing of a
    record is lost.
    """
    row = {f"{prefix}{name}": value for name, value in record.items() if not _opens(value, depth)}
    for name, value in record.items():
        if _opens(value, depth):
            below = flattened(value, depth=depth - 1, prefix=f"{prefix}{name}.")
            row |= {f"{prefix}{name}": value} if below.keys() & row.keys() else below
    return row


def make_batch(
    rows: Sequence[Mapping[str, Any]], numbers: Sequence[int], *, columns: Iterable[str]
) -> "pa.RecordBatch":
    """A batch with these columns, and those that the rows have besides. Raises ReservedColumn."""
    found = dict.fromkeys(columns)
    for row in rows:
        if not row.keys() <= found.keys():
            found |= dict.fromkeys(row)
    names = list(found)
    for name in names:
        if name in RESERVED:
            raise ReservedColumn(column=name)
    try:
        return text_batch(rows, names, rows=numbers)
    except TypeError:  # in nested values, whole numbers of more than 64 bits or halves of surrogate pairs
        return text_batch([_written(row) for row in rows], names, rows=numbers)


def rejected(record: Any, number: int) -> Rejected:
    """What stands among the records and is none."""
    return Rejected(
        row=number,
        reason=RejectionReason.NOT_A_RECORD,
        details={"found": kind_of(record)},
        text=as_json(record).decode(errors="replace")[:_MAX_TEXT],
    )


def as_json(value: Any) -> bytes:
    """JSON, the same for the same value; also for what orjson does not write (see `make_batch`)."""
    try:
        return orjson.dumps(value, default=as_text)
    except TypeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_text)
        return text.encode("utf-8", "surrogatepass")


def _opens(value: Any, depth: int) -> bool:
    return depth > 0 and isinstance(value, dict) and bool(value)


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: as_json(value).decode("utf-8", "replace") if isinstance(value, dict | list) else value
        for name, value in row.items()
    }
