"""What a line of log holds, whoever wrote it."""

import json
import logging
from io import StringIO
from logging.config import DictConfigurator

import orjson
import pytest
import structlog
from django.test import RequestFactory

from apps.core.logging import WithoutPath, logging_settings

EMAIL = "jeanne@example.org"


@pytest.fixture
def lines():
    """What the formatter of production writes of the root logger."""
    stream = StringIO()
    settings = logging_settings(log_format="json", level="DEBUG")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(DictConfigurator(settings).configure_formatter(settings["formatters"]["one_line"]))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_is_json_with_when_where_and_how_bad(lines):
    logging.getLogger("apps.x").error("schedule_failed", extra={"subject": "a.b:1"})

    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "schedule_failed", "level": "error", "logger": "apps.x", "subject": "a.b:1"}


def test_the_lines_of_structlog_are_written_the_same(lines):
    structlog.get_logger("apps.x").warning("odd", subject="a.b:1", email=EMAIL)

    [line] = lines()
    assert line.pop("timestamp")
    assert line == {"event": "odd", "level": "warning", "logger": "apps.x", "subject": "a.b:1"}


def test_what_is_bound_to_the_context_is_on_every_line(lines):
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        logging.getLogger("a.library").error("hello")

    assert lines()[0]["request_id"] == "abc"


def test_an_exception_tells_where_but_neither_its_secrets_nor_its_variables(lines):
    password = "hunter2"
    try:
        raise ValueError(f"no account for {EMAIL}, token=abc123")
    except ValueError:
        logging.getLogger("apps.x").exception("failed for %s", EMAIL)

    [line] = lines()
    text = orjson.dumps(line).decode()
    assert "test_logging.py" in line["exception"]
    assert "ValueError: no account for [masked]" in line["exception"]
    assert not any(hidden in text for hidden in (EMAIL, "abc123", password))


def test_unknown_keys_and_objects_break_no_line(lines):
    logging.getLogger("apps.x").error("odd", extra={"count": object(), "person": EMAIL})

    assert "person" not in lines()[0]


@pytest.mark.parametrize(("match", "expected"), [(None, "Not Found: -"), ("route", "Not Found: compte/<key>/")])
def test_django_logs_the_route_and_never_the_path(match, expected):
    request = RequestFactory().get("/compte/the-key/")
    if match:
        request.resolver_match = type("Match", (), {"route": "compte/<key>/"})()
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Not Found", request.path), None)
    record.request = request

    assert WithoutPath().filter(record)
    assert record.getMessage() == expected


@pytest.mark.parametrize("colours", [True, False])
def test_colours_are_written_to_those_who_ask_for_them(colours):
    settings = logging_settings(log_format="console", level="INFO", colours=colours)
    formatter = DictConfigurator(settings).configure_formatter(settings["formatters"]["one_line"])

    text = formatter.format(logging.LogRecord("x", 20, "", 0, "request", (), None))

    assert ("\x1b[" in text) is colours


def test_a_developer_reads_plain_text_without_variables():
    settings = logging_settings(log_format="console", level="INFO")
    formatter = DictConfigurator(settings).configure_formatter(settings["formatters"]["one_line"])
    secret = "hunter2"
    try:
        raise ValueError(EMAIL)
    except ValueError as error:
        record = logging.LogRecord("x", 40, "", 0, "failed", (), (type(error), error, error.__traceback__))

    text = formatter.format(record)

    assert "ValueError" in text
    assert EMAIL not in text
    assert secret not in text


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="LOG_FORMAT"):
        logging_settings(log_format="xml", level="INFO")
