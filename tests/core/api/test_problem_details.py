import json
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from apps.core.api.documents import openapi_document
from tests.core.api.planted import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.planted")]


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    told = json.loads(answer.content)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert told["code"] == code
    assert told["status"] == status
    assert told["type"].endswith(f"/api/errors/#{code}")
    assert answer["X-Request-ID"] in told["instance"]
    components = openapi_document().content["components"]
    Draft202012Validator(components["schemas"]["Problem"] | {"components": components}).validate(told)
    return told


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        ("http404", 404, "not_found"),
        ("permission-denied", 403, "permission_denied"),
        ("django-validation", 400, "invalid"),
        ("too-big", 413, "too_large"),
        ("rule", 409, "rule_violation"),
        ("rule-of-an-app", 409, "token_name_taken"),
        ("temporary", 503, "temporary_failure"),
        ("permanent", 500, "permanent_failure"),
        ("unknown-code", 500, "server_error"),
        ("throttled", 429, "throttled"),
        ("database", 503, "unavailable"),
        ("bug", 500, "server_error"),
    ],
)
def test_every_way_to_fail_is_a_problem_that_tells_nothing_internal(
    api: APIClient, failure: str, status: int, code: str
) -> None:
    answer = api.get(f"/api/v1/planted/failures/{failure}/")

    assert_problem(answer, status, code)
    assert SECRET not in answer.content.decode()


def test_the_status_of_a_rule_is_the_one_its_app_declares(api: APIClient) -> None:
    answer = api.get("/api/v1/planted/failures/rule-with-a-status/")

    told = assert_problem(answer, 400, "credentials_refused")
    assert told["detail"] == "The credentials are refused."


@pytest.mark.parametrize(("failure", "seconds"), [("temporary", "8"), ("throttled", "13"), ("database", "30")])
def test_what_passes_says_when_to_try_again(api: APIClient, failure: str, seconds: str) -> None:
    answer = api.get(f"/api/v1/planted/failures/{failure}/")

    assert answer["Retry-After"] == seconds


def test_an_unknown_address_is_a_404_in_json(api: APIClient) -> None:
    for address in ("/api/v1/nothing/", "/api/nothing/", "/api/v2/"):
        assert_problem(api.get(address), 404, "not_found")


def test_outside_of_the_api_errors_stay_pages(client: Client) -> None:
    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_the_pages_about_the_api_are_pages(client: Client) -> None:
    answer = client.post("/api/")

    assert answer["Content-Type"].startswith("text/html")


def test_a_foreign_host_is_a_400_in_json(api: APIClient) -> None:
    answer = api.get("/api/v1/", headers={"Host": "elsewhere.example"})

    assert_problem(answer, 400, "bad_request")


def test_without_a_token_a_private_address_is_a_401_that_says_how(api: APIClient) -> None:
    answer = api.get("/api/v1/planted/private/")

    assert_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_that_is_refused_is_a_401_that_does_not_say_why(api: APIClient) -> None:
    answer = api.get("/api/v1/planted/private/", headers={"Authorization": "Bearer ecl_nothing"})

    assert_problem(answer, 401, "authentication_failed")


def test_another_method_is_a_405_that_lists_those_that_exist(api: APIClient) -> None:
    answer = api.delete("/api/v1/health/live/")

    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_only_json_is_served(api: APIClient) -> None:
    answer = api.get("/api/v1/", headers={"Accept": "text/html"})

    assert_problem(answer, 406, "not_acceptable")


@pytest.mark.parametrize("body", ["{", '{"name": NaN}', "{'name': 1}", b"\xff", "[1,]", '"\\ud800"'])
def test_a_body_that_is_not_strict_json_is_a_400(api: APIClient, body: str | bytes) -> None:
    answer = api.generic("POST", "/api/v1/planted/team/", body, content_type="application/json")

    assert_problem(answer, 400, "parse_error")


def test_only_json_is_read(api: APIClient) -> None:
    answer = api.generic("POST", "/api/v1/planted/team/", "name=a", content_type="application/x-www-form-urlencoded")

    assert_problem(answer, 415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_a_413(api: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = api.post("/api/v1/planted/team/", {"name": 200 * "a"})

    assert_problem(answer, 413, "too_large")


def test_values_that_are_not_valid_are_named_by_a_pointer_and_a_code(api: APIClient) -> None:
    body = {"name": "", "members": [{"first_name": "Ada", "age": 36}, {"first_name": "Alan", "age": "old"}]}

    answer = api.post("/api/v1/planted/team/", body)

    told = assert_problem(answer, 400, "invalid")
    assert [(error["pointer"], error["code"]) for error in told["errors"]] == [
        ("#/name", "blank"),
        ("#/members/1/age", "invalid"),
    ]


def test_a_body_that_is_not_an_object_is_pointed_at_as_a_whole(api: APIClient) -> None:
    answer = api.post("/api/v1/planted/team/", [1, 2])

    told = assert_problem(answer, 400, "invalid")
    assert told["errors"][0]["pointer"] == "#"


def test_texts_follow_the_language_of_the_request_and_codes_do_not(api: APIClient) -> None:
    english = api.get("/api/v1/nothing/", headers={"Accept-Language": "en"})
    french = api.get("/api/v1/nothing/", headers={"Accept-Language": "fr"})

    assert english["Content-Language"] == "en"
    assert french["Content-Language"] == "fr"
    assert english.json()["code"] == french.json()["code"]


def test_a_write_without_its_last_slash_is_refused_rather_than_redirected(api: APIClient) -> None:
    answer = api.post("/api/v1/planted/team", {"name": "a"})

    assert_problem(answer, 404, "not_found")


def test_a_read_without_its_last_slash_is_redirected(api: APIClient) -> None:
    answer = api.get("/api/v1/health/live")

    assert answer.status_code == 301
    assert answer["Location"] == "/api/v1/health/live/"
