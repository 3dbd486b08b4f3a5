"""Programs are answered the same, whether they go the short way or that of pages."""

from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from apps.core.api import short_way
from tests.api_matrix import person, token_of

pytestmark = pytest.mark.django_db

INDEX = "/api/v1/"
OF_PAGES = "Content-Security-Policy"
OF_ONE_ANSWER = {"X-Request-ID", "RateLimit"}


# What comes with a session, were it nobody's any more, goes the way of pages.
SESSION = {"Cookie": f"{settings.SESSION_COOKIE_NAME}=of-nobody-any-more"}


def test_the_short_way_answers_what_that_of_pages_answers(api: APIClient) -> None:
    short, long = api.get(INDEX), api.get(INDEX, headers=SESSION)

    assert OF_PAGES not in short
    assert OF_PAGES in long
    assert short.content == long.content
    added = {"Content-Security-Policy", "X-Frame-Options", "Content-Length"}
    headers = {name: long[name] for name in long.headers if name not in OF_ONE_ANSWER | added}
    assert {name: short[name] for name in short.headers if name not in OF_ONE_ANSWER} == headers


@pytest.mark.parametrize("path", ["/api/", "/api/errors/", "/", "/compte/"])
def test_pages_go_their_own_way_for_whoever_has_a_token_too(client, path) -> None:
    headers = {"Authorization": token_of(person(), scopes=[]).authorization}

    assert OF_PAGES in client.get(path, headers=headers)


def test_a_name_that_is_not_ours_is_refused(api: APIClient) -> None:
    assert api.get(INDEX, headers={"host": "elsewhere.example"}).status_code == 400


def test_nothing_of_the_person_before_is_left(api: APIClient) -> None:
    timezone.activate(ZoneInfo("Pacific/Auckland"))

    api.get(INDEX)

    assert timezone.get_current_timezone_name() == settings.TIME_ZONE


def test_requests_are_counted_by_view(api: APIClient) -> None:
    labels = {"status": "200", "view": "api-index", "method": "GET"}
    name = "django_http_responses_total_by_status_view_method_total"
    before = REGISTRY.get_sample_value(name, labels) or 0

    api.get(INDEX)

    assert REGISTRY.get_sample_value(name, labels) == before + 1


@pytest.mark.urls("tests.core.api.planted")
def test_a_bug_is_counted_and_told(api: APIClient) -> None:
    name, labels = "django_http_exceptions_total_by_type_total", {"type": "ZeroDivisionError"}
    before = REGISTRY.get_sample_value(name, labels) or 0

    answer = api.get("/api/v1/planted/failures/bug/")

    assert answer.status_code == 500
    assert REGISTRY.get_sample_value(name, labels) == before + 1


def test_addresses_that_lead_nowhere_or_are_long_are_not_remembered(api: APIClient) -> None:
    short_way._resolved.cache_clear()

    for path in ("/api/v1/nothing/", f"/api/v1/models/{'a' * 300}/"):
        api.get(path)

    assert short_way._resolved.cache_info().currsize == 0
