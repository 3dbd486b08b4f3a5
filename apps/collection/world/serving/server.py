"""Listens on loopback, one thread for each connection, until it is told to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from apps.collection.world import label
from apps.collection.world.serving.application import Application
from apps.collection.world.serving.messages import Request, Response, refusal

HOST = "127.0.0.1"
# Nothing that a client may send is longer: a request for a token.
_MAX_BODY = 64 * 1024


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, application: Application, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.application = application

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, *_request: Any) -> None:
        """Clients leave when they like; what fails in an answer is answered as such."""


@contextmanager
def serving(application: Application, *, port: int = 0) -> Iterator[Server]:
    """A server that answers inside the block, on a free port unless one is given. Raises OSError if it is taken."""
    with Server(application, port) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Brumeval/1.0"
    sys_version = ""
    timeout = 60
    # What http.server says by itself, of a request that is none.
    error_message_format = f"%(code)d %(message)s\n{label.MENTION}\n"
    error_content_type = "text/plain; charset=utf-8"
    # What is small is sent at once, rather than when the last packet was acknowledged.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._send(self._answered())

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 -- the names that http.server looks for

    def log_message(self, *_args: Any) -> None:
        """Silent: it is the others' logs that are of interest."""

    def _answered(self) -> Response:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MAX_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "Cette requête est trop longue.")
        body = self.rfile.read(int(length))
        asked = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(asked.path),
            query=asked.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            base=self.server.base,
        )
        return self.server.application.answer(request)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header(*label.HEADER)
        self.send_header("ETag", response.entity_tag)
        if response.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
