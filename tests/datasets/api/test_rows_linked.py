"""The addresses of each entity of a dataset: rows, one row, groups, statistics, former versions."""

import gc

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.reading.tables import LINKED, VISITS, add_tables, make_dataset, publish_linked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache", "lake_folder")]

PLACES = ["rows/", "rows/1/", "rows/by-key/?number=1", "rows/aggregate/", "rows/statistics/", "export/"]


@pytest.fixture(autouse=True)
def _no_export_left():
    gc.collect()  # an answer that a test left unread gives its place back only when it goes


def url(version, place: str) -> str:
    return f"/api/v1/datasets/{version.dataset.slug}/{place}"


def with_snapshots(**fields):
    return add_tables(make_dataset(**fields), LINKED, has_snapshots=True)


@pytest.mark.parametrize("place", PLACES)
def test_the_main_entity_answers_with_or_without_its_name(place):
    version = with_snapshots()
    api = APIClient()

    named, unnamed = api.get(url(version, f"visit/{place}")), api.get(url(version, place))

    assert named.status_code == 200
    assert named.getvalue() == unnamed.getvalue()
    assert api.get(url(version, f"nothing/{place}")).status_code == 404


def test_each_entity_has_rows_of_its_own(lake_folder):
    version = publish_linked(has_snapshots=True)
    api = APIClient()

    assert [row["code"] for row in api.get(url(version, "service/rows/")).json()["results"]] == ["CAR", "URG"]
    assert api.get(url(version, "service/rows/2/")).json()["label"] == "Urgences"
    assert api.get(url(version, "service/export/?columns=code")).getvalue() == b"code\nCAR\nURG\n"


def test_a_row_is_read_by_its_key():
    version = publish_linked()
    api = APIClient()

    found = api.get(url(version, "rows/by-key/?number=2&expand=service&columns=day"))

    assert found.json()["day"] == "2026-02-10"
    assert found.json()["service"]["label"] == "Cardiologie"
    assert api.get(url(version, "rows/by-key/?number=9")).status_code == 404
    for wrong in ("", "number=2&number=3", "number__gte=1", "number=2&cost=1", "number=x"):
        assert api.get(url(version, f"rows/by-key/?{wrong}")).status_code == 400, wrong


def test_a_dataset_tells_its_entities_and_how_they_are_linked():
    version = publish_linked()
    api = APIClient()

    told = api.get(url(version, "")).json()["entities"]

    assert [each["name"] for each in told] == ["visit", "service"]
    assert told[0]["key"] == ["number"]
    assert told[0]["foreign_keys"] == [
        {"name": "service", "label": "", "columns": ["service_code"], "entity": "service", "references": ["code"]}
    ]
    assert told[0]["searched"] == ["service_code", "note"]
    assert told[1]["hidden_columns"] == 1
    assert api.get(told[1]["rows_url"].removeprefix(settings.SITE_URL)).status_code == 200


def test_rows_are_told_by_groups():
    version = publish_linked()

    told = APIClient().get(url(version, "rows/aggregate/?group_by=service_code&sum=cost&order=-cost__sum&limit=1"))

    assert told.json() == {"version": 1, "truncated": True, "results": [{"service_code": "CAR", "cost__sum": 30.5}]}


def test_statistics_are_those_of_the_columns_that_may_be_read():
    version = with_snapshots()
    developer = APIClient()
    caller = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])
    developer.credentials(HTTP_AUTHORIZATION=caller.authorization)

    told = APIClient().get(url(version, "rows/statistics/")).json()
    more = developer.get(url(version, "rows/statistics/")).json()

    assert [each["name"] for each in told["columns"]] == ["number", "service_code", "day", "cost", "note"]
    assert told["columns"][3] | {"bins": [], "top": []} == {
        "name": "cost",
        "type": "decimal",
        "rows": 4,
        "filled": 3,
        "distinct": 3,
        "lowest": 0.000001,
        "median": 10.5,
        "highest": 20,
        "top": [],
        "bins": [],
    }
    assert more["columns"][-1]["filled"] == 4
    assert more["columns"][-1]["top"] == []


