"""From the rows of a cursor to batches of text, in a memory that does not depend on how many or how long they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from apps.collection.connectors.base import ROW, Rejected
from apps.collection.connectors.sql.keys import as_json
from apps.collection.connectors.texts import as_text, text_array
from apps.collection.enums import RejectionReason

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows of long texts make batches of fewer of them.
TARGET_BYTES = 16 * 1024 * 1024
FIRST_STEP, LARGEST_STEP = 50, 1_000
MAX_TEXT = 2_000

Fetch = Callable[[int], Sequence[Sequence[Any]]]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Records of a part, the rejected ones counted: `count` of them, of which the last has the key `key`, in JSON."""

    rows: pa.RecordBatch
    count: int
    key: tuple[Any, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def pieces(fetch: Fetch, names: Sequence[str], *, key: int, size: int, first: int) -> Iterator[Piece]:
    """What `fetch(n)` gives, up to `size` rows at once; `key` columns follow those named; `first` is a row's number."""
    waiting: list[pa.RecordBatch] = []
    rejected: list[Rejected] = []
    last: Sequence[Any] = ()
    count = weight = 0
    step = FIRST_STEP
    while rows := fetch(min(step, size - count)):
        batch, refused = text_rows(rows, names, first=first + count)
        waiting.append(batch)
        rejected += refused
        last = rows[-1]
        count += len(rows)
        weight += batch.nbytes
        step = max(1, min(LARGEST_STEP, TARGET_BYTES * count // max(weight, 1)))
        if count >= size or weight >= TARGET_BYTES:
            yield _piece(waiting, rejected, count, last, key, names)
            waiting, rejected, first, count, weight = [], [], first + count, 0, 0
    if count:
        yield _piece(waiting, rejected, count, last, key, names)


def _piece(
    waiting: list[pa.RecordBatch],
    rejected: list[Rejected],
    count: int,
    last: Sequence[Any],
    key: int,
    names: Sequence[str],
) -> Piece:
    return Piece(
        rows=pa.concat_batches(waiting),
        count=count,
        key=tuple(as_json(value) for value in last[len(names) : len(names) + key]),
        rejected=tuple(rejected),
    )


def text_rows(
    rows: Sequence[Sequence[Any]], names: Sequence[str], *, first: int
) -> tuple[pa.RecordBatch, list[Rejected]]:
    """Rows as texts, without those that hold a text that is not one, which are told apart."""
    columns = list(zip(*rows, strict=True))[: len(names)]
    arrays: list[pa.Array] = []
    faults: dict[int, dict[str, str]] = {}
    for name, values in zip(names, columns, strict=True):
        array, found = _texts(values)
        arrays.append(array)
        for rank, byte in found.items():
            faults.setdefault(rank, {"column": name, "byte": byte, "encoding": "utf-8"})
    numbers: NDArray[np.int64] = np.arange(first, first + len(rows), dtype=np.int64)
    batch = pa.RecordBatch.from_arrays([*arrays, pa.array(numbers)], names=[*names, ROW])
    if not faults:
        return batch, []
    kept = np.ones(len(rows), dtype=bool)
    kept[list(faults)] = False
    refused = [
        Rejected(
            row=first + rank,
            reason=RejectionReason.INVALID_ENCODING,
            details=fault,
            text=" | ".join(shown(value) for value in rows[rank][: len(names)])[:MAX_TEXT],
        )
        for rank, fault in sorted(faults.items())
    ]
    return batch.filter(pa.array(kept)), refused


def shown(value: Any) -> str:
    """A value for people to recognise, whatever it holds."""
    return (as_text(value) or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _texts(values: Sequence[Any]) -> tuple[pa.Array, dict[int, str]]:
    """A column as texts; and, by rank, the first byte of each that is not one."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds in ({int}, {bool}):
        return text_array(values), {}
    texts = values if kinds <= {str} else [as_text(value) for value in values]
    try:
        return pa.array(texts, pa.string()), {}
    except UnicodeEncodeError:  # bytes that are not UTF-8, carried as halves of surrogate pairs
        faults = {rank: byte for rank, text in enumerate(texts) if text and (byte := _wrong_byte(text))}
        return pa.array([None if rank in faults else text for rank, text in enumerate(texts)], pa.string()), faults


def _wrong_byte(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"0x{ord(text[error.start]) & 0xFF:02x}"
    return ""
