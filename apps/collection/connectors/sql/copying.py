"""The fast way out of PostgreSQL: COPY in CSV, cut between records, parsed by pyarrow.

The server sends each record in a message of its own (protocol, "COPY Operations"), so records are never cut and none
needs to be looked for. It writes null as nothing, and the empty text as "": pyarrow tells them apart. psycopg2 pushes
what it receives: a thread takes it, and waits once two batches are ahead of whoever reads.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from apps.collection.connectors.base import ROW, Rejected
from apps.collection.connectors.sql.keys import as_json
from apps.collection.connectors.sql.pieces import MAX_TEXT, TARGET_BYTES, Piece
from apps.collection.enums import RejectionReason

AHEAD = 2
_LOOK_SECONDS = 0.2
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^,"]*))(,|$)')
_PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


class _Left(Exception):
    """Whoever read has left."""


class _Receiver:
    """What psycopg2 writes to: one call for each record."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.batches: Queue[list[bytes] | BaseException | None] = Queue(maxsize=AHEAD)
        self.left = Event()
        self._records: list[bytes] = []
        self._weight = 0

    def write(self, record: bytes) -> None:
        self._records.append(record)
        self._weight += len(record)
        if self._weight >= TARGET_BYTES or len(self._records) >= self.size:
            self.flush()

    def flush(self) -> None:
        if self._records:
            self.hand(self._records)
            self._records, self._weight = [], 0

    def hand(self, what: list[bytes] | BaseException | None) -> None:
        while not self.left.is_set():
            try:
                return self.batches.put(what, timeout=_LOOK_SECONDS)
            except Full:
                continue
        raise _Left


def copied(cursor: Any, query: bytes, names: Sequence[str], *, key: int, size: int, first: int) -> Iterator[Piece]:
    """What the query gives, up to `size` records at once; `key` columns follow those named.

    Raises what the driver raises.
    """
    receiver = _Receiver(size)

    def receive() -> None:
        try:
            cursor.copy_expert(b"COPY (" + query + b") TO STDOUT (FORMAT csv)", receiver)
            receiver.flush()
            receiver.hand(None)
        except _Left:
            pass
        except BaseException as error:  # whatever it is, it belongs to the thread that reads
            if not receiver.left.is_set():
                receiver.hand(error)

    thread = Thread(target=receive, name="copy", daemon=True)
    thread.start()
    try:
        while (batch := receiver.batches.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            yield _piece(batch, names, key=key, first=first)
            first += len(batch)
    finally:
        receiver.left.set()
        if thread.is_alive():
            _hurry(cursor.connection, thread, receiver)


def _hurry(connection: Any, thread: Thread, receiver: _Receiver) -> None:
    """End a COPY that nobody reads any more, so that the connection is nobody else's when it is closed."""
    while thread.is_alive():
        connection.cancel()
        with suppress(Empty):
            receiver.batches.get_nowait()
        thread.join(_LOOK_SECONDS)


def _piece(records: list[bytes], names: Sequence[str], *, key: int, first: int) -> Piece:
    # Not `pa.array`, which imports pandas.
    numbers = pa.arange(first, first + len(records))
    good, refused = records, list[Rejected]()
    try:
        table = _parsed(records, len(names) + key)
    except pa.ArrowInvalid:  # a database that does not say its encoding (SQL_ASCII) holds any byte
        wrong = {rank: byte for rank, record in enumerate(records) if (byte := _wrong_byte(record))}
        good = [record for rank, record in enumerate(records) if rank not in wrong]
        refused = [_refused(records[rank], byte, first + rank, names) for rank, byte in wrong.items()]
        numbers = pa.array(np.delete(numbers, list(wrong)))
        table = _parsed(good, len(names) + key)
    if table.num_rows != len(good):
        raise RuntimeError("The server sent records in another number than messages.")
    last = [column[-1].as_py() for column in table.columns] if not refused else _cells(records[-1])
    arrays = [table.column(rank).combine_chunks() for rank in range(len(names))]
    return Piece(
        rows=pa.RecordBatch.from_arrays([*arrays, numbers], names=[*names, ROW]),
        count=len(records),
        key=tuple(as_json(cell) for cell in last[len(names) :]),
        rejected=tuple(refused),
    )


def _parsed(records: list[bytes], columns: int) -> pa.Table:
    data = b"".join(records)
    labels = [str(rank) for rank in range(columns)]
    if not data:
        return pa.table({label: pa.array([], pa.string()) for label in labels})
    # One block: records are whole in it, however long they are.
    read = csv.ReadOptions(use_threads=False, column_names=labels, block_size=len(data) + 1)
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(labels, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    return csv.read_csv(pa.BufferReader(data), read, _PARSE, convert)


def _wrong_byte(record: bytes) -> str:
    try:
        record.decode()
    except UnicodeDecodeError as error:
        return f"0x{record[error.start]:02x}"
    return ""


def _refused(record: bytes, byte: str, number: int, names: Sequence[str]) -> Rejected:
    cells = zip(_cells(record), [*names, ""], strict=False)
    column = next((name for cell, name in cells if any("\ud800" <= each <= "\udfff" for each in cell)), "")
    return Rejected(
        row=number,
        reason=RejectionReason.INVALID_ENCODING,
        details={"column": column, "byte": byte, "encoding": "utf-8"},
        text=record.decode("utf-8", "replace").rstrip("\n")[:MAX_TEXT],
    )


def _cells(record: bytes) -> list[str]:
    """The cells of one record, nulls as empty texts."""
    text = record.decode("utf-8", "surrogateescape").removesuffix("\n")
    cells, at, is_last = [], 0, False
    while not is_last and (found := _CELL.match(text, at)):
        quoted, bare, comma = found.groups()
        cells.append(bare if quoted is None else quoted.replace('""', '"'))
        at, is_last = found.end(), not comma
    return cells
