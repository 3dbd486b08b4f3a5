"""A Celery worker in a thread of the test, on the suite's own broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.contrib.testing.worker import TestWorkController, start_worker

from config.celery import app

BOUND_S = 120


class Worker(TestWorkController):
    def ensure_started(self) -> None:
        """Celery's own waits for ever for a worker that died at its start."""
        assert self._on_started.wait(BOUND_S), "The worker did not start: its thread says why below."


@contextmanager
def a_worker(**options: Any) -> Iterator[Worker]:
    """One that runs, of these queues (`queues=`), or of all."""
    with start_worker(
        app, pool="solo", perform_ping_check=False, shutdown_timeout=BOUND_S, WorkController=Worker, **options
    ) as worker:
        yield worker
