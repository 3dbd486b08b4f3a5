"""The settings of the workers that tests start: those of the suite, on the broker that the environment names.

Their queue is their own: a developer's instance, or another run of the tests, may use that broker too.
"""

from uuid import uuid4

from kombu import Exchange, Queue

from config.settings.environment import env
from config.settings.test import *  # noqa: F403 -- settings files are read as one namespace

_name = env.str("TEST_QUEUE", default=f"ecluse-tests-{uuid4().hex}")
QUEUE = Queue(_name, Exchange(_name, auto_delete=True), routing_key=_name)
CELERY_TASK_QUEUES = [QUEUE]
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
# A machine that is busy lets a task be held for longer than the short visibility timeout would allow.
CELERY_TASK_TIME_LIMIT = 600
