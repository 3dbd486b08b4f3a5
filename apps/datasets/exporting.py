"""All the rows of a query as a file: nothing is held in memory, whatever the size.

Written by DuckDB from the snapshot of the version, that is read today or a former one, in any format: measured on a
million rows of ten columns, a third faster than COPY from the table, and the database is left to others. The file is
whole on the disk before anything is answered. Answered as it is made, one that fails in the middle would look as if it
were whole: the server of WSGI ends such an answer as it ends any other.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO
from weakref import finalize

from django.db.models import TextChoices
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from apps.core.errors import TemporaryFailure
from apps.datasets.engine.connecting import working_directory
from apps.datasets.models import VersionTable
from apps.datasets.reading import statements
from apps.datasets.reading.engines import TooMuchMemory, snapshots
from apps.datasets.reading.queries import RowQuery
from apps.datasets.reading.sql import DUCKDB, Output, Statement, literal, quote
from apps.datasets.reading.table import Table

CHUNK = 256 * 1024
LONGEST_MS = 10 * 60_000
# Each export occupies a thread of the web process for as long as its reader reads.
AT_ONCE = 2
_places = threading.BoundedSemaphore(AT_ONCE)


class Format(TextChoices):
    CSV = "csv", "CSV"
    JSON_LINES = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.JSON_LINES: "application/jsonl; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}
# Rows that Parquet holds before it writes them, as many times as there are threads: they may be long.
ROWS_HELD = 20_000
# Format → how DuckDB writes a value in it, and the options of its COPY.
WRITTEN: dict[Format, tuple[Callable[[Output], str], str]] = {
    Format.CSV: (DUCKDB.cell, "FORMAT csv, HEADER"),
    Format.JSON_LINES: (DUCKDB.member, "FORMAT json"),
    Format.PARQUET: (lambda output: output.sql, f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_HELD}"),
}


class ExportsBusy(TemporaryFailure):
    code = "exports_busy"


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file that was made: its name, its media type, its size in bytes, and these bytes, which can be read once."""

    name: str
    media_type: str
    size: int
    chunks: "Chunks"

    def response(self, **headers: str) -> StreamingHttpResponse:
        """The answer that hands this file over."""
        named = {"Content-Disposition": f'attachment; filename="{self.name}"', "Content-Length": str(self.size)}
        return StreamingHttpResponse(
            self.chunks, content_type=self.media_type, headers=named | {"Cache-Control": "no-store"} | headers
        )


class Chunks:
    """The bytes of a file by pieces. Its place is another's once they are read or closed, or once nobody has them.

    Not a generator, which does nothing when it is closed before it began: what HEAD does.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.close = finalize(self, _leave, file)

    def __iter__(self) -> "Chunks":
        return self

    def __next__(self) -> bytes:
        chunk = b"" if self._file.closed else self._file.read(CHUNK)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk


def _leave(file: BinaryIO) -> None:
    file.close()
    _places.release()


def export(*, table: Table, query: RowQuery, to: Format) -> Export:
    """The rows of `query`, all of them, as a file. Raises ExportsBusy, SnapshotGone, QueryTooLong."""
    if not _places.acquire(blocking=False):
        raise ExportsBusy(_("Several exports are being made: try again in a moment."), retry_after=5)
    try:
        file = _made(table, query.of_whole_file(), to)
    except BaseException:
        _places.release()
        raise
    return Export(
        name=file_name(table.stored, to),
        media_type=to.media_type,
        size=os.fstat(file.fileno()).st_size,
        chunks=Chunks(file),
    )


def file_name(stored: VersionTable, to: Format) -> str:
    """What the file of a table is called once it is downloaded."""
    version = stored.version
    entity = f"-{stored.entity}" if stored.position else ""
    return f"{version.dataset.slug}{entity}-v{version.number}.{to.value}"


def _made(table: Table, query: RowQuery, to: Format) -> BinaryIO:
    """The whole file, to be read from its start; it has no name, and is gone once it is closed."""
    try:
        return _written(table, query, to)
    except TooMuchMemory:
        # Threads hold what they wrote until those before have: one writes long rows as they come.
        return _written(table, query, to, threads=1)


def _written(table: Table, query: RowQuery, to: Format, *, threads: int | None = None) -> BinaryIO:
    write, options = WRITTEN[to]
    with working_directory() as directory:
        path = directory / "rows"
        stored = replace(table, is_snapshot=True)
        with snapshots(stored, writes=[directory], longest_ms=LONGEST_MS, threads=threads) as engine:
            source = engine.source(table, query.words, query.filters)
            rows = statements.select(query, source=source, dialect=DUCKDB)
            shown = ", ".join(f"{write(each)} AS {quote(each.name)}" for each in _outputs(table, query))
            copy = f"COPY (SELECT {shown} FROM ({rows.sql}) _page) TO {literal(str(path))} ({options})"  # noqa: S608 -- names are quoted
            engine.fetch(Statement(copy, rows.values))
        return path.open("rb")


def _outputs(table: Table, query: RowQuery) -> list[Output]:
    return [Output(name=name, sql=quote(name), type=table.by_name[name].type) for name in query.columns]
