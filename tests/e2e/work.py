"""A worker as the Procfile starts it, on the database, the lake and the broker of the house."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

COMMAND = ["celery", "--quiet", "--app", "config", "worker", "--concurrency", "1", "--queues", "default,collect,train"]


@contextmanager
def working(*, database: str, lake: Path, log: Path, **variables: str) -> Iterator[None]:
    """Have what is asked for done by another process, until the end of the block; `variables` are its environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    told = {
        "DJANGO_SETTINGS_MODULE": "tests.collection.worker_settings",
        "TEST_DATABASE": database,
        "TEST_LAKE": str(lake),
        "REDIS_URL": settings.REDIS_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
    }
    with log.open("wb") as said:
        worker = subprocess.Popen(
            [sys.executable, "-m", *COMMAND, "--without-mingle", "--without-gossip"],
            cwd=settings.BASE_DIR,
            env=inherited | told | variables,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
