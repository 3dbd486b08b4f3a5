"""HiveServer2, the protocol of Hive, Spark's Thrift server and Impala, with impyla's transport and stubs.

Not with its cursors: they wait for a query without end, take "no rows yet" for the last of them, fail on an answer
without columns, and open a connection again by themselves, which would send a password over a socket nobody judged.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from time import monotonic, sleep
from typing import Any

import numpy as np
import pyarrow as pa
from impala._thrift_api import ThriftClient, get_transport
from impala._thrift_gen.TCLIService.ttypes import TFetchOrientation, TFetchResultsReq, TOperationState
from impala.error import Error as ImpylaError
from impala.hiveserver2 import HS2Service, HS2Session, Operation, err_if_rpc_not_ok
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.Thrift import TException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TTransportException

from apps.collection.connectors.bigdata.arrow_texts import instants, texts_of_bytes
from apps.collection.connectors.bigdata.clients import Fetched
from apps.collection.connectors.bigdata.config import Auth, BigDataConfig, System
from apps.collection.connectors.bigdata.dialects import Dialect
from apps.collection.connectors.bigdata.exceptions import (
    QueryCancelled,
    QueryTooSlow,
    SystemBrokeOff,
    SystemRefusesUs,
)
from apps.collection.connectors.bigdata.reaching import open_socket
from apps.collection.connectors.bigdata.refusals import refusal
from apps.collection.connectors.texts import text_array
from apps.collection.exceptions import CollectionError

_MECHANISMS = {Auth.NONE: "NOSASL", Auth.PLAIN: "PLAIN", Auth.LDAP: "LDAP"}
# A server that checks no password wants one all the same: SASL has no empty one.
_ANY_PASSWORD = "none"  # noqa: S105 -- as it says
_AT_WORK = {TOperationState.INITIALIZED_STATE, TOperationState.PENDING_STATE, TOperationState.RUNNING_STATE}
_ENDED = {TOperationState.CANCELED_STATE, TOperationState.CLOSED_STATE}
# How long a server may keep a question about a query before it says that it still runs (5 s in Hive and Spark).
_LONG_POLL_S = 6
# Quick queries are seen at once, long ones are asked for twice a second.
_LOOKS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

# They log, each with its traceback, the errors that they raise; here these become the errors of a run.
for _library in ("impala", "thrift"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class OpenSocket(TSocket):  # type: ignore[misc]  # thrift says no types
    """A socket that was opened under the policy. Closed, it stays so: thrift would open another, by itself.

    `until` is when the session must be over, where that is bounded as a whole.
    """

    until: float | None = None

    def read(self, sz: int) -> bytes:
        if self.until is not None and self.handle:
            self.handle.settimeout(max(0.05, self.until - monotonic()))
        return bytes(super().read(sz))

    def open(self) -> None:
        raise TTransportException(TTransportException.NOT_OPEN, "closed")


@contextmanager
def session(config: BigDataConfig, *, patience: float, until: float | None = None) -> Iterator["HiveServerClient"]:
    host, port = config.host or "", config.port or config.system.usual_port
    connection = OpenSocket(host, port)
    connection.until = until
    connection.setHandle(open_socket(host, port, tls=config.tls, patience=patience))
    try:
        client = _signed_in(connection, config, patience)
        connection.setTimeout(max(patience, _LONG_POLL_S) * 1_000)
        try:
            yield client
        finally:
            with suppress(OSError, TException, ImpylaError):
                client.session.close()
    finally:
        connection.close()


def _signed_in(connection: TSocket, config: BigDataConfig, patience: float) -> "HiveServerClient":
    host = config.host or ""
    password = config.password.get_secret_value() if config.password else _ANY_PASSWORD
    transport = get_transport(connection, host, "hive", _MECHANISMS[config.auth], config.user, password)
    try:
        if config.auth != Auth.NONE:
            transport.open()
    except TTransportException as error:
        # “Bad status”: the answer to the name and the password. Anything else is a connection that ended.
        kind = SystemRefusesUs if "Bad status" in str(error) else SystemBrokeOff
        raise kind(host=host) from None
    service = HS2Service(ThriftClient(TBinaryProtocolAccelerated(transport)), retries=1)
    try:
        opened = service.open_session(config.user or "ecluse")
    except ImpylaError:
        raise SystemRefusesUs(host=host) from None
    except (OSError, TException):
        raise SystemBrokeOff(host=host) from None
    client = HiveServerClient(config, opened, patience)
    if config.system == System.SPARK:
        # Without it, Spark's driver holds the whole answer in memory before it gives its first row.
        client.do("SET spark.sql.thriftServer.incrementalCollect=true")
    if config.database:
        client.do(f"USE {Dialect(config.system).table(config.database)}")
    return client


class HiveServerClient:
    def __init__(self, config: BigDataConfig, opened: HS2Session, patience: float) -> None:
        self.session = opened
        self._config = config
        self._patience = patience

    def do(self, statement: str) -> None:
        with self.ask(statement):
            pass

    @contextmanager
    def ask(self, query: str) -> Iterator["HiveServerAnswer"]:
        with self._told():
            operation = self.session.execute(query, run_async=True)
        try:
            with self._told():
                self._wait(operation)
                types = {column[0]: _type_of(column) for column in operation.get_result_schema() or ()}
            too_slow = QueryTooSlow(host=self._config.host, seconds=round(self._patience))
            yield HiveServerAnswer(types, operation, self._told, self._patience, too_slow)
        finally:
            with suppress(OSError, TException, ImpylaError):
                operation.close()

    def _wait(self, operation: Operation) -> None:
        until = monotonic() + self._patience
        for look in chain(_LOOKS_S, repeat(_LOOKS_S[-1])):
            state = operation.get_state()
            if state.operationState in _ENDED:
                raise QueryCancelled(host=self._config.host)
            if state.operationState == TOperationState.ERROR_STATE:
                raise refusal(self._config, state.errorMessage or "", state.sqlState or "")
            if state.operationState not in _AT_WORK:
                return
            if monotonic() > until:
                operation.cancel()
                raise QueryTooSlow(host=self._config.host, seconds=round(self._patience))
            sleep(min(look, max(0.0, until - monotonic())))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the driver raises as the errors of a collection, without its text: it quotes the query."""
        try:
            yield
        except CollectionError:
            raise
        except TTransportException as error:
            if error.type == TTransportException.TIMED_OUT:
                raise QueryTooSlow(host=self._config.host, seconds=round(self._patience)) from None
            raise SystemBrokeOff(host=self._config.host) from None
        except ImpylaError as error:
            raise refusal(self._config, str(error)) from None
        except (OSError, TException):
            raise SystemBrokeOff(host=self._config.host) from None


