"""SQL Server, through pymssql (FreeTDS). It has no transaction that only reads: the rights of the user protect it.

It takes several statements without a semicolon between them, so the query is read here too, and must be one SELECT;
it is then put between parentheses, where nothing else can stand.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, ClassVar

from apps.collection.connectors.sql.columns import Kind
from apps.collection.connectors.sql.config import SqlConfig, System, Tls
from apps.collection.connectors.sql.exceptions import (
    ColumnNotFound,
    ColumnsAlike,
    ConnectionLost,
    DatabaseBusy,
    DatabaseNotFound,
    DatabaseOutOfReach,
    DatabaseRefusesUs,
    NotOneQuery,
    QueryNotUnderstood,
    RightMissing,
    StatementTooSlow,
    TableNotFound,
)
from apps.collection.connectors.sql.hosts import Address
from apps.collection.connectors.sql.systems.base import Driver, Session, failed
from apps.collection.exceptions import CollectionError

_KINDS = {1: Kind.TEXT, 2: Kind.BINARY, 3: Kind.INTEGER, 4: Kind.DATETIME, 5: Kind.DECIMAL}


class SqlServer(Driver):
    system: ClassVar = System.SQL_SERVER
    url: ClassVar = "mssql+pymssql"
    module: ClassVar = "pymssql"
    package: ClassVar = "pymssql"
    # Texts of two types, and dates of two precisions, are not compared as they are sorted.
    key_kinds: ClassVar = frozenset({Kind.INTEGER, Kind.DECIMAL})

    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        import pymssql

        if address is None:
            raise failed("no address")
        return pymssql.connect(
            server=address.ip,
            port=str(address.port),
            user=config.user,
            password=config.password.get_secret_value() if config.password else "",
            database=config.database,
            login_timeout=max(1, int(seconds)),
            timeout=config.timeout_seconds,
            encryption="off" if config.tls == Tls.NONE else "require",
            read_only=True,
            appname="Ecluse",
            charset="UTF-8",
            autocommit=False,
        )

    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        with closing(connection.cursor()) as cursor:
            # Errors end the batch and undo it; readers do not wait for long behind a change.
            cursor.execute("SET XACT_ABORT ON; SET LOCK_TIMEOUT 30000; SET DATEFORMAT ymd")

    def check_query(self, session: Session, query: str) -> None:
        from apps.collection.queries import is_one_select

        # A comment is where two readings of one text part most easily.
        if "--" in query or "/*" in query or not is_one_select(query, dialect="tsql"):
            raise NotOneQuery

    def bound(self, text: str, kind: Kind) -> Any:
        """These two systems read dates as the session is set: they are given as dates."""
        if kind in (Kind.DATE, Kind.DATETIME):
            return datetime.fromisoformat(text)
        return super().bound(text, kind)

    def kind_of(self, described: Sequence[Any]) -> Kind:
        return _KINDS.get(described[1], Kind.OTHER)

    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        import pymssql

        if not isinstance(error, pymssql.Error):
            return None
        found = error.args[0] if error.args else 0
        code = found[0] if isinstance(found, tuple) else found
        match code:
            case 18456 | 18452 | 18470 | 4064:
                return DatabaseRefusesUs(host=config.host)
            case 20002 | 20009:
                return DatabaseOutOfReach(host=config.host, port=config.address_port)
            case 20003 | 1222:
                return StatementTooSlow(seconds=config.timeout_seconds)
            case 20004 | 20006 | 20017 | 20047:
                return ConnectionLost(host=config.host)
            case 911 | 4060:
                return DatabaseNotFound(database=config.database)
            case 229 | 230 | 916:
                return RightMissing(host=config.host)
            case 1205 | 1204 | 17809 | 40501 | 40613:
                return DatabaseBusy(state=str(code))
            case 8156 | 8155:
                return ColumnsAlike(column="?")
            case 102 | 156 | 207 | 208 | 319 | 1033 if config.query:
                return QueryNotUnderstood(state=str(code))
            case 208:
                return TableNotFound(table=config.table)
            case 207:
                return ColumnNotFound(column="?")
        return failed(code)


DRIVER = SqlServer()
