"""The program that visits, seen from here: started, told which pages, listened to, and never left behind."""

import logging
import os
import re
import select
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from types import TracebackType
from typing import IO, Any, Self

import certifi
import orjson
from django.conf import settings

from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import VisitBroken
from apps.collection.crawler.orders import Orders
from apps.core.http.policy import Policy

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
PROGRAM = [sys.executable, "-m", "apps.collection.crawler"]
# How long it takes to start on a machine that has much else to do, and to end.
_START_SECONDS = 60.0
_END_SECONDS = 5.0
_MARGIN_SECONDS = 60.0
# A page is asked for three times, after its robots.txt.
_ASKED_AT_MOST = 4
_PIECE = 1024 * 1024
_CLASS = re.compile(r"[A-Za-z_.]{1,100}")


def orders_for(config: WebConfig) -> Orders:
    """What the program is told. A proxy may have a password, so all of it goes through the pipe."""
    policy = Policy.from_settings()
    # The pace of one host is the operator's. Other processes are not counted in it here, as `core.http.pacing` does.
    floor = 1 / policy.per_second if policy.per_second else 0.0
    return Orders(
        parent=os.getpid(),
        user_agent=config.user_agent,
        domains=config.domains,
        fields=config.fields,
        item_selector=config.item_selector,
        follow=config.follow or (),
        items=config.item_pages or (),
        dropped=config.dropped,
        cookies=config.cookies,
        delay=max(config.delay, floor),
        concurrency=config.concurrency,
        max_size=config.max_page_kb * 1024,
        timeout=config.timeout,
        networks=tuple(map(str, policy.networks)),
        hosts=tuple(policy.hosts),
        ports=tuple(policy.ports),
        proxy=policy.proxy,
    )


def longest_silence(orders: Orders) -> float:
    """The seconds between two pages: the slowest one, asked for as often as it may be, after the longest patience."""
    return _MARGIN_SECONDS + _ASKED_AT_MOST * (orders.timeout + orders.max_hold)


class Visitor:
    """A running program. Leaving the block ends it: at once after an error, else once it has said its last word."""

    def __init__(self, orders: Orders, *, host: str) -> None:
        self.orders = orders
        self.host = host
        self._buffer = bytearray()

    def __enter__(self) -> Self:
        self._errors = TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603 -- our own program, and nothing of what people typed
            PROGRAM,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=ROOT,
            env=self._environment(),
            # Ctrl-C is for us: what we do of it ends the program too.
            start_new_session=True,
        )
        try:
            self._write(self.orders.as_line())
            self._hear(seconds=_START_SECONDS)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._listen_to_the_end()
        finally:
            self._end()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, number: int, *, url: str, kind: str) -> None:
        """Have a page visited. Raises VisitBroken if the program is no longer there."""
        self._write(orjson.dumps({"id": number, "url": url, "kind": kind}) + b"\n")

    def listen(self) -> dict[str, Any]:
        """What it says of the next page. Raises VisitBroken if it ended or says nothing for too long."""
        return self._hear(seconds=longest_silence(self.orders))

    def _hear(self, *, seconds: float) -> dict[str, Any]:
        line = self._line(until=monotonic() + seconds)
        if line is None:
            logger.warning(
                "The program that visits a site is gone or stuck (exit status %s): %s.",
                self._process.poll(),
                self._last_error(),
            )
            raise VisitBroken(host=self.host)
        said: dict[str, Any] = orjson.loads(line)
        return said

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            _close(pipe)

    def _listen_to_the_end(self) -> None:
        _close(self._process.stdin)
        line = self._line(until=monotonic() + _END_SECONDS)
        if stats := orjson.loads(line).get("stats") if line else None:
            logger.info("A site was visited: %(requests)s requests, %(bytes)s bytes, %(retries)s retries.", stats)

    def _last_error(self) -> str:
        """The class of what it raised; its text may hold addresses of pages."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        found = _CLASS.match(lines[-1]) if lines else None
        return found[0] if found else "nothing said"

    def _write(self, line: bytes) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise TypeError("The program was started without an input.")
        try:
            stdin.write(line)
            stdin.flush()
        except BrokenPipeError:
            raise VisitBroken(host=self.host) from None

    def _line(self, *, until: float) -> bytes | None:
        """The next line that it says, None if it does not in time, or any more."""
        stdout = self._process.stdout
        if stdout is None:
            raise TypeError("The program was started without an output.")
        end, searched = -1, 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if not select.select([stdout], [], [], max(0.0, until - monotonic()))[0]:
                return None
            piece = os.read(stdout.fileno(), _PIECE)
            if not piece:
                return None
            self._buffer += piece
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    @staticmethod
    def _environment() -> dict[str, str]:
        """Nothing of ours, whose keys and passwords are there; the authorities that certificates are verified by."""
        authorities = settings.OUTBOUND_CA_BUNDLE or certifi.where()
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH") if name in os.environ}
        return kept | {"SSL_CERT_FILE": authorities, "PYTHONDONTWRITEBYTECODE": "1"}


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except BrokenPipeError:  # what was still to be written has no reader any more
        return
