"""Opening connections: the only place where an address is judged, because it is the only one where it is the real one.

A name is resolved once; each of its addresses is judged; a connection is opened to one that passed, by its number.
Nothing is resolved again in between (DNS rebinding), however the URL spelt the host, whichever redirection led there.
The name itself is still what the certificate must bear, and what the Host header and the TLS handshake say.
"""

import os
import socket
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from ssl import SSLContext
from threading import Thread
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from apps.core.http.calls import Call, GuardedSocket, GuardedTlsSocket, current_call
from apps.core.http.errors import AddressRefused, PortRefused, Unreachable

Candidate = tuple[socket.AddressFamily, Any]


class Guarded(HTTPConnection):
    """What both kinds of connection do differently from urllib3's own."""

    def _new_conn(self) -> socket.socket:
        """A connected socket, to an address that passed.

        Raises AddressRefused, Unreachable or DeadlineExceeded.
        """
        call = current_call()
        host = self._dns_host.strip("[]")
        candidates = resolve(host, self.port, call=call)
        if self.proxy is None:  # the proxy is the operator's own; what lies behind it is its to judge
            candidates = permitted(candidates, host=self.host, port=self.port, call=call)
        failure: OSError | None = None
        for family, address in candidates:
            patience = call.patience(call.limits.connect)
            connection = GuardedSocket(family, socket.SOCK_STREAM)
            try:
                for option in self.socket_options or ():
                    connection.setsockopt(*option)
                connection.settimeout(patience)
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            except BaseException:
                connection.close()
                raise
            else:
                connection.call = call
                connection.settimeout(call.patience(call.limits.connect))  # for the TLS handshake as a whole
                return connection
        call.patience()
        raise noted(Unreachable(self.host), failure)

    def connect(self) -> None:
        super().connect()
        self._serve(current_call())

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            self._serve(current_call())
        super().request(*args, **kwargs)

    def getresponse(self) -> Any:
        connection = self.sock
        try:
            return super().getresponse()
        except BaseException:
            # An answer whose headers make no sense is dropped by urllib3 with its socket still open.
            with suppress(OSError):
                os.close(connection.detach())
            raise

    def _serve(self, call: Call) -> None:
        if not isinstance(self.sock, GuardedSocket):
            raise TypeError("This connection was not opened by the guard.")
        self.sock.call = call


class GuardedHTTPConnection(Guarded):
    pass


class GuardedHTTPSConnection(Guarded, HTTPSConnection):
    pass


class GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPSConnection


POOLS = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}


def resolve(host: str, port: int, *, call: Call) -> list[Candidate]:
    """The addresses of a host. Raises Unreachable if it has none, DeadlineExceeded if the answer does not come in time.

    The system's resolver cannot be interrupted, and whoever holds the name's zone can make it slow: a thread asks,
    and is left behind when the time is over.
    """
    answers: SimpleQueue[list[Any] | BaseException] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except BaseException as error:  # whatever it is, it belongs to the thread that waits
            answers.put(error)

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=call.patience(call.limits.connect))
    except Empty:
        call.patience()
        raise Unreachable(host) from None
    if isinstance(found, (OSError, UnicodeError)):
        raise noted(Unreachable(host), found)
    if isinstance(found, BaseException):
        raise found
    return [(family, address) for family, _type, _protocol, _name, address in found]


def permitted(candidates: list[Candidate], *, host: str, port: int, call: Call) -> list[Candidate]:
    """The candidates that may be connected to.

    The others are passed over: `localhost` is often both 127.0.0.1 and ::1, of which an operator opened only one.
    Raises PortRefused, or AddressRefused if none is left.
    """
    if port not in call.policy.ports:
        raise PortRefused(host, port=port)
    passed, refused = [], []
    for candidate in candidates:
        reason = call.policy.refusal(host, ip_address(candidate[1][0]))
        if reason is None:
            passed.append(candidate)
        else:
            refused.append(reason)
    if refused and not passed:
        raise AddressRefused(host, reason=refused[0].label)
    return passed


@lru_cache
def tls_context(ca_bundle: str) -> SSLContext:
    """Certificates are always verified; made once, because reading the authorities costs more than a handshake."""
    context = create_urllib3_context()
    context.load_verify_locations(ca_bundle or certifi.where())
    context.sslsocket_class = GuardedTlsSocket
    return context


def noted(error: Unreachable, cause: BaseException | None) -> Unreachable:
    """The error with the class of its cause, which tells a refusal from a silence; its text may name addresses."""
    if cause is not None:
        error.add_note(type(cause).__name__)
    return error
