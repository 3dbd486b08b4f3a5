"""The environment, before any setting is read from it: what a place of use may fill in when it is unset."""

import os
import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = BASE_DIR / "var"
RUN_DIR = VAR_DIR / "run"  # the demonstration: embedded servers, secrets, logs
TEST_DIR = VAR_DIR / "test"  # the same for the test suite

env = environ.Env()


def read_file(path: Path) -> None:
    """Take the variables of a file of `NAME=value` lines, if there is one; what the environment says wins."""
    if path.exists():
        env.read_env(str(path))


def broker_url(redis_url: str) -> str:
    """The address of a Redis, as Celery writes it: a Unix socket has another scheme there."""
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


def fill_in(**values: str) -> None:
    """Give a value to the variables that are unset or empty."""
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def one_of(value: str, *known: str) -> str:
    """A word of these; refused at start if it is another."""
    if value not in known:
        raise ImproperlyConfigured(f"{value!r} means nothing here: write one of {', '.join(known)}.")
    return value


def rate(value: str) -> str:
    """A limit such as `600/minute`; refused at start if it is not one, rather than at the first request."""
    if not re.fullmatch(r"[1-9]\d*/(second|minute|hour|day)", value):
        raise ImproperlyConfigured(f"{value!r} is not a rate: write one such as 600/minute.")
    return value
