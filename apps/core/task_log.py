"""One line for each task, and the identifier of the request that it comes from on all its lines."""

import logging
from time import perf_counter
from typing import Any

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars

logger = logging.getLogger(__name__)


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Django's LOGGING stands: Celery configures its own unless someone answers this signal."""


@before_task_publish.connect
def hand_over_the_request(headers: dict[str, Any], **kwargs: Any) -> None:
    if request_id := get_contextvars().get("request_id"):
        headers["request_id"] = request_id


@task_prerun.connect
def start_the_line(task_id: str, task: Any, **kwargs: Any) -> None:
    known = {"task": task.name, "task_id": task_id, "request_id": getattr(task.request, "request_id", None)}
    task.request.log_context = bind_contextvars(**{key: value for key, value in known.items() if value})
    task.request.started = perf_counter()


@task_postrun.connect
def end_the_line(task: Any, state: str | None = None, **kwargs: Any) -> None:
    duration_ms = round((perf_counter() - task.request.started) * 1000, 1)
    logger.info("task", extra={"state": state, "duration_ms": duration_ms})
    reset_contextvars(**task.request.log_context)
