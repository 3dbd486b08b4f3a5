"""Between a client and a server of a test: a wire that can be cut, a door that lets nobody in, a silence."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf

from tests.core.http.certificates import make_certificate

_START, _OK, _BAD = 1, 2, 3


class Wire:
    """Passes all that comes on to a server, over TLS if a name is given for its certificate, until it is cut.

    `cut_after` so many bytes of the server's, each connection is cut by itself.
    """

    def __init__(self, to: int, *, tls_for: str = "", cut_after: float = inf) -> None:
        self.connections = 0
        self._cut_after = cut_after
        self._to = to
        self._context = None
        if tls_for:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(make_certificate(tls_for))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break off every connection, now."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._listening.close()
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
                if self._context:
                    near = self._context.wrap_socket(near, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self._to))
            self._sockets += [near, far]
            threading.Thread(target=self._pass, args=(near, far, inf), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, self._cut_after), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, most: float) -> None:
        passed = 0
        with suppress(OSError):
            while passed < most and (data := one.recv(65_536)):
                other.sendall(data)
                passed += len(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def a_wire(to: int, *, tls_for: str = "", cut_after: float = inf) -> Iterator[Wire]:
    wire = Wire(to, tls_for=tls_for, cut_after=cut_after)
    try:
        yield wire
    finally:
        wire.close()


@contextmanager
def a_closed_door() -> Iterator[int]:
    """The port of a HiveServer2 that refuses every name and password, as SASL says it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):
                connection, _address = listening.accept()
                with connection, connection.makefile("rb") as said:
                    for _message in (_START, _OK):
                        _status, length = struct.unpack(">BI", said.read(5))
                        said.read(length)
                    why = b"Error validating the login"
                    connection.sendall(struct.pack(">BI", _BAD, len(why)) + why)

        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]


@contextmanager
def a_silence() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
