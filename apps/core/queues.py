"""Asking the broker and the workers, without ever waiting long for them."""

from typing import Any

from celery import current_app
from django.core.cache import cache

CONNECT_SECONDS = 1
ANSWER_SECONDS = 1.0
WORKERS_KEY = "queues:workers"
WORKERS_SECONDS = 15  # how long an answer of the workers is believed: asking them costs everyone a second


def queue_lengths() -> dict[str, int]:
    """How many tasks wait in each queue. Raises kombu's OperationalError if the broker does not answer."""
    lengths = {}
    with current_app.connection_for_read(connect_timeout=CONNECT_SECONDS) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
        for name in current_app.amqp.queues:
            try:
                channel: Any = connection.channel()  # the hints know of no channel that declares
                with channel:
                    lengths[name] = channel.queue_declare(name, passive=True).message_count
            except connection.channel_errors:  # nothing was ever sent to it
                lengths[name] = 0
    return lengths


def count_workers() -> int:
    """How many workers answer a ping, now or a few seconds ago."""
    known: int | None = cache.get(WORKERS_KEY)
    if known is None:
        known = len(current_app.control.ping(timeout=ANSWER_SECONDS) or [])
        cache.set(WORKERS_KEY, known, WORKERS_SECONDS)
    return known
