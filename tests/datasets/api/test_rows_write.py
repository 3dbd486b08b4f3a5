"""`POST /api/v1/datasets/<slug>/<entity>/rows/`: rows that programs write."""

from collections.abc import Iterator
from itertools import count

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.models import Receipt
from apps.datasets.receiving import MAX_RECORDS
from tests.api_matrix import anonymous, person, stranger, token_of
from tests.datasets.received import GOOD, make_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache", "lake_folder")]

_keys: Iterator[int] = count(1)


@pytest.fixture
def api() -> APIClient:
    return client(token_of(person(Role.AI_DEVELOPER), scopes=["datasets:write"]))


def client(caller) -> APIClient:
    api = APIClient()
    if caller.authorization:
        api.credentials(HTTP_AUTHORIZATION=caller.authorization)
    return api


def post(api: APIClient, dataset, body, *, entity: str = "opinion", key: str | None = None):
    headers = {"Idempotency-Key": f"key-{next(_keys)}" if key is None else key}
    return api.post(f"/api/v1/datasets/{dataset.slug}/{entity}/rows/", body, headers=headers, format="json")


def test_rows_are_received(api):
    dataset = make_written()

    one = post(api, dataset, GOOD)
    several = post(api, dataset, [GOOD | {"id": "a-2"}, GOOD | {"id": "a-3"}])

    assert (one.status_code, several.status_code) == (202, 202)
    assert one.json() == {"number": 1, "entity": "opinion", "rows": 1, "received_at": one.json()["received_at"]}
    assert several.json()["rows"] == 2


def test_a_request_that_is_sent_again_is_answered_the_same(api):
    dataset = make_written()

    answers = [post(api, dataset, GOOD, key="mine") for _time in range(2)]
    other = post(api, dataset, GOOD | {"score": 1}, key="mine")

    assert answers[0].json() == answers[1].json()
    assert Receipt.objects.count() == 1
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_what_is_wrong_is_told_at_its_place(api):
    dataset = make_written()

    one = post(api, dataset, GOOD | {"score": "x"}).json()
    several = post(api, dataset, [GOOD, GOOD | {"id": "b", "day": "hier"}, GOOD | {"score": 0, "comment": ""}]).json()

    assert (one["code"], one["status"]) == ("invalid", 400)
    assert one["errors"] == [{"pointer": "#/score", "code": "not_a_number", "message": "Pas un nombre"}]
    assert [(error["pointer"], error["code"]) for error in several["errors"]] == [
        ("#/1/day", "not_a_date"),
        ("#/2", "rule_broken"),
    ]
    assert "a bad score says why" in several["errors"][1]["message"]
    assert not Receipt.objects.exists()


def test_what_is_wrong_is_told_in_the_language_that_is_asked_for(api):
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    answer = post(api, make_written(), GOOD | {"score": "x"})

    assert answer.json()["errors"][0]["message"] == "Not a number"


@pytest.mark.parametrize("body", [[], ["x"], 3, [GOOD] * (MAX_RECORDS + 1), None])
def test_what_is_no_row_is_refused(api, body):
    answer = post(api, make_written(), body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_request_has_a_key(api, key):
    answer = post(api, make_written(), GOOD, key=key)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize("entity", ["town", "nobody"])
def test_an_entity_that_takes_nothing_says_so(api, entity):
    answer = post(api, make_written(), GOOD, entity=entity)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_writable")


def test_writing_counts_for_more_than_reading(api):
    dataset = make_written()

    def left(answer) -> int:
        return int(answer["RateLimit"].partition("r=")[2].partition(";")[0])

    assert left(post(api, dataset, GOOD)) - left(post(api, dataset, GOOD)) == 20


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_who_may_write(visibility):
    dataset = make_written(visibility=visibility)
    expected = {
        anonymous(): 401,
        stranger(): 401,
        token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]): 403,
        token_of(person(Role.AI_DEVELOPER), scopes=["collection:write"]): 403,
        token_of(person(), scopes=["datasets:write"]): 403,
        token_of(person(Role.OPERATOR), scopes=["datasets:write"]): 403,
        token_of(person(Role.AI_DEVELOPER), scopes=["datasets:write"]): 202,
    }

    assert {caller: post(client(caller), dataset, GOOD).status_code for caller in expected} == expected


def test_a_dataset_that_is_not_there_is_not_found(api):
    assert api.post("/api/v1/datasets/nowhere/opinion/rows/", GOOD, format="json").status_code == 404
