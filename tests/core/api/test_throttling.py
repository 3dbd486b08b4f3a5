import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.core.api.throttling import count, parse_rate
from config.settings.environment import rate

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.planted")]

PUBLIC, PRIVATE = "/api/v1/planted/people/", "/api/v1/auth/me/"


@pytest.fixture(autouse=True)
def _low_limits(settings: Any) -> None:
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    low = {"anonymous": "3/minute", "token": "3/minute", "user": "5/hour"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates | low}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The start of a window."""
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as traveller:
        yield traveller


def statuses(api: APIClient, url: str, times: int) -> list[int]:
    return [api.get(url).status_code for _time in range(times)]


def test_past_its_limit_an_address_without_a_token_waits_for_the_next_window(
    api: APIClient, clock: time_machine.Traveller
) -> None:
    assert statuses(api, PUBLIC, 4) == [200, 200, 200, 429]

    answer = api.get(PUBLIC)
    assert answer["Retry-After"] == "60"
    assert answer.json()["code"] == "throttled"

    clock.shift(60)
    assert statuses(api, PUBLIC, 1) == [200]


def test_addresses_are_counted_apart(api: APIClient) -> None:
    statuses(api, PUBLIC, 4)

    assert api.get(PUBLIC, REMOTE_ADDR="203.0.113.7").status_code == 200


def test_a_header_that_anyone_can_write_does_not_change_the_address(api: APIClient) -> None:
    statuses(api, PUBLIC, 3)

    assert api.get(PUBLIC, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 429


def test_guessing_tokens_is_limited_too(api: APIClient) -> None:
    api.credentials(HTTP_AUTHORIZATION="Bearer ecl_guess")

    assert statuses(api, PRIVATE, 4) == [401, 401, 401, 429]


def test_each_token_has_its_own_limit_and_its_owner_one_for_all(
    api: APIClient, person: User, secret_of: Callable[..., str]
) -> None:
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret_of(person)}")
    assert statuses(api, PRIVATE, 4) == [200, 200, 200, 429]

    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret_of(person, name='second')}")
    assert statuses(api, PRIVATE, 2) == [200, 429]


def test_the_headers_tell_the_limits_and_what_is_left(api: APIClient) -> None:
    answer = api.get(PUBLIC)

    assert answer["RateLimit-Policy"] == '"anonymous";q=3;w=60'
    assert answer["RateLimit"] == '"anonymous";r=2;t=60'


def test_every_limit_of_a_request_is_told(signed_in: APIClient) -> None:
    answer = signed_in.get(PRIVATE)

    assert answer["RateLimit-Policy"] == '"token";q=3;w=60, "user";q=5;w=3600'
    assert answer["RateLimit"] == '"token";r=2;t=60, "user";r=4;t=3600'


def test_no_address_is_kept(api: APIClient) -> None:
    api.get(PUBLIC, REMOTE_ADDR="203.0.113.7")

    keys = [key.decode() for key in cache._cache.get_client().keys(cache.make_key("throttle*"))]

    assert keys
    assert not any("203.0.113.7" in key for key in keys)
    assert all(re.search(r"throttle:anonymous:[0-9a-f]{32}:\d+$", key) for key in keys)


def test_the_probes_of_the_process_and_of_the_load_balancer_are_not_limited(api: APIClient) -> None:
    assert statuses(api, "/api/v1/health/live/", 6) == [200] * 6


def test_what_is_counted_goes_by_windows() -> None:
    first = count(name="test", who="someone", rate="2/minute", now=120.0)
    second = count(name="test", who="someone", rate="2/minute", now=150.0)
    third = count(name="test", who="someone", rate="2/minute", now=179.9)
    next_window = count(name="test", who="someone", rate="2/minute", now=180.0)

    assert [quota.used for quota in (first, second, third, next_window)] == [1, 2, 3, 1]
    assert [quota.resets_in for quota in (first, second, third)] == [60, 30, 1]
    assert [quota.is_spent for quota in (first, second, third)] == [False, False, True]


def test_a_rate_is_a_number_of_requests_per_period() -> None:
    assert parse_rate("600/minute") == (600, 60)


@pytest.mark.parametrize("value", ["600/fortnight", "many/minute", "0/minute", "600", ""])
def test_a_limit_that_is_not_a_rate_stops_the_process_at_start(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="600/minute"):
        rate(value)
