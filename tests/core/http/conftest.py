"""A web to call: real servers on loopback, names that lead where a test says, and a count of who reached them."""

import _socket
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest

from apps.core.http import pacing
from tests.core.http.certificates import make_certificate

# Real servers on a busy machine: an example of hypothesis takes the time it takes.
hypothesis.settings.register_profile("servers", deadline=None)
hypothesis.settings.load_profile("servers")

# How long an endless server lasts, so that a client which never leaves fails its test rather than hang it.
PATIENCE = 60.0

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Seen:
    """A request as the server saw it."""

    method: str
    path: str
    headers: Message
    body: bytes


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.site.requests.append(Seen(self.command, self.path, self.headers, body))
        answer = self.server.site.answers.get(self.path.partition("?")[0], page(b"hello"))
        try:
            answer(self)
        except OSError:
            self.close_connection = True  # the client had enough: what many of these tests are about

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 -- the names that http.server looks for

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *args: Any) -> None:
        pass


@dataclass
class LocalSite:
    """A server on 127.0.0.1 that answers as told, and remembers every connection and every request."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    server_names: list[str | None] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def page(
    body: bytes = b"", *, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
) -> Answer:
    """An ordinary answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)
        if length is not None and length != len(body):
            handler.close_connection = True

    return answer


def redirect(url: str, *, status: int = 302, headers: dict[str, str] | None = None) -> Answer:
    return page(b"", status=status, headers={"Location": url} | (headers or {}))


def raw(*pieces: bytes, every: float = 0, stop: threading.Event | None = None) -> Answer:
    """Bytes written as they are, the last piece again and again if `every` is given (in seconds)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
        end = monotonic() + PATIENCE
        while stop is not None and not stop.wait(every) and monotonic() < end:
            handler.wfile.write(pieces[-1])

    return answer


class at_most:  # noqa: N801 -- reads as a sentence where it is used
    """Fail if what is inside lasts longer."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        self.started = monotonic()

    def __exit__(self, *_exception: object) -> None:
        assert monotonic() - self.started < self.seconds


@pytest.fixture
def sites(settings, over) -> Iterator[Callable[..., LocalSite]]:
    """Start local sites; their ports are open to the client, their addresses are not (see `open_loopback`)."""
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443]
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    settings.OUTBOUND_ALLOWED_HOSTS = []
    settings.OUTBOUND_REQUESTS_PER_SECOND = 0
    with ExitStack() as stack:

        def start(*, tls_for: str = "", open_port: bool = True, address: str = "127.0.0.1") -> LocalSite:
            site = LocalSite()
            server = Server((address, 0), Handler)
            server.site = site
            if tls_for:
                _serve_tls(server, site, tls_for)
            _count_connections(server, site)
            site.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            if open_port:
                settings.OUTBOUND_ALLOWED_PORTS = [*settings.OUTBOUND_ALLOWED_PORTS, site.port]
            return site

        yield start
        over.set()


@pytest.fixture
def over() -> threading.Event:
    """Set when the test ends: the endless servers stop."""
    return threading.Event()


@pytest.fixture
def site(sites) -> LocalSite:
    return sites()


@pytest.fixture
def open_loopback(settings, sites) -> None:
    """What an operator writes to let Écluse call its own machine; here, so that the rest of the guard may be seen."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_MAX_TRIES = 1


@dataclass
class Names:
    """What the names of a test resolve to; asking for the same name again may give another answer."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def lead(self, name: str, *addresses: str, then: list[str] | None = None) -> None:
        self.answers[name] = [list(addresses)] + ([then] if then else [])

    def lookup(self, host: str, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        self.asked.append(host)
        if host in self.answers:
            turns = self.answers[host]
            addresses = turns.pop(0) if len(turns) > 1 else turns[0]
        else:
            addresses = [host]  # a number in some writing, which the system itself reads without asking anyone
        found = []
        for address in addresses:
            found += _socket.getaddrinfo(address, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        return found


@pytest.fixture
def names(monkeypatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.lookup)
    return names


@pytest.fixture(autouse=True)
def _fresh_pace() -> Iterator[None]:
    """No test waits for the calls of another."""
    pacing._local.free.clear()
    pacing._local.held.clear()
    yield
    pacing._client.cache_clear()


def _count_connections(server: Server, site: LocalSite) -> None:
    accept = server.get_request

    def counted() -> Any:
        connection = accept()
        site.connections += 1
        return connection

    server.get_request = counted


def _serve_tls(server: Server, site: LocalSite, name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(name))
    context.sni_callback = lambda _socket, asked, _context: site.server_names.append(asked)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made; other threads of the process sleep as ever."""
    taken: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=taken.append))
    return taken
