"""A program of `apps.collection.crawler`, seen from here: started, told lines, listened to, and never left behind."""

import logging
import os
import re
import select
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from types import TracebackType
from typing import IO, Any, ClassVar, Self

import certifi
import orjson
from django.conf import settings

from apps.collection.exceptions import CollectionError

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
# How long it takes to start on a machine that has much else to do.
_START_SECONDS = 60.0
_PIECE = 1024 * 1024
_CLASS = re.compile(r"[A-Za-z_.]{1,100}")


class Program(ABC):
    """A running program that speaks lines of JSON. Leaving the block ends it, however far it is."""

    module: ClassVar[str]

    def __init__(self, orders: bytes) -> None:
        """`orders` is the first line that it is told; it says that it is ready before anything else."""
        self._orders = orders
        self._buffer = bytearray()

    @abstractmethod
    def lost(self) -> CollectionError:
        """What to raise when it is gone, or says nothing for too long."""

    def __enter__(self) -> Self:
        self._errors = TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603 -- our own program, and nothing of what people typed
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=ROOT,
            env=_environment(),
            # Ctrl-C is for us: what we do of it ends the program too.
            start_new_session=True,
        )
        try:
            self.tell(self._orders)
            self.hear(seconds=_START_SECONDS)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, line: bytes) -> None:
        """Raises what `lost` gives if it is no longer there."""
        try:
            self._stdin.write(line)
            self._stdin.flush()
        except BrokenPipeError:
            raise self.lost() from None

    def hear(self, *, seconds: float) -> dict[str, Any]:
        """What it says next. Raises what `lost` gives if it ended, or says nothing for so long."""
        line = self.line(until=monotonic() + seconds)
        if line is None:
            logger.warning(
                "The program %s is gone or stuck (exit status %s): %s.",
                self.module,
                self._process.poll(),
                self._last_error(),
            )
            raise self.lost()
        said: dict[str, Any] = orjson.loads(line)
        return said

    def line(self, *, until: float) -> bytes | None:
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

    def tell_no_more(self) -> None:
        _close(self._process.stdin)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            _close(pipe)

    @property
    def _stdin(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise TypeError("The program was started without an input.")
        return self._process.stdin

    def _last_error(self) -> str:
        """The class of what it raised; its text may hold addresses of pages."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        found = _CLASS.match(lines[-1]) if lines else None
        return found[0] if found else "nothing said"


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
