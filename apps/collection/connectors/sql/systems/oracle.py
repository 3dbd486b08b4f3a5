"""Oracle, through python-oracledb in its thin mode, which needs no client of Oracle's."""

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
    QueryNotUnderstood,
    RightMissing,
    StatementTooSlow,
    TableNotFound,
)
from apps.collection.connectors.sql.hosts import Address
from apps.collection.connectors.sql.systems.base import Driver, failed
from apps.collection.exceptions import CollectionError

_SESSION = (
    # Texts are sorted as they are compared, whatever the language of the server.
    "ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY TIME_ZONE = '+00:00'"
    " NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS' NLS_NUMERIC_CHARACTERS = '. '"
)


class Oracle(Driver):
    system: ClassVar = System.ORACLE
    url: ClassVar = "oracle+oracledb"
    module: ClassVar = "oracledb"
    package: ClassVar = "oracledb"
    # Not instants, which have more digits there than here.
    key_kinds: ClassVar = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.TEXT})

    def connect(self, config: SqlConfig, address: Address | None, *, seconds: float) -> Any:
        import oracledb

        if address is None:
            raise failed("no address")
        is_protected = config.tls != Tls.NONE
        return oracledb.connect(
            user=config.user,
            password=config.password.get_secret_value() if config.password else "",
            params=oracledb.ConnectParams(
                host=address.ip,
                port=address.port,
                service_name=config.database,
                protocol="tcps" if is_protected else "tcp",
                ssl_server_dn_match=False,
                tcp_connect_timeout=seconds,
                retry_count=0,
            ),
        )

    def settle(self, connection: Any, config: SqlConfig, *, seconds: float) -> None:
        import oracledb

        connection.call_timeout = int(seconds * 1_000)
        connection.outputtypehandler = _as_it_is_written(oracledb)
        with closing(connection.cursor()) as cursor:
            cursor.execute(_SESSION)
            if config.schema_name:
                schema = config.schema_name.replace('"', "")
                cursor.execute(f'ALTER SESSION SET CURRENT_SCHEMA = "{schema}"')
            cursor.execute("SET TRANSACTION READ ONLY")

    def bound(self, text: str, kind: Kind) -> Any:
        """These two systems read dates as the session is set: they are given as dates."""
        if kind in (Kind.DATE, Kind.DATETIME):
            return datetime.fromisoformat(text)
        return super().bound(text, kind)

    def kind_of(self, described: Sequence[Any]) -> Kind:
        import oracledb

        return {
            oracledb.DB_TYPE_NUMBER: Kind.DECIMAL,
            oracledb.DB_TYPE_BINARY_DOUBLE: Kind.FLOAT,
            oracledb.DB_TYPE_BINARY_FLOAT: Kind.FLOAT,
            oracledb.DB_TYPE_DATE: Kind.DATETIME,
            oracledb.DB_TYPE_TIMESTAMP: Kind.DATETIME,
            oracledb.DB_TYPE_TIMESTAMP_TZ: Kind.DATETIME,
            oracledb.DB_TYPE_VARCHAR: Kind.TEXT,
            oracledb.DB_TYPE_NVARCHAR: Kind.TEXT,
            oracledb.DB_TYPE_CHAR: Kind.TEXT,
            oracledb.DB_TYPE_RAW: Kind.BINARY,
        }.get(described[1], Kind.OTHER)

    def told(self, error: Exception, config: SqlConfig) -> CollectionError | None:
        import oracledb

        if not isinstance(error, oracledb.Error):
            return None
        code = getattr(error.args[0], "full_code", "") if error.args else ""
        match code:
            case "ORA-01017" | "ORA-28000" | "ORA-28001" | "ORA-01045":
                return DatabaseRefusesUs(host=config.host)
            case "DPY-6005" | "DPY-4027" | "DPY-6000":
                return DatabaseOutOfReach(host=config.host, port=config.address_port)
            case "DPY-6001" | "DPY-6003" | "ORA-12514" | "ORA-12505":
                return DatabaseNotFound(database=config.database)
            case "DPY-4024" | "ORA-01013":
                return StatementTooSlow(seconds=config.timeout_seconds)
            case "DPY-4011" | "DPY-1001" | "ORA-03113" | "ORA-03114" | "ORA-00028":
                return ConnectionLost(host=config.host)
            case "ORA-01555" | "ORA-00020" | "ORA-00018" | "ORA-12516" | "ORA-12520" | "ORA-01033":
                return DatabaseBusy(state=code)
            case "ORA-01031":
                return RightMissing(host=config.host)
            case "ORA-00918" | "ORA-00960":
                return ColumnsAlike(column="?")
            case "ORA-00942" | "ORA-00904" | "ORA-00900" | "ORA-00933" | "ORA-00907" | "ORA-00936" if config.query:
                return QueryNotUnderstood(state=code)
            case "ORA-00942":
                return TableNotFound(table=config.table)
            case "ORA-00904":
                return ColumnNotFound(column="?")
        return failed(code)


def _as_it_is_written(oracledb: Any) -> Any:
    """Numbers with all their digits, long texts as texts rather than as handles on them."""
    kinds = {
        oracledb.DB_TYPE_CLOB: oracledb.DB_TYPE_LONG,
        oracledb.DB_TYPE_NCLOB: oracledb.DB_TYPE_LONG_NVARCHAR,
        oracledb.DB_TYPE_BLOB: oracledb.DB_TYPE_LONG_RAW,
    }

    def handle(cursor: Any, metadata: Any) -> Any:
        if metadata.type_code == oracledb.DB_TYPE_NUMBER:
            from decimal import Decimal

            return cursor.var(oracledb.DB_TYPE_VARCHAR, 60, arraysize=cursor.arraysize, outconverter=Decimal)
        kind = kinds.get(metadata.type_code)
        return cursor.var(kind, arraysize=cursor.arraysize) if kind else None

    return handle


DRIVER = Oracle()
