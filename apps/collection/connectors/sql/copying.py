"""The fast way out of PostgreSQL: COPY in CSV, received in blocks of whole records, parsed by pyarrow.

The server sends each record in a message of its own (protocol, "COPY Operations"), and psycopg2 writes each where it is
told: a buffer in C, so that Python is called once for thousands of them. It writes null as nothing, and the empty text
as "": pyarrow tells them apart. psycopg2 pushes what it receives: a thread takes it, and waits once two blocks are
ahead of whoever reads.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedWriter, RawIOBase
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from apps.collection.connectors.base import ROW, Rejected
from apps.collection.connectors.sql.keys import as_json
from apps.collection.connectors.sql.pieces import MAX_TEXT, Piece
from apps.collection.enums import RejectionReason

AHEAD = 2
BLOCK_BYTES = 4 * 1024 * 1024
_LOOK_SECONDS = 0.2
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^,"]*))(,|$)')
_PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


class _Left(Exception):
    """Whoever read has left."""


class _Blocks(RawIOBase):
    """Where the buffer writes what it holds before it takes a record for which it has no room."""

    def __init__(self) -> None:
        self.waiting: Queue[bytes | BaseException | None] = Queue(maxsize=AHEAD)
        self.left = Event()

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self.hand(bytes(block))
        return len(block)

    def hand(self, what: bytes | BaseException | None) -> None:
        while not self.left.is_set():
            try:
                return self.waiting.put(what, timeout=_LOOK_SECONDS)
            except Full:
                continue
        raise _Left


def copied(cursor: Any, query: bytes, names: Sequence[str], *, key: int, size: int, first: int) -> Iterator[Piece]:
    """What the query gives, up to `size` records at once; `key` columns follow those named.

    Raises what the driver raises.
    """
    blocks = _Blocks()

    def receive() -> None:
        try:
            buffer = BufferedWriter(blocks, BLOCK_BYTES)
            cursor.copy_expert(b"COPY (" + query + b") TO STDOUT (FORMAT csv)", buffer)
            buffer.flush()
            blocks.hand(None)
        except _Left:
            pass
        except BaseException as error:  # whatever it is, it belongs to the thread that reads
            with suppress(_Left):
                blocks.hand(error)
        blocks.left.set()  # what a buffer still holds after an error is nobody's

    thread = Thread(target=receive, name="copy", daemon=True)
    thread.start()
    try:
        while (block := blocks.waiting.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            for piece in _pieces(block, names, key=key, size=size, first=first):
                yield piece
                first += piece.count
    finally:
        blocks.left.set()
        if thread.is_alive():
            _hurry(cursor.connection, thread, blocks)


def _hurry(connection: Any, thread: Thread, blocks: _Blocks) -> None:
    """End a COPY that nobody reads any more, so that the connection is nobody else's when it is closed."""
    while thread.is_alive():
        connection.cancel()
        with suppress(Empty):
            blocks.waiting.get_nowait()
        thread.join(_LOOK_SECONDS)


def _pieces(block: bytes, names: Sequence[str], *, key: int, size: int, first: int) -> Iterator[Piece]:
    # Quotes go by pairs in a record, whatever it holds: it is cut neither in a cell nor between two.
    if not block.endswith(b"\n") or block.count(b'"') % 2:
        raise RuntimeError("The server sent something else than whole records.")
    columns = len(names) + key
    try:
        table = _parsed(block, columns)
    except pa.ArrowInvalid:  # a database that does not say its encoding (SQL_ASCII) holds any byte
        records = _records(block)
        for at in range(0, len(records), size):
            yield _piece_of_texts(records[at : at + size], names, key=key, first=first + at)
        return
    for at in range(0, table.num_rows, size):
        rows = table.slice(at, size)
        last = [column[-1].as_py() for column in rows.columns[len(names) :]]
        # Not `pa.array`, which imports pandas.
        numbers = pa.arange(first + at, first + at + rows.num_rows)
        yield _piece(rows, names, numbers, count=rows.num_rows, key=last)


def _piece_of_texts(records: Sequence[bytes], names: Sequence[str], *, key: int, first: int) -> Piece:
    """Records of which some hold bytes that are no text: those are refused."""
    wrong = {rank: byte for rank, record in enumerate(records) if (byte := _wrong_byte(record))}
    good = b"".join(record for rank, record in enumerate(records) if rank not in wrong)
    numbers = pa.array(np.delete(np.arange(first, first + len(records)), list(wrong)))
    return _piece(
        _parsed(good, len(names) + key),
        names,
        numbers,
        count=len(records),
        key=_cells(records[-1])[len(names) :],
        rejected=tuple(_refused(records[rank], byte, first + rank, names) for rank, byte in wrong.items()),
    )


def _piece(table: pa.Table, names: Sequence[str], numbers: pa.Array, *, key: Sequence[Any], **told: Any) -> Piece:
    arrays = [table.column(rank).combine_chunks() for rank in range(len(names))]
    rows = pa.RecordBatch.from_arrays([*arrays, numbers], names=[*names, ROW])
    return Piece(rows=rows, key=tuple(as_json(cell) for cell in key), **told)


def _parsed(data: bytes, columns: int) -> pa.Table:
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


def _records(block: bytes) -> list[bytes]:
    records, held = list[bytes](), b""
    for line in block.splitlines(keepends=True):
        held += line
        if held.count(b'"') % 2 == 0 and held.endswith(b"\n"):
            records.append(held)
            held = b""
    return records


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
