"""`GET /api/v1/datasets/` and what is below one dataset, rows and exports apart."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.reading.tables import add_version, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]


def test_the_list_holds_what_one_may_read():
    public = publish().dataset
    private = publish(visibility="internal").dataset
    caller = token_of(person(Role.WATCH_EDITOR), scopes=["datasets:read"])
    api = APIClient()

    anyone = {each["slug"] for each in api.get("/api/v1/datasets/").json()["results"]}
    api.credentials(HTTP_AUTHORIZATION=caller.authorization)
    editor = {each["slug"] for each in api.get("/api/v1/datasets/").json()["results"]}

    assert anyone == {public.slug}
    assert editor == {public.slug, private.slug}


def test_the_list_takes_as_many_queries_whatever_its_length(django_assert_num_queries):
    for _each in range(5):
        publish()

    with django_assert_num_queries(1):
        APIClient().get("/api/v1/datasets/")


def test_a_dataset_tells_its_dictionary_and_where_to_go_on():
    version = publish(rows=[])

    told = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/").json()

    assert [column["name"] for column in told["columns"]][:2] == ["code", "age"]
    assert told["columns"][0]["is_required"] is True
    assert told["hidden_columns"] == 1
    assert told["version"] == 1
    assert APIClient().get(told["rows_url"]).status_code == 200


def test_its_versions_are_listed_the_latest_first():
    version = publish(rows=[])
    add_version(version.dataset)

    told = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/versions/").json()["results"]

    assert [(each["number"], each["is_current"]) for each in told] == [(2, True), (1, False)]


@pytest.mark.parametrize("path", ["", "versions/"])
def test_who_may_read_what_is_not_public(path):
    version = publish(visibility="internal")

    assert_access(
        "GET",
        f"/api/v1/datasets/{version.dataset.slug}/{path}",
        {
            anonymous(): 404,
            token_of(person(), scopes=["datasets:read"]): 404,
            token_of(person(Role.OPERATOR), scopes=["accounts:read"]): 404,
            token_of(person(Role.OPERATOR), scopes=["datasets:read"]): 200,
        },
    )
