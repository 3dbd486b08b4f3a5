"""A killed worker's task is run again: with real workers, on a real broker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import redis
from django.conf import settings
from kombu import Connection

from config.embedded import EmbeddedServices
from config.settings.environment import broker_url
from tests.project.worker_settings import QUEUE
from tests.project.worker_tasks import held

pytestmark = pytest.mark.processes

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
VISIBILITY_TIMEOUT_S = 6


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(tmp_path_factory.mktemp("worker") / "run", durable=False)
    services.start(database=False)
    yield services
    services.stop()


@pytest.fixture
def record(store: EmbeddedServices) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(store.redis_url, decode_responses=True) as record:
        record.flushall()
        yield record


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, store: EmbeddedServices) -> Iterator[str]:
    if request.param == "redis":
        yield broker_url(store.redis_url)
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 5672)):
            pytest.skip("No RabbitMQ answers on this machine.")
    with Connection(RABBITMQ) as connection:
        own_queue = QUEUE.bind(connection.default_channel)
        own_queue.declare()
        yield RABBITMQ
        own_queue.delete()


@pytest.fixture
def start_worker(store: EmbeddedServices, broker: str, tmp_path: Path) -> Iterator[Callable[[], psutil.Process]]:
    """Start a worker, as the Procfile does but for its task and a short visibility timeout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.project.worker_settings",
        "REDIS_URL": store.redis_url,
        "CELERY_BROKER_URL": broker,
        "TEST_QUEUE": QUEUE.name,
        "TASK_VISIBILITY_TIMEOUT": str(VISIBILITY_TIMEOUT_S),
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "config",
        "worker",
        "--queues",
        QUEUE.name,
        "--concurrency",
        "1",
    ]
    command += ["--concurrency", "1", "--include", "tests.project.worker_tasks", "--without-mingle", "--without-gossip"]
    started = []

    def start() -> psutil.Process:
        with (tmp_path / "worker.log").open("ab") as log:
            started.append(
                subprocess.Popen(
                    command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        return psutil.Process(started[-1].pid)

    yield start
    for process in started:
        kill_all(process.pid)
        process.wait()


def kill_all(pid: int) -> None:
    """Kill a worker and its children at once, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def wait_for(record: redis.Redis, name: str, count: int) -> list[str]:
    deadline = time.monotonic() + 60
    while len(found := record.lrange(name, 0, -1)) < count:
        assert time.monotonic() < deadline, f"{name}: {found}, not {count}"
        time.sleep(0.05)
    return found


def enqueue(broker: str) -> None:
    with Connection(broker) as connection:
        held.apply_async(connection=connection, queue=QUEUE)


def test_a_task_whose_process_is_killed_is_run_again(start_worker, record, broker):
    start_worker()
    enqueue(broker)
    (child,) = wait_for(record, "begun", 1)

    os.kill(int(child), signal.SIGKILL)

    wait_for(record, "begun", 2)
    record.rpush("go", 1)
    assert len(wait_for(record, "ended", 1)) == 1


def test_a_task_whose_whole_worker_is_killed_is_run_by_the_next_one(start_worker, record, broker):
    worker = start_worker()
    enqueue(broker)
    wait_for(record, "begun", 1)

    kill_all(worker.pid)
    start_worker()

    wait_for(record, "begun", 2)
    record.rpush("go", 1)
    assert len(wait_for(record, "ended", 1)) == 1
