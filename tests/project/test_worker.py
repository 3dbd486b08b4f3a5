"""A killed worker's task is run again: with real workers, on a real broker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

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
BOUND_S = 120


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Kill it and its children at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


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
def start_worker(store: EmbeddedServices, broker: str, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start a worker, as the Procfile does but for its name, its task and a short visibility timeout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.project.worker_settings",
        "REDIS_URL": store.redis_url,
        "CELERY_BROKER_URL": broker,
        "TEST_QUEUE": QUEUE.name,
        "TASK_VISIBILITY_TIMEOUT": str(VISIBILITY_TIMEOUT_S),
    }
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--queues", QUEUE.name]
    command += ["--concurrency", "1", "--include", "tests.project.worker_tasks", "--without-mingle", "--without-gossip"]
    started: list[Worker] = []

    def start() -> Worker:
        name = f"{QUEUE.name}-{uuid4().hex}"
        # RabbitMQ gives a worker's mailbox to it alone: a second worker of the same name ends at once.
        named = [*command, "--hostname", f"{name}@%h"]
        path = tmp_path / f"{name}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                named, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(Worker(process, path))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def wait_for(record: redis.Redis, name: str, count: int, *workers: Worker) -> list[str]:
    """What was recorded under this name once there are so many; there will never be if one of these workers ended."""
    deadline = time.monotonic() + BOUND_S
    while len(found := record.lrange(name, 0, -1)) < count:
        told = "\n".join([f"{name}: {found}, not {count}", *(each.log.read_text(errors="replace") for each in workers)])
        assert all(each.process.poll() is None for each in workers), f"A worker ended. {told}"
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
    return found


def enqueue(broker: str) -> None:
    with Connection(broker) as connection:
        held.apply_async(connection=connection, queue=QUEUE)


def test_a_task_whose_process_is_killed_is_run_again(start_worker, record, broker):
    worker = start_worker()
    enqueue(broker)
    (child,) = wait_for(record, "begun", 1, worker)

    os.kill(int(child), signal.SIGKILL)

    wait_for(record, "begun", 2, worker)
    record.rpush("go", 1)
    assert len(wait_for(record, "ended", 1, worker)) == 1


def test_a_task_whose_whole_worker_is_killed_is_run_by_the_next_one(start_worker, record, broker):
    worker = start_worker()
    enqueue(broker)
    wait_for(record, "begun", 1, worker)

    worker.kill()
    next_one = start_worker()

    wait_for(record, "begun", 2, next_one)
    record.rpush("go", 1)
    assert len(wait_for(record, "ended", 1, next_one)) == 1


def test_two_workers_of_this_machine_share_a_broker(start_worker, record, broker):
    workers = [start_worker(), start_worker()]
    for _worker in workers:
        enqueue(broker)

    begun = wait_for(record, "begun", 2, *workers)

    assert len(set(begun)) == 2
