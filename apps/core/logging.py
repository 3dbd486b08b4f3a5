"""How everything that is logged is written: one line of JSON each, or a line to read for a developer.

Django, Celery, libraries and our own code go through one formatter, so through one scrubber. Code logs with the
standard library and a stable event name: `logger.warning("schedule_failed", extra={"subject": "collection.source:4"})`.
"""

import logging
from typing import Any

import orjson
import structlog
from structlog.processors import TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

from apps.core.scrubbing import scrub_log

# Applied to every line, wherever it comes from. Tracebacks are plain text: no values of variables.
PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    add_log_level,
    add_logger_name,
    ExtraAdder(),
    TimeStamper(fmt="iso", utc=True),
    format_exc_info,
    scrub_log,
]

# Each request and each task has one line of ours already.
QUIETER = ["celery.app.trace", "celery.worker.strategy", "django.server", "httpx", "urllib3"]


class WithoutPath(logging.Filter):
    """Django logs the path of what it refuses, and a path may hold a token: its route says as much."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            match = getattr(getattr(record, "request", None), "resolver_match", None)
            route = match.route if match else "-"
            record.args = tuple(
                route if isinstance(argument, str) and argument.startswith("/") else argument
                for argument in record.args
            )
        return True


def logging_settings(*, log_format: str, level: str, colours: bool = False) -> dict[str, Any]:
    """The setting LOGGING. `log_format` is "json" or "console"; ValueError for anything else."""
    renderers: dict[str, Processor] = {
        "json": structlog.processors.JSONRenderer(serializer=_as_json),
        "console": structlog.dev.ConsoleRenderer(
            colors=colours, pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
        ),
    }
    if log_format not in renderers:
        raise ValueError(f"LOG_FORMAT must be one of {', '.join(renderers)}.")
    structlog.configure(
        processors=[*PROCESSORS, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_path": {"()": WithoutPath}},
        "formatters": {
            "one_line": {
                "()": ProcessorFormatter,
                "foreign_pre_chain": PROCESSORS,
                "processors": [ProcessorFormatter.remove_processors_meta, renderers[log_format]],
            }
        },
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "one_line"}},
        "root": {"handlers": ["terminal"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # A refusal has its line already; what broke adds its traceback.
            "django.request": {"filters": ["without_path"], "level": "ERROR"},
            "django.security.csrf": {"filters": ["without_path"]},
            **{name: {"handlers": [], "level": "WARNING", "propagate": True} for name in QUIETER},
        },
    }


def _as_json(event: Any, **options: Any) -> str:
    return orjson.dumps(event, default=str).decode()