class HiveServerAnswer:
    def __init__(
        self, types: dict[str, str], operation: Operation, told: Any, patience: float, too_slow: QueryTooSlow
    ) -> None:
        self.types = types
        self._operation = operation
        self._told = told
        self._patience = patience
        self._too_slow = too_slow

    def fetch(self, size: int) -> Iterator[Fetched]:
        request = TFetchResultsReq(
            operationHandle=self._operation.handle, orientation=TFetchOrientation.FETCH_NEXT, maxRows=size
        )
        until = monotonic() + self._patience
        while True:
            with self._told():
                response = self._operation.client.FetchResults(request)
                err_if_rpc_not_ok(response)
            columns = [_filled(column) for column in (response.results and response.results.columns) or ()]
            if columns and columns[0].values:
                yield self._texts(columns)
                until = monotonic() + self._patience
            elif not response.hasMoreRows:  # no row may also mean: none yet
                return
            elif monotonic() > until:
                raise self._too_slow

    def _texts(self, columns: list[Any]) -> Fetched:
        unreadable: dict[int, str] = {}
        arrays = []
        for (name, kind), column in zip(self.types.items(), columns, strict=True):
            array, wrong = _text_column(column.values, _mask(column), kind)
            arrays.append(array)
            unreadable |= dict.fromkeys(wrong, name)
        return Fetched(pa.RecordBatch.from_arrays(arrays, names=list(self.types)), unreadable)


def _type_of(column: tuple[Any, ...]) -> str:
    """A type that a value can be cast to: without its precision, a decimal would have no decimals."""
    _name, kind, _size, _bytes, precision, scale, _null = column
    return f"{kind}({precision},{scale})" if kind == "DECIMAL" else str(kind)


def _filled(column: Any) -> Any:
    """A column is a union of the kinds of columns, of which one is set."""
    return next(each for each in vars(column).values() if each is not None)


def _mask(column: Any) -> Any:
    """Where the values are null. The last bytes of the bits may be left out, which means that nothing is."""
    bits = np.unpackbits(np.frombuffer(column.nulls, np.uint8), bitorder="little")[: len(column.values)]
    mask = np.zeros(len(column.values), bool)
    mask[: len(bits)] = bits
    return mask


def _text_column(values: list[Any], mask: Any, kind: str) -> tuple[pa.Array, list[int]]:
    first = values[0]
    if isinstance(first, bytes) and kind != "BINARY":
        array, wrong = texts_of_bytes(values, mask)
        return (instants(array) if kind == "TIMESTAMP" else array), wrong
    if isinstance(first, bool):
        return pa.array(values, pa.bool_(), mask=mask).cast(pa.string()), []
    if isinstance(first, int):
        return pa.array(values, pa.int64(), mask=mask).cast(pa.string()), []
    if isinstance(first, float):
        return pa.array(values, pa.float64(), mask=mask).cast(pa.string()), []
    return text_array([None if is_null else value for value, is_null in zip(values, mask, strict=True)]), []
