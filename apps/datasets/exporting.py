"""All the rows of a query as a file, streamed: nothing is held in memory, whatever the size.

CSV and JSON Lines are written by the database (COPY) on a connection of their own; Parquet by DuckDB from the snapshot.
An export that fails in the middle breaks the connection: a file that is not whole never looks as if it were.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connections
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core import lake
from apps.core.errors import TemporaryFailure
from apps.datasets.enums import ColumnType
from apps.datasets.reading import statements
from apps.datasets.reading.pages import name_of, tell_failures
from apps.datasets.reading.queries import RowQuery
from apps.datasets.reading.statements import DUCKDB, POSTGRESQL, Statement, quote
from apps.datasets.reading.table import Table

CHUNK = 256 * 1024
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
    """A file being made: its name, its media type, and its bytes, which can be read once."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


def export(*, table: Table, query: RowQuery, to: Format) -> Export:
    """The rows of `query`, all of them, as a file. Raises ExportsBusy, VersionGone."""
    if not _places.acquire(blocking=False):
        raise ExportsBusy(_("Several exports are being made: try again in a moment."), retry_after=5)
    chunks = _leaving_a_place(table, query.without_page(), to)
    # The first chunk is made before anything is answered, so that what fails at once is told as any other error.
    first = next(chunks, b"")
    version = table.version
    return Export(
        name=f"{version.dataset.slug}-v{version.number}.{to.value}",
        media_type=to.media_type,
        chunks=_chain(first, chunks),
    )


def _leaving_a_place(table: Table, query: RowQuery, to: Format) -> Iterator[bytes]:
    try:
        yield from (_parquet(table, query) if to == Format.PARQUET else _copied(table, query, to))
    finally:
        _places.release()


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        rest.close()  # type: ignore[attr-defined]  # a generator


def _copied(table: Table, query: RowQuery, to: Format) -> Iterator[bytes]:
    rows = statements.select(query, table=name_of(table), dialect=POSTGRESQL)
    if to == Format.JSON_LINES:
        shown, options = "row_to_json(page)", JSON_AS_IT_IS
    else:
        shown, options = ", ".join(_as_text(table, name) for name in query.columns), "FORMAT csv, HEADER"
    sql = f"COPY (SELECT {shown} FROM ({rows.sql}) page) TO STDOUT ({options})"  # noqa: S608 -- names are quoted
    return _copy(Statement(sql, rows.values))


def _as_text(table: Table, name: str) -> str:
    """A column as CSV writes it: as JSON does, where PostgreSQL has ways of its own (t, f, a blank inside of times)."""
    column = quote(name)
    match table.by_name[name].type:
        case ColumnType.BOOLEAN:
            return f"{column}::text AS {column}"
        case ColumnType.DATETIME:
            return f"to_json({column}) #>> '{{}}' AS {column}"
    return column


def _copy(statement: Statement) -> Iterator[bytes]:
    """What COPY sends, as it comes: it pushes into a pipe, from a thread, and the reader pulls."""
    connection = connections.create_connection("default")
    connection.inc_thread_sharing()
    reading, writing = os.pipe()
    failures: list[Exception] = []

    def pour() -> None:
        try:
            with os.fdopen(writing, "wb") as pipe, connection.cursor() as cursor:
                sql = cursor.cursor.mogrify(statement.sql, statement.values)
                with tell_failures(), connection.wrap_database_errors:
                    cursor.copy_expert(sql, pipe)
        except BrokenPipeError:
            pass  # the reader left
        except Exception as error:
            failures.append(error)

    pouring = threading.Thread(target=pour, name="export", daemon=True)
    pouring.start()
    try:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while chunk := pipe.read(CHUNK):
                yield chunk
    except GeneratorExit:
        connection.connection.cancel()  # the reader left
        raise
    finally:
        pouring.join()
        connection.close()
    if failures:
        raise failures[0]


def _parquet(table: Table, query: RowQuery) -> Iterator[bytes]:
    from apps.datasets.engine import connect  # DuckDB, which no other page needs

    rows = statements.select(query, table="read_parquet(?)", dialect=DUCKDB)
    with TemporaryDirectory() as directory, lake.reading(table.version.snapshot) as snapshot:
        made = Path(directory) / "rows.parquet"
        with connect(reads=[snapshot], writes=[made.parent]) as duckdb:
            duckdb.execute(
                f"COPY ({rows.sql}) TO '{made}' (FORMAT parquet, COMPRESSION zstd)", [str(snapshot), *rows.values]
            )
        with made.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