def test_a_former_version_is_read_from_its_snapshot():
    version = with_snapshots()
    add_tables(version.dataset, {VISITS: LINKED[VISITS][:1]})
    api = APIClient()

    first = api.get(url(version, "rows/?version=1&limit=3&expand=service")).json()
    second = api.get(first["next"]).json()

    assert first["version"] == 1
    assert first["count"] == 4
    assert first["results"][0]["service"]["label"] == "Cardiologie"
    assert [row["number"] for row in second["results"]] == [4]
    assert api.get(url(version, "service/rows/1/?version=1")).json()["code"] == "CAR"
    assert api.get(url(version, "rows/by-key/?version=1&number=4")).json()["id"] == 4
    assert api.get(url(version, "rows/aggregate/?version=1")).json()["results"] == [{"count": 4}]
    assert api.get(url(version, "rows/statistics/?version=1")).json()["rows"] == 4
    assert api.get(url(version, "rows/?version=2")).json()["count"] == 1


def test_a_version_that_is_not_there_says_so():
    version = add_tables(make_dataset(), LINKED)
    version.tables.update(snapshot="tests/gone.parquet")
    add_tables(version.dataset, LINKED)
    api = APIClient()

    gone = api.get(url(version, "rows/?version=1"))

    assert (gone.status_code, gone.json()["code"]) == (410, "snapshot_gone")
    assert api.get(url(version, "rows/?version=3")).status_code == 404
    assert api.get(url(version, "rows/?version=99999999999999999999")).status_code == 404
    assert api.get(url(version, "rows/?version=last")).json()["errors"][0]["parameter"] == "version"
    assert api.get(url(version, "export/?version=1")).json()["code"] == "snapshot_gone"


@pytest.mark.parametrize("place", [*PLACES[:-1], "", "schema/"])
def test_what_has_not_changed_is_not_sent_again(place):
    version = with_snapshots()
    api = APIClient()
    first = api.get(url(version, place))

    again = api.get(url(version, place), headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "public, no-cache"
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("place", PLACES)
def test_answers_say_when_what_they_tell_was_published(place):
    assert APIClient().get(url(with_snapshots(), place))["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize("place", ["service/rows/", "rows/?expand=service", "rows/aggregate/"])
def test_no_cache_on_the_way_keeps_what_a_relation_shows_by_right(place):
    version = with_snapshots()
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]).authorization)

    answer = api.get(url(version, place))

    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("place", [*PLACES, "schema/", "rows/?version=1"])
def test_who_may_read_what_is_not_public(place):
    assert_access(
        "GET",
        url(with_snapshots(visibility="internal"), place),
        {
            anonymous(): 404,
            token_of(person(), scopes=["datasets:read"]): 404,
            token_of(person(Role.OPERATOR), scopes=["accounts:read"]): 404,
            token_of(person(Role.OPERATOR), scopes=["datasets:read"]): 200,
        },
    )


@pytest.mark.parametrize(
    ("place", "cost"),
    [
        ("rows/", 1),
        ("rows/?q=x", 3),
        ("rows/?version=1", 5),
        ("rows/?version=1&q=x", 8),
        ("rows/aggregate/", 5),
        ("export/", 10),
    ],
)
def test_what_costs_more_counts_for_more(place, cost):
    version = with_snapshots()
    api = APIClient()

    def left(answer) -> int:
        return int(answer["RateLimit"].partition("r=")[2].partition(";")[0])

    before = left(api.get(url(version, "")))

    assert before - left(api.get(url(version, place))) == cost


def test_what_is_wrong_is_told_in_the_language_that_is_asked_for():
    version = publish_linked()

    answer = APIClient().get(url(version, "rows/?limit=0"), headers={"Accept-Language": "fr"})

    assert answer["Content-Language"] == "fr"
    assert "lignes" in answer.json()["errors"][0]["message"]
