"""MySQL and MariaDB, through PyMySQL. Dates come as the server writes them: 0000-00-00 is none of Python's."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, ClassVar

import certifi
import orjson
import pymysql
import sqlalchemy as sa
from django.conf import settings
from pymysql.constants import ER, FIELD_TYPE, FLAG
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import SqlConfig, System, Tls
from apps.collection.connectors.sql.exceptions import (
    ColumnNotFound,
    ColumnsAlike,
    ConnectionLost,
    DatabaseBusy,
    DatabaseNotFound,
    DatabaseOutOfReach,
    DatabaseRefusesUs,
    QueryNotUnderstood,
    RightMissing,
    StatementTooSlow,
    TableNotFound,
    TlsRefused,
)
from apps.collection.connectors.sql.hosts import Address
from apps.collection.connectors.sql.pieces import Piece, pieces
from apps.collection.connectors.sql.reflecting import table_of
from apps.collection.connectors.sql.selecting import query_text
from apps.collection.connectors.sql.systems.base import Driver, Session, failed
from apps.collection.exceptions import CollectionError

_AS_TEXT = (
    FIELD_TYPE.DATE,
    FIELD_TYPE.NEWDATE,
    FIELD_TYPE.TIME,
    FIELD_TYPE.DATETIME,
    FIELD_TYPE.TIMESTAMP,
    FIELD_TYPE.YEAR,
    FIELD_TYPE.FLOAT,
    FIELD_TYPE.DOUBLE,
)
_CONVERSIONS = {kind: convert for kind, convert in conversions.items() if kind not in _AS_TEXT} | {
    FIELD_TYPE.BIT: lambda bits: int.from_bytes(bits, "big")
}
_KINDS = {
    **dict.fromkeys((FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG), Kind.INTEGER),
    **dict.fromkeys((FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24, FIELD_TYPE.BIT, FIELD_TYPE.YEAR), Kind.INTEGER),
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), Kind.DECIMAL),
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), Kind.FLOAT),
    **dict.fromkeys((FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE), Kind.DATE),
    **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP), Kind.DATETIME),
    **dict.fromkeys((FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING), Kind.TEXT),
    **dict.fromkeys((FIELD_TYPE.BLOB, FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB), Kind.TEXT),
}
_NAMED = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), Kind.INTEGER),
    **dict.fromkeys(("float", "double"), Kind.FLOAT),
    **dict.fromkeys(("datetime", "timestamp"), Kind.DATETIME),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), Kind.BINARY),
    "date": Kind.DATE,
}
_BINARY_CHARSET = 63
# Not in PyMySQL: MySQL's own, then MariaDB's.
_TIMED_OUT = (3024, 1969)
_LOST = (2006, 2013, ER.SERVER_SHUTDOWN, ER.QUERY_INTERRUPTED, 1927)
_BUSY = (ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS, ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK, 1037, 1041)
_REFUSED = (ER.ACCESS_DENIED_ERROR, ER.HOST_NOT_PRIVILEGED, ER.HOST_IS_BLOCKED, 1698, 1862)
_NO_RIGHT = (ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, 1227, 1345, 1370)
_UNDERSTOOD_NOT = (ER.PARSE_ERROR, ER.BAD_FIELD_ERROR, ER.NO_SUCH_TABLE, 1305, ER.WRONG_FIELD_WITH_GROUP)
_OUT_OF_REACH, _TLS = 2003, 2026
_READ_PATIENCE = 900


class MySql(Driver):
    system: ClassVar = System.MYSQL
    url: ClassVar = "mysql+pymysql"
    module: ClassVar = "pymysql"
    package: ClassVar = "PyMySQL"
    # Not floating numbers, which are compared with more digits than are shown, nor enumerations, sorted by rank.
    key_kinds: ClassVar = frozenset(
        {Kind.INTEGER, Kind.DECIMAL, Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.BINARY, Kind.BOOLEAN}
    )

    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        if address is None:
            raise failed("no address")
        tls = _tls_of(config)
        connection = pymysql.connect(
            # The certificate must bear this name; the connection goes to the address that was checked.
            host=address.host,
            user=config.user,
            password=config.password.get_secret_value() if config.password else "",
            database=config.database,
            charset="utf8mb4",
            conv=_CONVERSIONS,
            read_timeout=max(int(seconds), _READ_PATIENCE),
            write_timeout=60,
            ssl=tls,
            ssl_disabled=tls is None,
            local_infile=False,
            autocommit=True,
            defer_connect=True,
        )
        try:
            plain = socket.create_connection((address.ip, address.port), timeout=seconds)
        except OSError:
            raise DatabaseOutOfReach(host=address.host, port=address.port) from None
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            connection.connect(plain)
        except BaseException:
            plain.close()
            raise
        return connection

    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        is_mariadb = "mariadb" in connection.get_server_info().lower()
        timeout = f"max_statement_time = {seconds:g}" if is_mariadb else f"max_execution_time = {int(seconds * 1_000)}"
        with closing(connection.cursor()) as cursor:
            # The server drops whoever is slow to take what it sends, which a disk that is busy makes us.
            cursor.execute(
                f"SET SESSION time_zone = '+00:00', net_write_timeout = 900, lock_wait_timeout = 30, {timeout}"
            )
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def check_query(self, session: Session, query: str) -> None:
        """PREPARE takes one statement, whole, as a text; it runs nothing."""
        with closing(session.connection.cursor()) as cursor:
            text = cursor.mogrify(*session.compiled(query_text(query, session.config.values)))
            cursor.execute("PREPARE ecluse_check FROM %s", [text])
            cursor.execute("DEALLOCATE PREPARE ecluse_check")

    def pieces(self, session: Session, statement: sa.Select[Any], names: Sequence[str], **how: int) -> Iterator[Piece]:
        cursor = SSCursor(session.connection)
        try:
            session.run(cursor, statement)
            yield from pieces(cursor.fetchmany, names, **how)
        finally:
            if cursor._result is not None:
                # Closed before its end, PyMySQL would first read all the rest; the connection is closed instead.
                cursor._result.unbuffered_active = False

    def kind_of(self, described: Sequence[Any]) -> Kind:
        return _KINDS.get(described[1], Kind.OTHER)

    def explained(self, session: Session, statement: sa.Select[Any]) -> tuple[Any, dict[str, int]]:
        text, values = session.compiled(statement)
        with closing(session.connection.cursor()) as cursor:
            cursor.execute(f"EXPLAIN FORMAT=JSON {text}", values)
            return orjson.loads(cursor.fetchone()[0]), {}

    def estimate(self, session: Session, statement: sa.Select[Any]) -> int:
        try:
            return super().estimate(session, statement)
        except pymysql.MySQLError:  # of a view, it is only told to whoever may see what the view is made of
            return 0

    def declared_key(self, session: Session) -> tuple[str, ...]:
        found = _rows(
            session,
            "SELECT index_name, column_name, nullable, sub_part FROM information_schema.statistics"
            " WHERE table_schema = %s AND table_name = %s AND non_unique = 0 ORDER BY index_name, seq_in_index",
            session.config.table,
        )
        keys: dict[str, list[str]] = {}
        unfit = {index for index, column, nullable, beginning in found if nullable or beginning or not column}
        for index, column, _nullable, _beginning in found:
            if index not in unfit:
                keys.setdefault(index, []).append(column)
        return tuple(keys.get("PRIMARY") or min(keys.values(), key=len, default=[]))

    def tables(self, session: Session) -> dict[str, list[Column]]:
        """From the information schema, where whoever may read a table sees it: SHOW CREATE VIEW wants another right."""
        found = _rows(
            session,
            "SELECT table_name, column_name, data_type, numeric_scale, column_key, is_nullable"
            " FROM information_schema.columns WHERE table_schema = %s ORDER BY table_name, ordinal_position",
        )
        tables: dict[str, list[Column]] = {}
        for table, name, kind, scale, key, nullable in found:
            column = Column(
                name=name, kind=_kind_of_name(kind, scale), is_key=key == "PRI", is_nullable=nullable == "YES"
            )
            tables.setdefault(table, []).append(column)
        return tables

    def columns_of_table(self, session: Session) -> list[Column]:
        return self.columns_of_query(session, table_of(session.config))

    def columns_of_query(self, session: Session, source: sa.FromClause) -> list[Column]:
        with closing(session.connection.cursor()) as cursor:
            session.run(cursor, sa.select(sa.literal_column("*")).select_from(source).limit(0))
            return [Column(name=each.name, kind=_kind_of_field(each)) for each in cursor._result.fields]

    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        if isinstance(error, ssl.SSLError):
            return TlsRefused(host=config.host)
        if not isinstance(error, pymysql.MySQLError):
            return None
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        cause = getattr(error, "original_exception", None)
        if code == _TLS or isinstance(cause, ssl.SSLError):
            return TlsRefused(host=config.host)
        if code == _OUT_OF_REACH:
            return DatabaseOutOfReach(host=config.host, port=config.address_port)
        if code in _LOST or code == 0:
            return ConnectionLost(host=config.host)
        return _told_by_code(code, config)


def _told_by_code(code: int, config: SqlConfig) -> CollectionError:
    if code in _TIMED_OUT:
        return StatementTooSlow(seconds=config.timeout_seconds)
    if code in _REFUSED:
        return DatabaseRefusesUs(host=config.host)
    if code in _NO_RIGHT:
        return RightMissing(host=config.host)
    if code == ER.BAD_DB_ERROR:
        return DatabaseNotFound(database=config.database)
    if code in _BUSY:
        return DatabaseBusy(state=str(code))
    if code == ER.DUP_FIELDNAME:
        return ColumnsAlike(column="?")
    if config.query and code in _UNDERSTOOD_NOT:
        return QueryNotUnderstood(state=str(code))
    if code == ER.NO_SUCH_TABLE:
        return TableNotFound(table=config.table)
    if code == ER.BAD_FIELD_ERROR:
        return ColumnNotFound(column="?")
    return failed(code)


def _rows(session: Session, query: str, *values: str) -> list[tuple[Any, ...]]:
    schema = session.config.schema_name or session.config.database
    with closing(session.connection.cursor()) as cursor:
        cursor.execute(query, [schema, *values])
        return list(cursor.fetchall())


def _kind_of_name(name: str, scale: int | None) -> Kind:
    if name == "decimal":
        return Kind.DECIMAL if scale else Kind.INTEGER
    return _NAMED.get(name, Kind.TEXT if name.endswith(("char", "text")) else Kind.OTHER)


def _tls_of(config: SqlConfig) -> ssl.SSLContext | None:
    if config.tls == Tls.NONE:
        return None
    context = ssl.create_default_context(cafile=settings.OUTBOUND_CA_BUNDLE or certifi.where())
    if config.tls == Tls.ENCRYPTED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _kind_of_field(field: Any) -> Kind:
    kind = _KINDS.get(field.type_code, Kind.OTHER)
    if kind != Kind.TEXT:
        return kind
    if field.flags & (FLAG.ENUM | FLAG.SET):
        return Kind.OTHER
    return Kind.BINARY if field.charsetnr == _BINARY_CHARSET else Kind.TEXT


DRIVER = MySql()
