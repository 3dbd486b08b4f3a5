"""The doors are open: web, worker and beat run from the Procfile through honcho, and are watched until the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from config.embedded import EmbeddedServices
from config.launch.alone import RUN_MARK
from config.settings.environment import BASE_DIR

PROCESSES = ("web", "worker", "beat")
LIVE = "/api/v1/health/live/"
SLOW_AFTER_S = 60.0


class Crashed(Exception):
    """A process that must run has ended; the others are being stopped."""


def serve(
    port: int,
    services: EmbeddedServices,
    *,
    on_ready: Callable[[], None],
    on_slow: Callable[[], None],
    on_look: Callable[[], None],
) -> None:
    """Run the processes until a signal ends us, and look at them (`on_look`) once a second or more often.

    Raises Crashed when one of them, or an embedded server, ends first.
    """
    began_at = time.monotonic()
    honcho = subprocess.Popen(  # noqa: S603 -- our own Procfile
        [sys.executable, "-m", "honcho", "start", "--env", os.devnull, "--port", str(port), *PROCESSES],
        cwd=BASE_DIR,
        env=os.environ | RUN_MARK | {"PATH": _path_with_our_programs()},
        start_new_session=True,  # Ctrl-C in the terminal is for us, who end the others in order
    )
    waiting, mains = True, list[psutil.Process]()
    try:
        while honcho.poll() is None:
            mains = mains if len(mains) == len(PROCESSES) else _main_processes(honcho.pid)
            if any(_is_dead(main) for main in mains):
                break
            if dead := services.ended():
                raise Crashed(f"{' and '.join(dead)} ended unexpectedly: everything is stopped. See {services.root}.")
            on_look()
            if waiting and answers(port):
                on_ready()
                waiting = False
            elif waiting and time.monotonic() - began_at > SLOW_AFTER_S:
                on_slow()
                waiting = False
            time.sleep(0.2 if waiting else 1)
        raise Crashed("One of web, worker and beat ended unexpectedly, see above: everything is stopped.")
    finally:
        with suppress(ProcessLookupError):
            honcho.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            honcho.wait(timeout=10)


def answers(port: int) -> bool:
    """Whether the site answers on this port."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{LIVE}", timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _main_processes(honcho: int) -> list[psutil.Process]:
    """The process of each line of the Procfile: honcho starts one of its own for each, which starts it."""
    with suppress(psutil.Error):
        ours = psutil.Process(honcho).children(recursive=True)
        direct = {process.pid for process in ours if process.ppid() == honcho}
        return [process for process in ours if process.ppid() in direct]
    return []


def _is_dead(main: psutil.Process) -> bool:
    """Whether it has ended. Honcho does not see this while a child that it left behind still holds its output."""
    with suppress(psutil.NoSuchProcess):
        return bool(main.status() == psutil.STATUS_ZOMBIE)
    return True


def _path_with_our_programs() -> str:
    """The search path, with this environment's programs first: the Procfile names them without a directory."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
