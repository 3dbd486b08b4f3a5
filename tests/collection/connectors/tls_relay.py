"""A relay that speaks TLS for a PostgreSQL that does not: to the client, the server itself."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


@contextmanager
def tls_relay(to_port: int, certificate: str) -> Iterator[int]:
    """The port of the relay, on 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, to_port, context), daemon=True).start()
        yield server.getsockname()[1]


def _accept(server: socket.socket, to_port: int, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            client, _address = server.accept()
            threading.Thread(target=_serve, args=(client, to_port, context), daemon=True).start()


def _serve(client: socket.socket, to_port: int, context: ssl.SSLContext) -> None:
    with suppress(OSError), client:
        if client.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
            return
        client.sendall(b"S")
        with (
            context.wrap_socket(client, server_side=True) as protected,
            socket.create_connection(("127.0.0.1", to_port)) as target,
        ):
            # One direction in a thread; a TLS socket may be read and written by two at a time.
            threading.Thread(target=_copy, args=(target, protected), daemon=True).start()
            _copy(protected, target)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
