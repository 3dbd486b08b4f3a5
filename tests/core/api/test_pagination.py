from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from rest_framework.test import APIClient, APIRequestFactory

from apps.accounts.models import ApiToken, User
from apps.core.api.pagination import CursorPagination

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.planted")]

PEOPLE = "/api/v1/planted/people/"


@pytest.fixture
def people() -> list[User]:
    """Seven people, four who read French and three who read English."""
    return [
        User.objects.create_user(f"person{number}@example.org", language="en" if number % 2 else "fr")
        for number in range(7)
    ]


def in_order(people: list[User]) -> list[int]:
    return [person.pk for person in sorted(people, key=lambda person: (person.language, person.pk), reverse=True)]


def read_all(api: APIClient, url: str, direction: str = "next") -> list[list[int]]:
    pages = []
    while url:
        answer = api.get(url).json()
        pages.append([row["id"] for row in answer["results"]])
        url = answer[direction]
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 200])
def test_pages_hold_every_row_once_and_in_order_despite_ties(api: APIClient, people: list[User], limit: int) -> None:
    pages = read_all(api, f"{PEOPLE}?limit={limit}")

    assert [row for page in pages for row in page] == in_order(people)
    assert all(len(page) == limit for page in pages[:-1])


def test_reading_back_gives_the_same_pages(api: APIClient, people: list[User]) -> None:
    url, forward, last = f"{PEOPLE}?limit=2", [], None
    while url:
        last, answer = url, api.get(url).json()
        forward.append([row["id"] for row in answer["results"]])
        url = answer["next"]

    backward = read_all(api, last, "previous")

    assert [row for page in reversed(backward) for row in page] == [row for page in forward for row in page]


def test_a_row_that_comes_between_two_pages_neither_repeats_nor_hides_another(
    api: APIClient, people: list[User]
) -> None:
    first = api.get(f"{PEOPLE}?limit=3").json()
    User.objects.create_user("newcomer@example.org", language="fr")

    rest = read_all(api, first["next"])

    seen = [row["id"] for row in first["results"]] + [row for page in rest for row in page]
    assert seen == in_order(people)


def test_the_first_page_has_none_before_and_the_last_has_none_after(api: APIClient, people: list[User]) -> None:
    answer = api.get(PEOPLE).json()

    assert answer["previous"] is None
    assert answer["next"] is None


def test_a_list_without_rows_is_one_empty_page(api: APIClient) -> None:
    answer = api.get(PEOPLE).json()

    assert answer == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "²", "9" * 30])
def test_a_size_of_page_that_is_not_allowed_is_refused(api: APIClient, limit: str) -> None:
    answer = api.get(PEOPLE, {"limit": limit})

    assert answer.status_code == 400
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [("limit", "max_value")]


@pytest.mark.parametrize("cursor", ["", "x", "bm90aGluZw", "é", "a:b:c"])
def test_a_cursor_that_was_made_up_is_refused(api: APIClient, people: list[User], cursor: str) -> None:
    answer = api.get(PEOPLE, {"cursor": cursor})

    assert answer.status_code == 400
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [("cursor", "invalid_cursor")]


def test_a_cursor_of_another_list_is_refused(signed_in: APIClient, people: list[User]) -> None:
    cursor = signed_in.get(f"{PEOPLE}?limit=1").json()["next"].split("cursor=")[1].split("&")[0]

    answer = signed_in.get(f"/api/v1/auth/tokens/?cursor={cursor}")

    assert answer.status_code == 400


def test_a_list_cannot_be_paged_by_a_column_that_may_be_null() -> None:
    class View:
        ordering = ("last_used_at",)

    paginator: Any = CursorPagination()
    request: Any = APIRequestFactory().get("/")

    with pytest.raises(ImproperlyConfigured, match="last_used_at"):
        paginator.paginate_queryset(ApiToken.objects.all(), request, View())
