"""SQLite: a file, sent or on the server, opened so that nothing in it, and nothing asked of it, changes or reaches
anything.

The file is another's: its views run when they are read. It is opened read-only; a callback (the authorizer) refuses all
but reading; functions of its schema are not trusted; statements have a deadline.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from operator import methodcaller
from time import monotonic
from typing import Any, ClassVar
from urllib.parse import quote

import sqlalchemy as sa

from apps.collection.connectors.file.fetching import kept
from apps.collection.connectors.opened import find_opened_file
from apps.collection.connectors.sql.columns import Kind
from apps.collection.connectors.sql.config import SqlConfig, System
from apps.collection.connectors.sql.exceptions import (
    ColumnNotFound,
    DatabaseBusy,
    FileNotOpen,
    NotADatabase,
    QueryNotUnderstood,
    StatementTooSlow,
    TableNotFound,
)
from apps.collection.connectors.sql.hosts import Address
from apps.collection.connectors.sql.systems.base import Driver, Session, failed
from apps.collection.exceptions import CollectionError

_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}
# What looks at the tables.
_PRAGMAS = {
    "read_uncommitted",
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
}
_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
_STEPS = 10_000
_ROWIDS = ("rowid", "_rowid_", "oid")


class Deadline:
    """Ends a statement that lasts: SQLite asks every few thousand steps."""

    def __init__(self) -> None:
        self.at = float("inf")

    def __call__(self) -> int:
        return monotonic() > self.at


class _Connection(sqlite3.Connection):
    """The file stays at hand until the connection is closed."""

    stack: ExitStack
    deadline: Deadline

    def close(self) -> None:
        super().close()
        if stack := getattr(self, "stack", None):
            stack.close()


class Sqlite(Driver):
    system: ClassVar = System.SQLITE
    url: ClassVar = "sqlite+pysqlite"
    module: ClassVar = "sqlite3"
    package: ClassVar = "sqlite3"
    key_kinds: ClassVar = frozenset(Kind)

    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        stack = ExitStack()
        try:
            connection = sqlite3.connect(
                stack.enter_context(_address(config)),
                timeout=seconds,
                uri=True,
                factory=_Connection,
                isolation_level=None,
                check_same_thread=False,
            )
        except BaseException:
            stack.close()
            raise
        connection.stack, connection.deadline = stack, Deadline()
        return connection

    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        # Bytes that are not UTF-8 come as halves of surrogate pairs, to be told apart rather than to end the reading.
        connection.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        connection.set_authorizer(_authorize)
        connection.deadline.at = monotonic() + seconds
        connection.set_progress_handler(connection.deadline, _STEPS)

    def explained(self, session: Session, statement: sa.Select[Any]) -> tuple[Any, dict[str, int]]:
        text, values = session.compiled(statement)
        with closing(session.connection.cursor()) as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", values)
            return [list(row) for row in cursor.fetchall()], {}

    def hidden_key(self, session: Session, names: Sequence[str]) -> str:
        """The rowid: always there, never null, whatever the file declares; but not WITHOUT ROWID, nor in views."""
        if session.config.path:
            return ""  # VACUUM numbers again the rows of a file that is in use
        taken = {name.lower() for name in names}
        for name in _ROWIDS:
            if name in taken:
                continue
            statement: sa.Select[Any] = sa.select(sa.column(name)).select_from(sa.table(session.config.table)).limit(1)
            with suppress(sqlite3.OperationalError), closing(session.connection.cursor()) as cursor:
                session.run(cursor, statement)
                row = cursor.fetchone()
                # A view whose columns are of tables has a rowid too, for old programs: it is null.
                return "" if (row and row[0] is None) or _is_view(session) else name
        return ""

    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        if not isinstance(error, sqlite3.Error):
            return None
        code, text = getattr(error, "sqlite_errorname", ""), str(error)
        if code == "SQLITE_INTERRUPT":
            return StatementTooSlow(seconds=config.timeout_seconds)
        if code in ("SQLITE_NOTADB", "SQLITE_CANTOPEN") or code.startswith("SQLITE_CORRUPT"):
            return NotADatabase(name=config.file_name)
        if code in ("SQLITE_BUSY", "SQLITE_NOMEM") or code.startswith("SQLITE_IOERR"):
            return DatabaseBusy(state=code)
        if config.query and code == "SQLITE_ERROR":
            return QueryNotUnderstood(state=code)
        if text.startswith("no such table"):
            return TableNotFound(table=config.table)
        if text.startswith("no such column"):
            return ColumnNotFound(column=text.partition(": ")[2] or "?")
        return failed(code or type(error).__name__)


@contextmanager
def _address(config: SqlConfig) -> Iterator[str]:
    """How SQLite names the file, which is at hand inside the block. Raises FileNotOpen."""
    if config.upload:
        with kept(digest=config.upload.digest, name=config.upload.name) as path:
            # A file of the lake never changes: no lock, no journal beside it.
            yield f"file:{quote(str(path))}?mode=ro&immutable=1"
        return
    # Others may write in this one while it is read: SQLite's locks keep what is read whole.
    found = find_opened_file(config.path)
    if found is None:
        raise FileNotOpen
    yield f"file:{quote(str(found))}?mode=ro"


def _is_view(session: Session) -> bool:
    statement: sa.Select[Any] = sa.select(sa.column("type")).select_from(sa.table("sqlite_master"))
    return session.all(statement.where(sa.func.lower(sa.column("name")) == session.config.table.lower()))[:1] == [
        ("view",)
    ]


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        is_allowed = (first or "").lower() in _PRAGMAS
    elif action == sqlite3.SQLITE_FUNCTION:
        is_allowed = (second or "").lower() not in _FORBIDDEN_FUNCTIONS
    else:
        is_allowed = action in _ALLOWED
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


DRIVER = Sqlite()
