"""One run at a time in a checkout, on a port of its own, with nothing left of those that were killed."""

import errno
import fcntl
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from config.embedded.server import survivors
from config.settings.environment import RUN_DIR

# Every process of a run carries this in its environment, where it outlives whoever started it.
RUN_MARK = {"ECLUSE_RUN": str(RUN_DIR)}

SWEEP_BOUND_S = 8.0


class CannotStart(Exception):
    """Why the house cannot be started here, and what to do; shown as it is."""


@contextmanager
def the_only_run(lock: Path, *, address: str) -> Iterator[None]:
    """Hold the lock of this checkout. The kernel lets go of it when we end, however we end."""
    with lock.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise CannotStart(
                f"Already running in this checkout: {handle.read().strip()}.\n"
                "Use that one, or end it with Ctrl-C in its terminal."
            ) from error
        handle.truncate(0)
        handle.write(f"{address} (process {os.getpid()})")
        handle.flush()
        yield


def sweep() -> int:
    """End the processes that carry our mark, and say how many: a killed run leaves them, a finished one has none."""
    marked = _marked_processes()
    ours = {process.pid for process in marked}
    for process in marked:
        with suppress(psutil.Error):
            if process.ppid() not in ours:  # the others are ended by their parents, in good order
                process.send_signal(signal.SIGTERM)
    for process in survivors(marked, SWEEP_BOUND_S):
        with suppress(psutil.Error):
            process.kill()
    survivors(marked, SWEEP_BOUND_S)
    return len(marked)


def require_free(port: int) -> None:
    """Raise CannotStart if another program listens on this port of ours."""
    try:
        _bind(port)
    except OSError as error:
        reason = "is taken by another program" if error.errno == errno.EADDRINUSE else error.strerror
        raise CannotStart(
            f"Port {port}: {reason}.\nEnd that program, or choose another port: make run PORT={port + 1}"
        ) from error


def is_free(port: int) -> bool:
    """Whether we could listen on this port."""
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers will
        probe.bind(("127.0.0.1", port))


def _marked_processes() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and RUN_MARK.items() <= process.environ().items():
                found.append(process)
    return found
