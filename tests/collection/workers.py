"""Workers as the Procfile starts them, processes of their own, which tests kill; and what must hold when they do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu import Connection

from apps.collection.models import Run
from apps.core.leases import reap_all
from config.embedded import EmbeddedServices
from config.settings.environment import broker_url
from tests.forks import Forks

LEASE_SECONDS = 2
LATER = timedelta(hours=1)


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "the condition never came true"
        sleep(0.02)


def environment(lake_folder: Path) -> dict[str, str]:
    """That of a process which works on the database and the lake of the test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "tests.collection.worker_settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "TEST_LAKE": str(lake_folder),
        "WORK_LEASE_SECONDS": str(LEASE_SECONDS),
    }


@pytest.fixture(scope="session")
def forks(django_db_setup: None) -> Iterator[Forks]:
    """Makes processes that die, on the database of the tests."""
    opened = Forks(environment(Path()))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(tmp_path_factory.mktemp("collection") / "run", durable=False)
    services.start(database=False)
    yield services
    services.stop()


@pytest.fixture
def broker(store: EmbeddedServices) -> Iterator[Connection]:
    with Connection(broker_url(store.redis_url)) as connection:
        yield connection
        connection.default_channel.client.flushall()


@pytest.fixture
def start_worker(store, transactional_db, lake_folder, tmp_path):
    """Start a worker on the servers of the test, with these variables besides its own."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker"]
    command += ["--queues", "default,collect", "--without-mingle", "--without-gossip"]
    variables = environment(lake_folder) | {
        "REDIS_URL": store.redis_url,
        "CELERY_BROKER_URL": broker_url(store.redis_url),
    }
    started = []

    def start(*, concurrency: int = 1, **others: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "worker.log").open("ab") as log:
            started.append(
                subprocess.Popen(
                    [*command, "--concurrency", str(concurrency)],
                    cwd=settings.BASE_DIR,
                    env=variables | others,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield start
    for process in started:
        kill_all(process)


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """Kill a worker and its children at once, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def take_back(run: Run) -> None:
    """Take a run back from its holder, which is dead, without waiting until its lease ends."""
    holder = run.lease_owner

    def is_free() -> bool:
        # What a dying process had sent to the database may still be being done there.
        reap_all(now=timezone.now() + LATER)
        run.refresh_from_db()
        return run.lease_owner != holder

    wait_until(is_free)


def assert_segments_are_as_recorded(run: Run, lake_folder: Path) -> None:
    for segment in run.segments.all():
        with (lake_folder / segment.name).open("rb") as file:
            assert file_digest(file, "sha256").hexdigest() == segment.sha256
