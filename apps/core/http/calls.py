"""One call on its way: its policy, its limits, its clock and its count of bytes, known down to the socket.

A connection is pooled and knows nothing of the call it serves; so the call in progress is a context variable, read
where a connection is opened or used again, and the socket keeps it until the body has been read. No call, no
connection.

Timeouts of sockets bound one wait, so a server that sends a byte now and then is never late. Here each wait is cut to
what is left of the whole call: in the headers, in the body, in the chunks' framing, in the TLS handshake.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from apps.core.http.errors import DeadlineExceeded, ResponseTooLarge
from apps.core.http.policy import Limits, Policy
from apps.core.http.urls import Site
from apps.core.numbers import format_size

# What HTTP itself may add around a body: headers, redirections, chunk sizes.
_WIRE_ALLOWANCE = 1024 * 1024
_SLACK = 0.01


@dataclass
class Call:
    """A call to a site, from its first attempt to the last byte of its answer."""

    home: Site
    policy: Policy
    limits: Limits
    host: str = ""
    started: float = field(default_factory=monotonic)
    on_wire: int = 0

    def __post_init__(self) -> None:
        self.host = self.host or self.home.host

    @property
    def remaining(self) -> float:
        """Seconds left; may be negative."""
        return self.started + self.limits.total - monotonic()

    @property
    def is_over(self) -> bool:
        return self.remaining <= _SLACK

    def patience(self, wanted: float | None = None) -> float:
        """How long one wait may last. Raises DeadlineExceeded if no time is left."""
        if self.is_over:
            raise DeadlineExceeded(self.host, seconds=self.limits.total)
        return self.remaining if wanted is None else min(wanted, self.remaining)

    def count(self, received: int) -> None:
        """Count bytes as they come off the network: some never become a byte of the body, which is counted apart."""
        self.on_wire += received
        if self.on_wire > 2 * self.limits.size + _WIRE_ALLOWANCE:
            raise self.too_large()

    def too_large(self) -> ResponseTooLarge:
        return ResponseTooLarge(self.host, limit=format_size(self.limits.size))


_current: ContextVar[Call] = ContextVar("outbound_call")


def current_call() -> Call:
    """The call in progress. Raises LookupError outside one: a connection that nobody answers for is not opened."""
    return _current.get()


@contextmanager
def calling(call: Call) -> Iterator[None]:
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


class GuardedSocket(socket.socket):
    """A socket that waits no longer than its call has left, and counts what it receives."""

    call: Call | None = None
    wanted: float | None = None

    def settimeout(self, value: float | None) -> None:
        self.wanted = value
        super().settimeout(value)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.call is None:
            return super().recv_into(*args, **kwargs)
        super().settimeout(self.call.patience(self.wanted))
        received = super().recv_into(*args, **kwargs)
        self.call.count(received)
        return received

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        # The timeout of a send is for all of it. urllib3 leaves that of the connection, too short for a large body.
        if self.call is not None:
            super().settimeout(self.call.patience())
        super().sendall(*args, **kwargs)


class GuardedTlsSocket(GuardedSocket, ssl.SSLSocket):
    """The same over TLS: made by the TLS context from a GuardedSocket, whose call it is given once connected."""
