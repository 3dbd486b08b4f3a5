"""A HiveServer2 whose answers a test writes, on loopback, without SASL: what no real one can be made to say."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from impala._thrift_gen.TCLIService import TCLIService
from impala._thrift_gen.TCLIService import ttypes as t
from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.server.TServer import TThreadedServer
from thrift.transport.TSocket import TServerSocket
from thrift.transport.TTransport import TBufferedTransportFactory

from tests.ports import free_port

_SUCCESS = t.TStatus(statusCode=t.TStatusCode.SUCCESS_STATUS)
_ID = t.THandleIdentifier(guid=b"0" * 16, secret=b"1" * 16)


class Answering:
    """Any query is answered by one column of texts, `name`: these pages of bytes, then pages without rows, for ever."""

    def __init__(self, pages: list[list[bytes]]) -> None:
        self.pages = list(pages)

    def OpenSession(self, _request: Any) -> Any:  # noqa: N802 -- names of the protocol, here and below
        session = t.TSessionHandle(sessionId=_ID)
        version = t.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V6
        return t.TOpenSessionResp(status=_SUCCESS, serverProtocolVersion=version, sessionHandle=session)

    def ExecuteStatement(self, _request: Any) -> Any:  # noqa: N802
        kind = t.TOperationType.EXECUTE_STATEMENT
        handle = t.TOperationHandle(operationId=_ID, operationType=kind, hasResultSet=True)
        return t.TExecuteStatementResp(status=_SUCCESS, operationHandle=handle)

    def GetOperationStatus(self, _request: Any) -> Any:  # noqa: N802
        return t.TGetOperationStatusResp(status=_SUCCESS, operationState=t.TOperationState.FINISHED_STATE)

    def GetResultSetMetadata(self, _request: Any) -> Any:  # noqa: N802
        entry = t.TTypeEntry(primitiveEntry=t.TPrimitiveTypeEntry(type=t.TTypeId.STRING_TYPE))
        column = t.TColumnDesc(columnName="name", typeDesc=t.TTypeDesc(types=[entry]), position=1)
        return t.TGetResultSetMetadataResp(status=_SUCCESS, schema=t.TTableSchema(columns=[column]))

    def FetchResults(self, _request: Any) -> Any:  # noqa: N802
        values = self.pages.pop(0) if self.pages else []
        column = t.TColumn(binaryVal=t.TBinaryColumn(values=values, nulls=b""))
        rows = t.TRowSet(startRowOffset=0, rows=[], columns=[column])
        return t.TFetchResultsResp(status=_SUCCESS, hasMoreRows=True, results=rows)

    def CloseOperation(self, _request: Any) -> Any:  # noqa: N802
        return t.TCloseOperationResp(status=_SUCCESS)

    def CloseSession(self, _request: Any) -> Any:  # noqa: N802
        return t.TCloseSessionResp(status=_SUCCESS)


class Listening(TServerSocket):
    """Listens once: the server asks for it again when it starts."""

    def listen(self) -> None:
        if self.handle is None:
            super().listen()


@contextmanager
def a_hive_server(*pages: list[bytes]) -> Iterator[int]:
    """The port of one."""
    port = free_port()
    socket = Listening("127.0.0.1", port)
    socket.listen()
    processor = TCLIService.Processor(Answering(list(pages)))
    server = TThreadedServer(processor, socket, TBufferedTransportFactory(), TBinaryProtocolFactory(), daemon=True)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield port
    finally:
        socket.close()
