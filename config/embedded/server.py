"""What both servers share: found by where they run, started once, waited for, stopped with a bound."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

from config.embedded.private import EmbeddedError

START_BOUND_S = 60.0
LOG_TAIL_BYTES = 2_000


class Server(ABC):
    """One server that keeps its files in `home` and its socket in `sockets`.

    A server is known by the directory it runs in, never by a number in a file: after a kill, that number may belong to
    someone else's program.
    """

    label: str
    process_name: str
    # How to ask it to end, more and more firmly, and how many seconds to wait each time. SIGKILL comes last.
    endings: tuple[tuple[signal.Signals, float], ...]

    def __init__(self, home: Path, *, sockets: Path, durable: bool) -> None:
        self.home = home
        self.sockets = sockets
        self.durable = durable
        self.child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    @abstractmethod
    def working_directory(self) -> Path:
        """The directory that the server makes its own, by which it is found."""

    @abstractmethod
    def prepare(self) -> None:
        """Make ready what the server needs on disk. Nothing runs there at that time."""

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @property
    def log(self) -> Path:
        return self.home.with_suffix(".log")

    def start(self) -> None:
        """Start it and wait until it answers; one that already does is kept."""
        if self.processes() and self.answers():
            return
        self.stop()
        self.prepare()
        with self.log.open("wb") as log:
            # In a session of its own: Ctrl-C in the terminal is for the launcher, which stops it last.
            self.child = subprocess.Popen(  # noqa: S603 -- our own binaries and paths
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        self._wait_until_it_answers(self.child)

    def stop(self) -> None:
        """Ask the server to end, then its processes that a dead parent left behind, and wait until all have gone."""
        remaining = self.processes()
        for how, bound_s in (*self.endings, (signal.SIGKILL, 5.0)):
            for process in remaining[:1] if how != signal.SIGKILL else remaining:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(how)
            remaining = survivors(remaining, bound_s)
        if self.child is not None:
            self.child.wait()
            self.child = None

    def processes(self) -> list[psutil.Process]:
        """Every process of this server, parents first; also those that a killed parent left behind."""
        found = []
        for process in psutil.process_iter(["name", "ppid"]):
            if process.info["name"] != self.process_name:
                continue
            with suppress(psutil.Error):
                # The kernel adds a word to the path of a directory that was removed under a running server.
                if process.cwd().removesuffix(" (deleted)") == str(self.working_directory):
                    found.append(process)
        pids = {process.pid for process in found}
        return sorted(found, key=lambda process: process.info["ppid"] in pids)

    def _wait_until_it_answers(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_BOUND_S
        while not self.answers():
            if child.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
                raise EmbeddedError(f"{self.label} did not start. Its last words, from {self.log}:\n{tail}")
            time.sleep(0.02)


def survivors(processes: list[psutil.Process], bound_s: float) -> list[psutil.Process]:
    """Those that still run after at most `bound_s` seconds. One that is dead but not yet buried has gone."""
    deadline = time.monotonic() + bound_s
    while (alive := [process for process in processes if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    return False


def package_file(package: str, path: str) -> Path:
    """A file that an installed package carries, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {package} is missing: install requirements/demo.txt, or set the address of a server."
        )
    return Path(spec.origin).parent / path
