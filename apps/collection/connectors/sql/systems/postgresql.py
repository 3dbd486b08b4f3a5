"""PostgreSQL, through psycopg2: read by COPY, so that each value is the text that the server itself writes."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, ClassVar

import certifi
import psycopg2
import sqlalchemy as sa
from django.conf import settings
from psycopg2 import errorcodes, extensions

from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import SqlConfig, System, Tls
from apps.collection.connectors.sql.exceptions import (
    BoundNotReadable,
    ColumnNotFound,
    ColumnsAlike,
    ConnectionLost,
    DatabaseBusy,
    DatabaseNotFound,
    DatabaseOutOfReach,
    DatabaseRefusesUs,
    NotOneQuery,
    QueryNotUnderstood,
    QueryNotUnderstoodThere,
    RightMissing,
    StatementTooSlow,
    TableNotFound,
    TlsRefused,
)
from apps.collection.connectors.sql.hosts import Address
from apps.collection.connectors.sql.pieces import Piece
from apps.collection.connectors.sql.reflecting import table_of
from apps.collection.connectors.sql.selecting import query_text
from apps.collection.connectors.sql.systems.base import Driver, Session, failed
from apps.collection.exceptions import CollectionError

_NO_FILE = f"{os.devnull}/none"
_SSLMODE = {Tls.VERIFIED: "verify-full", Tls.ENCRYPTED: "require", Tls.NONE: "disable"}
# So that texts do not depend on how the server, the database or the user is set.
_SESSION = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    # A reader that queues behind a change of the table makes everyone queue behind it.
    "lock_timeout": "30s",
}
_KINDS = {
    "bool": Kind.BOOLEAN,
    "int2": Kind.INTEGER,
    "int4": Kind.INTEGER,
    "int8": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "float4": Kind.FLOAT,
    "float8": Kind.FLOAT,
    "date": Kind.DATE,
    "timestamp": Kind.DATETIME,
    "timestamptz": Kind.DATETIME,
    "bytea": Kind.BINARY,
    "text": Kind.TEXT,
    "varchar": Kind.TEXT,
    "bpchar": Kind.TEXT,
}
# The primary key, or else the shortest of the unique indexes that hold for every record and have no null.
_KEY = """
SELECT array_agg(a.attname::text ORDER BY k.rank)
FROM pg_catalog.pg_index i
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, rank)
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL AND k.rank <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary
HAVING bool_and(a.attnotnull)
ORDER BY i.indisprimary DESC, count(*), i.indexrelid
LIMIT 1
"""
_BUSY_CLASSES = ("53", "57", "40", "55")
_BAD_VALUES = (
    errorcodes.INVALID_TEXT_REPRESENTATION,
    errorcodes.INVALID_DATETIME_FORMAT,
    errorcodes.DATETIME_FIELD_OVERFLOW,
)
_QUOTED = re.compile(r"[\"“«]\s?(.*?)\s?[\"”»]")


class PostgreSql(Driver):
    system: ClassVar = System.POSTGRESQL
    url: ClassVar = "postgresql+psycopg2"
    module: ClassVar = "psycopg2"
    package: ClassVar = "psycopg2"
    # Every type is written losslessly, and a text of no type yet is read as the type it is compared with.
    key_kinds: ClassVar = frozenset(Kind)

    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        if address is None:
            raise failed("no address")
        return psycopg2.connect(
            host=address.host,
            # The address that was checked: libpq resolves nothing, and checks the certificate against `host`.
            hostaddr=address.ip,
            port=address.port,
            dbname=config.database,
            user=config.user,
            password=config.password.get_secret_value() if config.password else "",
            sslmode=_SSLMODE[Tls(config.tls)],
            # With a file of authorities, libpq checks the certificate even where it was told not to.
            sslrootcert=(settings.OUTBOUND_CA_BUNDLE or certifi.where()) if config.tls == Tls.VERIFIED else _NO_FILE,
            # Nothing of the account that runs Écluse is for servers that people name.
            passfile=_NO_FILE,
            sslcert="",
            sslkey="",
            gssencmode="disable",
            connect_timeout=max(2, int(seconds)),
            keepalives_idle=30,
            tcp_user_timeout=60_000,
            client_encoding="UTF8",
            application_name="Ecluse",
        )

    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        limits = {"statement_timeout": f"{int(seconds * 1_000)}ms", "default_transaction_read_only": "on"}
        wanted = _SESSION | limits
        if config.schema_name:
            wanted["search_path"] = _quoted(config.schema_name)
        with closing(connection.cursor()) as cursor:
            cursor.execute(
                f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(wanted))}",
                [part for pair in wanted.items() for part in pair],
            )
        connection.commit()
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)

    def check_query(self, session: Session, query: str) -> None:
        """PREPARE takes one statement, whole; it runs nothing."""
        with closing(session.connection.cursor()) as cursor:
            text = self.literal(session, cursor, query_text(query, session.config.values))
            cursor.execute(b"PREPARE ecluse_check AS " + text)
            cursor.execute("DEALLOCATE ecluse_check")

    def literal(self, session: Session, cursor: Any, statement: sa.ClauseElement) -> bytes:
        """A statement with its values in it, escaped by the driver: COPY and PREPARE take no parameters."""
        text: bytes = cursor.mogrify(*session.compiled(statement))
        return text

    def pieces(self, session: Session, statement: sa.Select[Any], names: Sequence[str], **how: int) -> Iterator[Piece]:
        from apps.collection.connectors.sql.copying import copied

        connection = session.connection
        with closing(connection.cursor()) as cursor:
            text = self.literal(session, cursor, statement)
            if connection.get_parameter_status("server_encoding") == "SQL_ASCII":
                # Its texts are of no known encoding: asked for UTF-8, it would refuse to send the others at all.
                cursor.execute("SET LOCAL client_encoding TO 'SQL_ASCII'")
            yield from copied(cursor, text, names, **how)

    def explained(self, session: Session, statement: sa.Select[Any]) -> tuple[Any, dict[str, int]]:
        with closing(session.connection.cursor()) as cursor:
            cursor.execute(b"EXPLAIN (FORMAT JSON) " + self.literal(session, cursor, statement))
            ((raw,),) = cursor.fetchall()
            names = _tables_in(raw[0]["Plan"])
            cursor.execute(
                "SELECT c.relname, max(c.reltuples)::bigint FROM pg_catalog.pg_class c"
                " WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'm', 'p') GROUP BY 1 HAVING count(*) = 1",
                [names],
            )
            return raw, {name: rows for name, rows in cursor if rows >= 0}

    def written(self, column: Column, element: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        if column.kind == Kind.BOOLEAN:  # COPY writes t and f
            return sa.cast(element, sa.Text)
        return sa.cast(sa.func.to_json(element), sa.Text) if column.kind == Kind.LIST else element

    def declared_key(self, session: Session) -> tuple[str, ...]:
        config = session.config
        name = ".".join(_quoted(each) for each in (config.schema_name, config.table) if each)
        with closing(session.connection.cursor()) as cursor:
            cursor.execute(_KEY, [name])
            found = cursor.fetchone()
        return tuple(found[0]) if found else ()

    def as_bound(self, element: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.cast(element, sa.Text)

    def bound(self, text: str, kind: Kind) -> Any:
        return text

    def columns_of_table(self, session: Session) -> list[Column]:
        return self.columns_of_query(session, table_of(session.config))

    def columns_of_query(self, session: Session, source: sa.FromClause) -> list[Column]:
        with closing(session.connection.cursor()) as cursor:
            session.run(cursor, sa.select(sa.literal_column("*")).select_from(source).limit(0))
            described = list(cursor.description)
            cursor.execute(
                "SELECT t.oid, coalesce(b.typname, t.typname), coalesce(b.typcategory, t.typcategory)"
                " FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype"
                " WHERE t.oid = ANY(%s)",
                [[each.type_code for each in described]],
            )
            types = {
                oid: Kind.LIST if category == "A" else _KINDS.get(name, Kind.OTHER) for oid, name, category in cursor
            }
        return [Column(name=each.name, kind=types.get(each.type_code, Kind.OTHER)) for each in described]

    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        if not isinstance(error, psycopg2.Error):
            return None
        state = error.pgcode or ""
        if not state:
            return _told_without_a_code(error, config)
        if state in (errorcodes.INVALID_PASSWORD, errorcodes.INVALID_AUTHORIZATION_SPECIFICATION):
            return DatabaseRefusesUs(host=config.host)
        if state == errorcodes.INVALID_CATALOG_NAME:
            return DatabaseNotFound(database=config.database)
        if state == errorcodes.QUERY_CANCELED:
            return StatementTooSlow(seconds=config.timeout_seconds)
        if state in (errorcodes.ADMIN_SHUTDOWN, errorcodes.CRASH_SHUTDOWN) or state.startswith("08"):
            return ConnectionLost(host=config.host)
        if state.startswith(_BUSY_CLASSES):
            return DatabaseBusy(state=state)
        if state == errorcodes.INSUFFICIENT_PRIVILEGE:
            return RightMissing(host=config.host)
        if state in _BAD_VALUES and config.cursor:
            return BoundNotReadable(column=config.cursor)
        if state.startswith("42") and config.query:
            return _told_of_query(error, state, config)
        if state in (errorcodes.UNDEFINED_TABLE, errorcodes.INVALID_SCHEMA_NAME):
            return TableNotFound(table=config.table)
        if state == errorcodes.UNDEFINED_COLUMN:
            return ColumnNotFound(column=_first_quoted(error))
        return failed(state)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tables_in(node: dict[str, Any]) -> list[str]:
    below = [name for child in node.get("Plans", ()) for name in _tables_in(child)]
    return [*below, node["Relation Name"]] if "Relation Name" in node else below


def _told_of_query(error: psycopg2.Error, state: str, config: SqlConfig) -> CollectionError:
    if state in (errorcodes.DUPLICATE_COLUMN, errorcodes.AMBIGUOUS_COLUMN):
        return ColumnsAlike(column=_first_quoted(error))
    # The server counts the characters of what it was sent, which begins with the text that it was to check.
    before = len("PREPARE ecluse_check AS ")
    position = int(getattr(error.diag, "statement_position", None) or 0) - before
    if position <= 0 or parameter_in(config.query):
        return QueryNotUnderstood(state=state)
    start = config.query[: position - 1]
    line = start.count("\n") + 1
    return QueryNotUnderstoodThere(line=line, character=position - (start.rfind("\n") + 1), state=state)


def parameter_in(query: str) -> bool:
    """Values of parameters take the place of their names: positions are then not those of the text."""
    from apps.collection.connectors.sql.statements import parameter_names

    return bool(parameter_names(query))


def _first_quoted(error: psycopg2.Error) -> str:
    """The name that the server quotes: of a column, never a value, in the errors this is used for."""
    found = _QUOTED.search(error.diag.message_primary or "")
    return found[1] if found else "?"


def _told_without_a_code(error: psycopg2.Error, config: SqlConfig) -> CollectionError:
    """What libpq says, and what ends an attempt to connect, has no code: only the text tells one from another."""
    text = str(error)
    if isinstance(error, extensions.QueryCanceledError):
        return StatementTooSlow(seconds=config.timeout_seconds)
    if any(said in text for said in ("password authentication failed", "no pg_hba.conf entry", "no password supplied")):
        return DatabaseRefusesUs(host=config.host)
    if 'database "' in text and "does not exist" in text:
        return DatabaseNotFound(database=config.database)
    if 'role "' in text or "authentication failed" in text:
        return DatabaseRefusesUs(host=config.host)
    if any(said in text for said in ("SSL", "certificate", "TLS")) and "closed the connection" not in text:
        return TlsRefused(host=config.host)
    if any(said in text for said in ("too many clients", "too many connections", "starting up", "shutting down")):
        return DatabaseBusy(state="53300")
    if any(said in text for said in ("Connection refused", "timeout expired", "could not connect", "No route to host")):
        return DatabaseOutOfReach(host=config.host, port=config.address_port)
    if isinstance(error, psycopg2.ProgrammingError):
        return NotOneQuery()
    return ConnectionLost(host=config.host)


DRIVER = PostgreSql()
