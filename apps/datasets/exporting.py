"""All the rows of a query as a file: nothing is held in memory, whatever the size.

CSV and JSON Lines are written by the database (COPY), Parquet by DuckDB from the snapshot. The file is whole on the
disk before anything is answered. Answered as it is made, one that fails in the middle would look as if it were whole:
the server of WSGI ends such an answer as it ends any other. And a slow reader would keep the database waiting.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from weakref import finalize

from django.db import connection, transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core import lake
from apps.core.errors import TemporaryFailure
from apps.datasets.engine.connecting import working_directory
from apps.datasets.enums import ColumnType
from apps.datasets.reading import statements
from apps.datasets.reading.pages import name_of, tell_failures
from apps.datasets.reading.queries import RowQuery
from apps.datasets.reading.statements import DUCKDB, POSTGRESQL, Statement, quote
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
# JSON text holds none of these two characters: COPY then neither quotes nor escapes it.
JSON_AS_IT_IS = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"


class ExportsBusy(TemporaryFailure):
    code = "exports_busy"


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file that was made: its name, its media type, its size in bytes, and these bytes, which can be read once."""

    name: str
    media_type: str
    size: int
    chunks: "Chunks"


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
    """The rows of `query`, all of them, as a file. Raises ExportsBusy, VersionGone, QueryTooLong."""
    if not _places.acquire(blocking=False):
        raise ExportsBusy(_("Several exports are being made: try again in a moment."), retry_after=5)
    try:
        file = _made(table, query.without_page(), to)
    except BaseException:
        _places.release()
        raise
    version = table.version
    return Export(
        name=f"{version.dataset.slug}-v{version.number}.{to.value}",
        media_type=to.media_type,
        size=os.fstat(file.fileno()).st_size,
        chunks=Chunks(file),
    )


def _made(table: Table, query: RowQuery, to: Format) -> BinaryIO:
    """The whole file, to be read from its start; it has no name, and is gone once it is closed."""
    with working_directory() as directory:
        path = directory / "rows"
        if to == Format.PARQUET:
            _write_parquet(table, query, path)
        else:
            _copy(_copied(table, query, to), path)
        return path.open("rb")


def _copied(table: Table, query: RowQuery, to: Format) -> Statement:
    rows = statements.select(query, table=name_of(table), dialect=POSTGRESQL)
    if to == Format.JSON_LINES:
        shown, options = "row_to_json(page)", JSON_AS_IT_IS
    else:
        shown, options = ", ".join(_as_text(table, name) for name in query.columns), "FORMAT csv, HEADER"
    sql = f"COPY (SELECT {shown} FROM ({rows.sql}) page) TO STDOUT ({options})"  # noqa: S608 -- names are quoted
    return Statement(sql, rows.values)


def _as_text(table: Table, name: str) -> str:
    """A column as CSV writes it: as JSON does, where PostgreSQL has ways of its own (t, f, a blank inside of times)."""
    column = quote(name)
    match table.by_name[name].type:
        case ColumnType.BOOLEAN:
            return f"{column}::text AS {column}"
        case ColumnType.DATETIME:
            return f"to_json({column}) #>> '{{}}' AS {column}"
    return column


def _copy(statement: Statement, path: Path) -> None:
    """Write what COPY sends."""
    with tell_failures(), transaction.atomic(), connection.cursor() as cursor, path.open("wb") as file:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MS)])
        with connection.wrap_database_errors:
            cursor.copy_expert(cursor.cursor.mogrify(statement.sql, statement.values), file, CHUNK)


def _write_parquet(table: Table, query: RowQuery, path: Path) -> None:
    from apps.datasets.engine import connect  # DuckDB, which no other page needs

    rows = statements.select(query, table="read_parquet(?)", dialect=DUCKDB)
    with lake.reading(table.version.snapshot) as snapshot, connect(reads=[snapshot], writes=[path.parent]) as duckdb:
        duckdb.execute(
            f"COPY ({rows.sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)", [str(snapshot), *rows.values]
        )
