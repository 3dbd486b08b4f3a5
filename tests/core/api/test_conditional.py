import pytest
from rest_framework.test import APIClient

from apps.core.api.conditional import etag_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.planted")]

VERSIONED = "/api/v1/planted/versioned/"


def test_what_has_not_changed_is_not_sent_again(api: APIClient) -> None:
    first = api.get(VERSIONED)

    second = api.get(VERSIONED, headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304
    assert second.content == b""
    assert second["ETag"] == first["ETag"]


def test_what_has_changed_is_sent(api: APIClient) -> None:
    answer = api.get(VERSIONED, headers={"If-None-Match": etag_of("version 2")})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"


def test_writing_over_what_someone_else_changed_is_refused(api: APIClient) -> None:
    answer = api.put(VERSIONED, {}, headers={"If-Match": etag_of("version 2")})

    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition_failed"


def test_writing_over_the_version_one_has_read_is_accepted(api: APIClient) -> None:
    answer = api.put(VERSIONED, {}, headers={"If-Match": etag_of("version 3")})

    assert answer.status_code == 200


def test_an_entity_tag_changes_with_each_of_its_parts() -> None:
    assert etag_of(1, "a") == etag_of(1, "a")
    assert len({etag_of(1, "a"), etag_of("1", "a"), etag_of(1), etag_of(1, "b")}) == 4
