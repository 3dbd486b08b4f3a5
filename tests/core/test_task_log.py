"""The line of a task, through a real broker and a real worker."""

import logging
from logging.handlers import BufferingHandler
from time import monotonic, sleep
from uuid import uuid4

import pytest
from celery import shared_task
from structlog.contextvars import bound_contextvars, get_contextvars

from config.celery import app
from tests.workers import a_worker

REQUEST_ID = "0123456789abcdef0123"


@shared_task
def whisper():
    logging.getLogger("tests.whisper").warning("working", extra={"context": dict(get_contextvars())})


@pytest.fixture
def queue():
    name = f"test-{uuid4().hex}"
    app.amqp.queues.add(name)
    yield name
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(name)


@pytest.fixture
def lines():
    """The lines of the task. Not caplog: a worker sets logging up again, which takes caplog's handler off."""
    handler = BufferingHandler(capacity=1000)
    names = ("tests.whisper", "apps.core.task_log")
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield handler.buffer
    for name in names:
        logging.getLogger(name).removeHandler(handler)


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_a_task_carry_its_name_its_identifier_and_its_request(lines, queue):
    with a_worker(queues=[queue]):
        with bound_contextvars(request_id=REQUEST_ID):
            sent = whisper.apply_async(queue=queue)
        deadline = monotonic() + 120
        while len(lines) < 2:
            assert monotonic() < deadline, "the task left no line"
            sleep(0.02)

    working, done = lines
    assert working.context == {"task": whisper.name, "task_id": sent.id, "request_id": REQUEST_ID}
    assert (done.getMessage(), done.state) == ("task", "SUCCESS")
    assert done.duration_ms >= 0
    assert get_contextvars() == {}
