"""A task that the tests of the worker can hold in the middle."""

import os

import redis
from celery import shared_task
from django.conf import settings


@shared_task
def held() -> None:
    """Say that it has begun, wait to be let go, say that it has ended."""
    with redis.Redis.from_url(settings.REDIS_URL) as record:
        record.rpush("begun", os.getpid())
        if record.blpop(["go"], timeout=300):
            record.rpush("ended", os.getpid())
