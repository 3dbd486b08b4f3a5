"""Trino, through its own DB-API client, whose every request leaves by the guarded session.

The addresses of the pages of an answer are given by the server: each is judged where its connection is opened, like
any other, and the password is shown to the coordinator alone. Answers that would be fetched from a store apart
("spooling") are not asked for: the client opens those by itself, past the guard.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from time import monotonic
from typing import Any

import pyarrow as pa
from requests import Response
from trino.client import TrinoRequest
from trino.constants import HEADER_ENCODING
from trino.dbapi import Connection, Cursor
from trino.exceptions import Error as TrinoError
from trino.exceptions import TrinoQueryError

from apps.collection.connectors.bigdata.arrow_texts import instants
from apps.collection.connectors.bigdata.clients import Fetched
from apps.collection.connectors.bigdata.config import Auth, BigDataConfig
from apps.collection.connectors.bigdata.dialects import Family, family_of
from apps.collection.connectors.bigdata.exceptions import (
    NoRight,
    QueryCancelled,
    QueryFailed,
    QueryNotUnderstood,
    QueryTooSlow,
    SystemBrokeOff,
    SystemRefusesUs,
    UnknownColumn,
    UnknownDatabase,
    UnknownTable,
)
from apps.collection.connectors.outbound import SiteRefusesUs, SiteTooSlow, outbound_errors
from apps.collection.connectors.texts import text_array
from apps.collection.exceptions import CollectionError
from apps.core.http import GuardedSession, guarded_session

_CANCELLED = {"USER_CANCELED", "ADMINISTRATIVELY_KILLED", "ADMINISTRATIVELY_PREEMPTED", "EXCEEDED_TIME_LIMIT"}


@contextmanager
def session(config: BigDataConfig, *, patience: float, until: float | None = None) -> Iterator["TrinoClient"]:
    scheme, port = "https" if config.tls else "http", config.port or config.system.usual_port
    host = f"[{config.host}]" if ":" in (config.host or "") else config.host or ""
    with guarded_session(total=patience) as guarded:
        if config.auth != Auth.NONE:
            password = config.password.get_secret_value() if config.password else ""
            guarded.authorise(f"{scheme}://{host}:{port}", auth=(config.user or "", password))
        way_out = WayOut(guarded, config, patience, until)
        connection = GuardedConnection(
            host=f"{scheme}://{host}",
            port=port,
            user=config.user,
            source="ecluse",
            catalog=config.catalog,
            schema=config.database,
            http_session=way_out,
            max_attempts=1,
            heartbeat_interval=None,
            legacy_primitive_types=True,
        )
        yield TrinoClient(config, connection, way_out)


class WayOut:
    """What the client takes for a session of requests.

    `next_rows` is when some must have come, `until` when all must be over.
    """

    def __init__(self, guarded: GuardedSession, config: BigDataConfig, patience: float, until: float | None) -> None:
        self.headers: dict[str, Any] = {}
        self.next_rows: float | None = None
        self.until = until
        self.patience = patience
        self._guarded = guarded
        self._host = config.host

    def wait_for_rows(self) -> None:
        """Some must come within the patience from now on: a server may send pages without any for ever."""
        self.next_rows = monotonic() + self.patience

    def get(self, url: str, headers: Mapping[str, Any] | None = None, **_options: Any) -> Response:
        return self._send("GET", url, headers)

    def post(self, url: str, data: bytes, headers: Mapping[str, Any] | None = None, **_options: Any) -> Response:
        return self._send("POST", url, headers, data=data)

    def delete(self, url: str, **_options: Any) -> Response:
        self.next_rows = None
        return self._send("DELETE", url, None)

    def head(self, url: str, headers: Mapping[str, Any] | None = None, **_options: Any) -> Response:
        return self._send("HEAD", url, headers)

    def _send(self, method: str, url: str, headers: Mapping[str, Any] | None, **options: Any) -> Response:
        bounds = [bound for bound in (self.next_rows, self.until) if bound is not None]
        if bounds:
            left = min(bounds) - monotonic()
            if left <= 0:
                raise QueryTooSlow(host=self._host, seconds=round(self.patience))
            options["limits"] = replace(self._guarded.limits, total=left)
        sent = {name: value for name, value in {**self.headers, **(headers or {})}.items() if value is not None}
        sent = {name: value for name, value in sent.items() if name.lower() != HEADER_ENCODING.lower()}
        return self._guarded.request(method, url, headers=sent, **options)


class GuardedRequest(TrinoRequest):
    def process(self, http_response: Response) -> Any:
        status = super().process(http_response)
        if isinstance(status.rows, dict):  # spooled all the same: what is not asked for is not followed
            raise SystemBrokeOff(host=self._host)
        if status.rows:
            way_out: Any = self._http_session
            way_out.wait_for_rows()
        return status


class GuardedConnection(Connection):
    def _create_request(self) -> GuardedRequest:
        return GuardedRequest(
            self.host, self.port, self._client_session, self._http_session, self.http_scheme, max_attempts=1
        )


class TrinoClient:
    def __init__(self, config: BigDataConfig, connection: GuardedConnection, way_out: WayOut) -> None:
        self._config = config
        self._connection = connection
        self._way_out = way_out

    @contextmanager
    def ask(self, query: str) -> Iterator["TrinoAnswer"]:
        cursor = self._connection.cursor()
        try:
            with self._told():
                self._way_out.wait_for_rows()
                cursor.execute(query)
                types = {column.name: str(column.type_code) for column in cursor.description or ()}
            yield TrinoAnswer(types, cursor, self._told, self._way_out.wait_for_rows)
        finally:
            with suppress(Exception):  # whatever it is, nobody waits for this answer any more
                cursor.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the client raises as the errors of a collection, without its text: it quotes the query."""
        try:
            with outbound_errors():
                yield
        except SiteRefusesUs:
            raise SystemRefusesUs(host=self._config.host) from None
        except SiteTooSlow:
            raise QueryTooSlow(host=self._config.host, seconds=round(self._way_out.patience)) from None
        except CollectionError:
            raise
        except TrinoQueryError as error:
            raise _refusal(self._config, error) from None
        except (TrinoError, ValueError, LookupError, TypeError):  # an answer that is not Trino's
            raise SystemBrokeOff(host=self._config.host) from None


