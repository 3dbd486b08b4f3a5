"""What differs from a system to the next: connecting, promising to change nothing, reading, and telling what is wrong.

with opened(config, seconds=5) as session:
    session.one(sa.select(1))
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.pool import StaticPool

from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import SqlConfig, System
from apps.collection.connectors.sql.exceptions import DatabaseFailed, DriverMissing, KeyNotUsable, TableNotFound
from apps.collection.connectors.sql.hosts import Address, checked_address
from apps.collection.connectors.sql.pieces import Piece, pieces
from apps.collection.connectors.sql.reflecting import columns_of_table, declared_key, tables_of
from apps.collection.exceptions import CollectionError
from apps.collection.queries import read_plan

# The time that a connection may take, its handshake and its password included.
CONNECT_SECONDS = 10.0


class Driver(ABC):
    """How to speak to one system. Stateless; connections are those of the DB-API (PEP 249)."""

    system: ClassVar[System]
    url: ClassVar[str]  # as SQLAlchemy names the dialect and the driver
    module: ClassVar[str]
    package: ClassVar[str]
    # The kinds of columns whose values, given back, are compared as they are sorted.
    key_kinds: ClassVar[frozenset[Kind]]

    @abstractmethod
    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        """A connection, within these seconds."""

    @abstractmethod
    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        """Begin a transaction that changes nothing, and in which no statement lasts longer."""

    @abstractmethod
    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        """What an error of the driver is to people; None for one that is ours."""

    def check_query(self, session: "Session", query: str) -> None:  # noqa: B027 -- where parentheses hold what they hold
        """Raise an error unless the server holds this text, alone, to be one query."""

    def pieces(
        self, session: "Session", statement: sa.Select[Any], names: Sequence[str], **how: int
    ) -> Iterator[Piece]:
        """What the statement gives: see `pieces.pieces`."""
        with closing(session.connection.cursor()) as cursor:
            session.run(cursor, statement)
            yield from pieces(cursor.fetchmany, names, **how)

    def written(self, column: Column, element: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """How a value is asked for."""
        return element

    def columns_of_query(self, session: "Session", source: sa.FromClause) -> list[Column]:
        """The columns of what is between parentheses."""
        with closing(session.connection.cursor()) as cursor:
            session.run(cursor, sa.select(sa.literal_column("*")).select_from(source).where(sa.literal_column("1 = 0")))
            return [Column(name=each[0] or "", kind=self.kind_of(each)) for each in cursor.description]

    def columns_of_table(self, session: "Session") -> list[Column]:
        """The columns of the table that the settings name, keys apart."""
        return columns_of_table(session)

    def declared_key(self, session: "Session") -> tuple[str, ...]:
        """The columns that identify a record of the table, as the database itself says; none if it does not."""
        return declared_key(session)

    def tables(self, session: "Session") -> dict[str, list[Column]]:
        """Every table and view of the schema, by name, with its columns."""
        return tables_of(session)

    def bound(self, text: str, kind: Kind) -> Any:
        """A bound that a person wrote, as it is compared with a column of this kind. Raises ValueError."""
        if kind == Kind.INTEGER:
            return int(text)
        return Decimal(text) if kind == Kind.DECIMAL else text

    def as_bound(self, element: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """How the least and the greatest value of a column are asked for."""
        return element

    def kind_of(self, described: Sequence[Any]) -> Kind:
        """From a line of `cursor.description`."""
        return Kind.OTHER

    def explained(self, session: "Session", statement: sa.Select[Any]) -> tuple[Any, dict[str, int]]:
        """What the system says of how it would carry out a statement, as `queries.read_plan` reads it, and how many
        records it believes that tables hold. Nothing is run.
        """
        return [], {}

    def estimate(self, session: "Session", statement: sa.Select[Any]) -> int:
        """How many records the system expects, without reading them; 0 if it does not say."""
        raw, _table_rows = self.explained(session, statement)
        return (read_plan(raw, system=str(self.system)).rows or 0) if raw else 0

    def hidden_key(self, session: "Session", names: Sequence[str]) -> str:
        """A column that identifies each record of the table without being one of its own; "" if there is none."""
        return ""


@dataclass(kw_only=True)
class Session:
    """An open connection to what a source reads."""

    driver: Driver
    config: SqlConfig
    connection: Any

    @cached_property
    def dialect(self) -> Dialect:
        return make_url(f"{self.driver.url}://").get_dialect()()

    @cached_property
    def engine(self) -> sa.Engine:
        """For SQLAlchemy to look at the tables, through this same connection."""
        return sa.create_engine(
            f"{self.driver.url}://", creator=lambda: self.connection, poolclass=StaticPool, pool_reset_on_return=None
        )

    @cached_property
    def declared_key(self) -> tuple[str, ...]:
        return self.driver.declared_key(self)

    def compiled(self, statement: sa.ClauseElement) -> tuple[str, Any]:
        """The text of a statement and its parameters, as the driver takes them."""
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True})
        parameters: Any = compiled.params
        if compiled.positiontup is not None:  # type: ignore[attr-defined]  # a compiler of SQL has it
            parameters = tuple(parameters[name] for name in compiled.positiontup)  # type: ignore[attr-defined]
        return str(compiled), parameters

    def run(self, cursor: Any, statement: sa.ClauseElement) -> None:
        cursor.execute(*self.compiled(statement))

    def all(self, statement: sa.ClauseElement) -> list[tuple[Any, ...]]:
        with closing(self.connection.cursor()) as cursor:
            self.run(cursor, statement)
            return list(cursor.fetchall())

    def one(self, statement: sa.ClauseElement) -> tuple[Any, ...]:
        return tuple(self.all(statement)[0])


@contextmanager
def opened(config: SqlConfig, *, seconds: float, connect_seconds: float = CONNECT_SECONDS) -> Iterator[Session]:
    """A session in which no statement lasts longer than these seconds. Raises the errors of collection."""
    driver = driver_of(config)
    with told_as_ours(driver, config):
        address = None
        if config.host:
            usual = System(config.system).usual_port
            address = checked_address(config.host, config.address_port, usual_port=usual, seconds=connect_seconds)
        connection = driver.connect(config, address, seconds=connect_seconds)
        session = Session(driver=driver, config=config, connection=connection)
        try:
            driver.settle(connection, config, seconds=seconds)
            if config.query:
                driver.check_query(session, config.query)
            yield session
        finally:
            with suppress(Exception):  # it may be lost already, and what broke it is what is to be told
                connection.close()


@contextmanager
def told_as_ours(driver: Driver, config: SqlConfig) -> Iterator[None]:
    """Raise the driver's errors as those of a collection; their texts quote data and queries, so they are not kept."""
    try:
        yield
    except CollectionError:
        raise
    except NoSuchTableError:
        raise TableNotFound(table=config.table) from None
    except UnicodeEncodeError:  # the key of a record that is not in the encoding that the database claims
        raise KeyNotUsable(column=", ".join(config.key) or "?") from None
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error
        ours = driver.told(cause, config)
        if ours is None:
            raise
        raise ours from None


def driver_of(config: SqlConfig) -> Driver:
    """Whoever speaks to this system. Raises DriverMissing."""
    module = import_module(f"apps.collection.connectors.sql.systems.{config.system}")
    driver: Driver = module.DRIVER
    try:
        import_module(driver.module)
    except ImportError:
        raise DriverMissing(package=driver.package) from None
    return driver


def failed(state: object) -> DatabaseFailed:
    return DatabaseFailed(state=str(state or "?")[:20])
