"""The invented town hall that the demonstration collects from: a process of its own, for as long as a run lasts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from config.launch.alone import RUN_MARK, CannotStart, is_free
from config.settings.environment import BASE_DIR

PORT = 8100
PORTS_TRIED = 20


class World:
    """The process that makes the world if it must, then serves it. What it says is in `log`."""

    def __init__(self, *, port: int, log: Path, on_answer: Callable[[], None], on_end: Callable[[], None]) -> None:
        self._port = port
        self._on_answer: Callable[[], None] | None = on_answer
        self._on_end: Callable[[], None] | None = on_end
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                [sys.executable, "manage.py", "demo_world", "--port", str(port)],
                cwd=BASE_DIR,
                env=os.environ | RUN_MARK,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the terminal is for the launcher, which ends it with the others
            )

    def look(self) -> None:
        """See whether it answers by now, and whether it has ended: `on_answer` and `on_end` are called once at most."""
        if self._on_end and self._process.poll() is not None:
            act, self._on_answer, self._on_end = self._on_end, None, None
            act()
        elif self._on_answer and self._answers():
            act, self._on_answer = self._on_answer, None
            act()

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self._port}/", timeout=5) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False


def choose_port(kept: Path, *, besides: int) -> int:
    """The port of the world: the one that DEMO_WORLD_PORT asks for, or the first that is free, `besides` left out.

    It is kept in a file, from which the development settings read it: `manage.py` so finds the world beside this run.
    """
    asked = os.environ.get("DEMO_WORLD_PORT")
    tried = [int(asked)] if asked else [PORT + rank for rank in range(PORTS_TRIED)]
    port = next((each for each in tried if each != besides and is_free(each)), None)
    if port is None:
        raise CannotStart(
            f"The invented town hall finds no port from {tried[0]} to {tried[-1]}: give it another (DEMO_WORLD_PORT)."
        )
    os.environ["DEMO_WORLD_PORT"] = str(port)
    kept.write_text(f"DEMO_WORLD_PORT={port}\n")
    return port