class TrinoAnswer:
    def __init__(self, types: dict[str, str], cursor: Cursor, told: Any, wait_for_rows: Callable[[], None]) -> None:
        self.types = types
        self._cursor = cursor
        self._told = told
        self._wait_for_rows = wait_for_rows

    def fetch(self, size: int) -> Iterator[Fetched]:
        while True:
            with self._told():
                self._wait_for_rows()  # what was done with the former ones is no time of the server's
                rows = self._cursor.fetchmany(size)
            if not rows:
                return
            columns = zip(*rows, strict=True)
            arrays = [_texts(values, kind) for values, kind in zip(columns, self.types.values(), strict=True)]
            yield Fetched(pa.RecordBatch.from_arrays(arrays, names=list(self.types)), {})


def _texts(values: tuple[Any, ...], kind: str) -> pa.Array:
    """The values as the protocol writes them: decimals and dates are texts already, exact to the last digit."""
    array = text_array(values)
    match family_of(kind):
        case Family.DATETIME:
            return instants(array)
        case Family.ZONED:
            return instants(pa.compute.replace_substring_regex(array, " UTC$", "Z"))
    return array


def _refusal(config: BigDataConfig, error: TrinoQueryError) -> CollectionError:
    name, host = error.error_name or "?", config.host
    match name:
        case "TABLE_NOT_FOUND":
            return UnknownTable(name=config.name)
        case "SCHEMA_NOT_FOUND" | "CATALOG_NOT_FOUND":
            return UnknownDatabase(name=config.database or config.catalog or "")
        case "COLUMN_NOT_FOUND":
            return UnknownColumn(column="")
        case "PERMISSION_DENIED":
            return NoRight(host=host, name=config.name)
    if name in _CANCELLED:
        return QueryCancelled(host=host)
    return QueryNotUnderstood(error=name) if error.error_type == "USER_ERROR" else QueryFailed(host=host, error=name)
