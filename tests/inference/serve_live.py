"""A real server of the instance, with its workers, for tests and measures."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from tests.ports import free_port
from tests.processes import family

BOUND_S = 90


@dataclass
class Live:
    """A server that runs at `base`; `process` is its parent."""

    port: int
    process: subprocess.Popen
    log: object = field(repr=False)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def family(self):
        return family(self.process.pid)

    def end(self):
        """As an operator ends it."""
        self.process.terminate()
        self.process.wait(timeout=BOUND_S)


def environment(lake: Path, **more: str):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return (
        kept
        | {
            "DJANGO_SETTINGS_MODULE": "tests.inference.serve_settings",
            "TEST_DATABASE": connection.settings_dict["NAME"],
            "TEST_LAKE": str(lake),
            "SERVING_POLL_SECONDS": "0.2",
            "SERVING_FLUSH_SECONDS": "0.25",
            "API_RATE_ANONYMOUS": "60000/minute",
        }
        | more
    )


@contextmanager
def live(*, lake, workers=2, threads=2, application="config.wsgi:application", **more):
    """A granian that serves the test's database and lake."""
    port = free_port()
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
                *("--no-ws", "--workers-kill-timeout", "10", application),
            ],
            cwd=settings.BASE_DIR,
            env=environment(lake, **more),
            stdout=log,
            stderr=log,
        )
        server = Live(port, process, log)
        try:
            _wait_until_it_answers(server)
            yield server
        finally:
            for each in server.family() if process.poll() is None else []:
                each.kill()
            process.wait()


def _wait_until_it_answers(server):
    deadline = time.monotonic() + BOUND_S
    while True:
        assert server.process.poll() is None, server.said
        assert time.monotonic() < deadline, server.said
        try:
            with urlopen(f"{server.base}/v2/health/live", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
