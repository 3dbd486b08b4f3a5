"""Where rows are read: in the table of their version by PostgreSQL, or in its snapshot by DuckDB.

    with engine_for(table) as engine:
        engine.fetch(Statement(f"SELECT count(*) FROM {engine.place(table)}"))

What may happen to a sound query is raised as errors that its reader understands.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.db import DataError, OperationalError, ProgrammingError, connection
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import NumericValueOutOfRange, QueryCanceled, UndefinedTable
from psycopg2.extensions import BYTES, register_type

from apps.core import lake
from apps.core.errors import RuleViolation
from apps.datasets.reading.matching import find_words
from apps.datasets.reading.queries import Filter
from apps.datasets.reading.searching import searching
from apps.datasets.reading.sql import DUCKDB, POSTGRESQL, Dialect, Statement, literal, quote
from apps.datasets.reading.statements import conditions_of
from apps.datasets.reading.table import DATABASE_SCHEMA, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST_MS = 10_000


class QueryTooLong(RuleViolation):
    code = "query_too_long"


class TooMuchMemory(QueryTooLong):
    """What it needs to hold at once is more than DuckDB may use (DUCKDB_MEMORY_MB)."""


class NumberTooLarge(RuleViolation):
    """A sum, or what an average is made of, is beyond what the type of its column can hold."""

    code = "number_too_large"


class VersionGone(RuleViolation):
    """The table of the version was dropped while it was being read."""

    code = "version_gone"


class SnapshotGone(RuleViolation):
    """The version was published once, and its rows are no longer kept."""

    code = "snapshot_gone"


class Engine(Protocol):
    dialect: Dialect

    def place(self, table: Table) -> str:
        """Where the rows of a table are, as trusted SQL."""

    def source(self, table: Table, words: str, filters: Sequence[Filter]) -> Statement:
        """The rows to choose from: all of them, or those that have these words; what the filters leave out may be."""

    def fetch(self, statement: Statement) -> list[tuple[Any, ...]]:
        """The rows of a statement that may not last. Raises QueryTooLong, NumberTooLarge, VersionGone."""

    def fetch_texts(self, statement: Statement) -> list[tuple[bytes | None, ...]]:
        """Those of a statement that gives nothing but texts, in UTF-8. Raises what `fetch` raises."""


@contextmanager
def engine_for(table: Table, others: Sequence[Table] = ()) -> Iterator[Engine]:
    """What reads this table, and these others of the same version with it. Raises SnapshotGone."""
    if not table.is_snapshot:
        yield Database()
        return
    with snapshots(table, *others) as engine:
        yield engine


@contextmanager
def snapshots(
    *tables: Table, writes: Sequence[Path] = (), longest_ms: int | None = None, threads: int | None = None
) -> "Iterator[Snapshots]":
    """What reads the files of these tables, and may write in these directories. Raises SnapshotGone."""
    from apps.datasets.engine import connect  # DuckDB, which no other page needs

    with ExitStack() as stack:
        try:
            names = {each.stored.snapshot for each in tables}
            paths = {name: stack.enter_context(lake.reading(name)) for name in names}
        except FileNotFoundError:
            raise SnapshotGone(_("The rows of this version are no longer kept.")) from None
        connected = stack.enter_context(connect(reads=paths.values(), writes=writes, threads=threads))
        yield Snapshots(connected, paths, longest_ms=longest_ms or LONGEST_MS)


class Database:
    """The tables of the versions that are served."""

    dialect: Dialect = POSTGRESQL

    def place(self, table: Table) -> str:
        if not table.stored.table:
            raise VersionGone(_("A new version was published since: begin again."))
        return name_of(table)

    def source(self, table: Table, words: str, filters: Sequence[Filter]) -> Statement:
        return searching(table.schema, self.place(table), words) if words else Statement(f"{self.place(table)} seen")

    def fetch(self, statement: Statement) -> list[tuple[Any, ...]]:
        return self._fetch(statement)

    def fetch_texts(self, statement: Statement) -> list[tuple[bytes | None, ...]]:
        """As they come: texts that are decoded only to be encoded again take, measured, a tenth of a page's time."""
        return self._fetch(statement, BYTES)

    def _fetch(self, statement: Statement, *types: Any) -> list[tuple[Any, ...]]:
        """In one exchange with the database. `types` are what psycopg2 makes of values, where it is not its habit."""
        # Both statements travel together and are one transaction, outside of which SET LOCAL would mean nothing.
        limited = f"SET LOCAL statement_timeout = {LONGEST_MS}; {statement.sql}"
        with tell_failures(), connection.cursor() as cursor:
            for each in types:
                register_type(each, cursor.cursor)
            cursor.execute(limited, statement.values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


class Snapshots:
    """The files of a version, read by DuckDB."""

    dialect: Dialect = DUCKDB

    def __init__(self, connected: "DuckDBPyConnection", paths: Mapping[str, Path], *, longest_ms: int) -> None:
        self._connected = connected
        self._paths = paths
        self._longest_s = longest_ms / 1_000

    def place(self, table: Table) -> str:
        return table.seen(f"read_parquet({literal(str(self._paths[table.stored.snapshot]))})", DUCKDB)

    def source(self, table: Table, words: str, filters: Sequence[Filter]) -> Statement:
        if not words:
            return Statement(f"{self.place(table)} seen")
        with self._limited():
            return find_words(
                self._connected,
                schema=table.schema,
                place=self.place(table),
                words=words,
                conditions=list(conditions_of(filters, self.dialect)),
                ask=Database().fetch,
                seconds=self._longest_s,
            )

    def fetch(self, statement: Statement) -> list[tuple[Any, ...]]:
        with self._limited():
            return self._connected.execute(statement.sql, list(statement.values)).fetchall()

    def fetch_texts(self, statement: Statement) -> list[tuple[bytes | None, ...]]:
        return [tuple(text and text.encode() for text in row) for row in self.fetch(statement)]

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """What may happen to a sound query of files, as errors that its reader understands."""
        import duckdb

        from apps.datasets.engine import bounded

        try:
            with bounded(self._connected, self._longest_s):
                yield
        except (TimeoutError, duckdb.InterruptException) as error:
            raise _too_long() from error
        except duckdb.OutOfMemoryException as error:
            told = _("This takes too much memory: ask for fewer columns, or filter by more conditions.")
            raise TooMuchMemory(told) from error
        except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
            raise _too_large() from error


def name_of(table: Table) -> str:
    """The table in the database, quoted, under the masks of its reader."""
    return table.seen(f"{quote(DATABASE_SCHEMA)}.{quote(table.stored.table)}", POSTGRESQL)


@contextmanager
def tell_failures() -> Iterator[None]:
    """What may happen to a sound query of the database, as errors that its reader understands."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise _too_long() from error
        raise
    except DataError as error:
        if isinstance(error.__cause__, NumericValueOutOfRange):
            raise _too_large() from error
        raise
    except ProgrammingError as error:
        if isinstance(error.__cause__, UndefinedTable):
            raise VersionGone(_("A new version was published since: begin again.")) from error
        raise


def _too_long() -> QueryTooLong:
    return QueryTooLong(_("This takes too long: ask for fewer columns, or filter by more conditions."))


def _too_large() -> NumberTooLarge:
    return NumberTooLarge(_("A number is too large to be computed: filter by more conditions, or ask for another."))
