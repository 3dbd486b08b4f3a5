"""Processes that are made to die, each started at once: one process imports the site, and forks for each of them.

By itself, each would import it for two seconds. What it then does and holds, and what it leaves when it dies, is the
same. `forks.run("tests.datasets.killed", build.pk, point, lake=lake_folder)`
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import django
from django.conf import settings

BOUND_S = 120
DEAD = 9
# What they will need; nothing of it may start a thread, which a fork would lose.
IMPORTED = (
    "apps.collection.collecting",
    "apps.datasets.building",
    "apps.datasets.receiving",
    "apps.inference.training",
    "duckdb",
    "ibis",
    "sklearn.ensemble",
)


class Forks:
    """The process that forks, seen from the tests; `environment` is its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, module: str, *args: object, lake: Path, **changed: str) -> int:
        """Run `main(*args)` of this module on this lake, with these settings changed, in a process of its own; how it
        ended, as `subprocess` says.

        Whatever lasts for two minutes is ended, by SIGALRM.
        """
        asked, answers = self.process.stdin, self.process.stdout
        assert asked
        assert answers
        print(json.dumps([module, [str(each) for each in args], str(lake), changed]), file=asked, flush=True)
        return int(answers.readline())

    def close(self) -> None:
        self.process.communicate(timeout=BOUND_S)


def die_at(path: str, moment: str, *, crossing: int = 1) -> None:
    """Make this process die, as if the power failed, `before` or `after` the nth call of what is at this path."""
    holder, _dot, name = path.rpartition(".")
    owner = resolve_name(holder)
    original = getattr(owner, name)
    crossings = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal crossings
        crossings += 1
        is_last = crossings == crossing
        if is_last and moment == "before":
            os._exit(DEAD)
        result = original(*args, **kwargs)
        if is_last:
            os._exit(DEAD)
        return result

    setattr(owner, name, dying)


def serve() -> None:
    """Fork for each line that comes, and tell how the process ended."""
    for module in IMPORTED:
        import_module(module)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(*json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def _live(module: str, args: list[Any], lake: str, changed: dict[str, str]) -> None:
    """The life of the process that was forked: it never comes back."""
    signal.alarm(BOUND_S)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings.STORAGES["lake"]["OPTIONS"]["location"] = lake
    for name, value in changed.items():
        setattr(settings, name, value)
    try:
        import_module(module).main(*args)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    django.setup()
    serve()
