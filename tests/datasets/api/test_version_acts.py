"""`PUT …/versions/{number}/note/` and `POST …/versions/{number}/restore/`."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.building import build
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


@pytest.fixture
def towns():
    dataset = make_dataset(GRENOBLE, slug="towns")
    built(dataset)
    built(dataset, VOIRON)
    return dataset


@pytest.fixture
def api():
    client = APIClient()
    caller = token_of(person(Role.OPERATOR), scopes=["datasets:read", "datasets:write"])
    client.credentials(HTTP_AUTHORIZATION=caller.authorization)
    return client


PLACE = "/api/v1/datasets/towns/versions"


def test_a_former_version_is_asked_for_and_is_then_the_first_of_the_list(api, towns):
    asked = api.post(f"{PLACE}/1/restore/")
    build(build_id=asked.json()["build"])

    versions = api.get(f"{PLACE}/").json()["results"]

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert [(each["number"], each["is_current"]) for each in versions] == [(3, True), (2, False), (1, False)]
    assert versions[0]["tables"][0]["sha256"] == versions[2]["tables"][0]["sha256"]


def test_the_tag_of_the_rows_changes_with_the_version_that_is_restored(api, towns):
    before = api.get("/api/v1/datasets/towns/rows/")
    build(build_id=api.post(f"{PLACE}/1/restore/").json()["build"])

    after = api.get("/api/v1/datasets/towns/rows/", headers={"If-None-Match": before["ETag"]})

    assert (after.status_code, after.json()["results"][0]["name"]) == (200, "Grenoble")
    assert after["Last-Modified"] >= before["Last-Modified"]


def test_the_version_of_today_is_not_restored(api, towns):
    answer = api.post(f"{PLACE}/2/restore/")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_served")


def test_a_note_is_written_in_place_of_the_one_before(api, towns):
    api.put(f"{PLACE}/2/note/", {"note": "Grenoble left."})

    answer = api.put(f"{PLACE}/2/note/", {"note": "Grenoble was a duplicate."})

    listed = api.get(f"{PLACE}/").json()["results"]
    assert answer.json() == {"note": "Grenoble was a duplicate."}
    assert [each["note"] for each in listed] == ["Grenoble was a duplicate.", ""]


def test_a_version_that_does_not_exist_is_not_found(api, towns):
    assert api.post(f"{PLACE}/9/restore/").status_code == 404
    assert api.put(f"{PLACE}/999999999999/note/", {"note": ""}).status_code == 404


@pytest.mark.parametrize(("method", "act"), [("PUT", "note"), ("POST", "restore")])
def test_who_may_act_on_versions(towns, method, act):
    answered = {"note": 400, "restore": 409}[act]
    assert_access(
        method,
        f"{PLACE}/2/{act}/",
        {
            anonymous(): 401,
            token_of(person(), scopes=["datasets:write"]): 403,
            token_of(person(Role.WATCH_EDITOR), scopes=["datasets:write"]): 403,
            token_of(person(Role.OPERATOR), scopes=["datasets:read"]): 403,
            token_of(person(Role.OPERATOR), scopes=["datasets:write"]): answered,
            token_of(person(Role.AI_DEVELOPER), scopes=["datasets:write"]): answered,
        },
    )
