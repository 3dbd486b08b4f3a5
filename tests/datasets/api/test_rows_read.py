"""`GET /api/v1/datasets/<slug>/rows/`: pages of rows."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.models import Dataset
from tests.api_matrix import anonymous, assert_access, person, stranger, token_of
from tests.datasets.reading.tables import add_version, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]

ROWS = [[f"P{n}", n, n / 2, None, None, None, None, "Durand"] for n in range(1, 6)]


def url(version, query: str = "") -> str:
    return f"/api/v1/datasets/{version.dataset.slug}/rows/{'?' if query else ''}{query}"


def test_anyone_reads_a_public_dataset_page_after_page():
    version = publish(rows=ROWS)
    api = APIClient()

    first = api.get(url(version, "limit=2&order=-age&columns=code")).json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()

    assert first["results"] == [{"code": "P5"}, {"code": "P4"}]
    assert first["previous"] is None
    assert first["count"] == 5
    assert first["version"] == 1
    assert third["results"] == [{"code": "P1"}]
    assert third["next"] is None
    assert api.get(third["previous"]).json()["results"] == second["results"]


def test_rows_are_counted_under_a_filter_only_if_asked():
    version = publish(rows=ROWS)

    assert APIClient().get(url(version, "age__gt=3")).json()["count"] is None
    assert APIClient().get(url(version, "age__gt=3&count=exact")).json()["count"] == 2


def test_an_unchanged_page_is_not_sent_again():
    version = publish(rows=ROWS)
    api = APIClient()
    first = api.get(url(version, "age__gt=3"))

    again = api.get(url(version, "age__gt=3"), headers={"If-None-Match": first["ETag"]})
    other = api.get(url(version, "age__gt=2"), headers={"If-None-Match": first["ETag"]})
    add_version(version.dataset, rows=ROWS[:1])
    after = api.get(url(version, "age__gt=3"), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert other.status_code == 200
    assert after.status_code == 200
    assert after.json()["results"] == []


def test_pages_stay_on_the_version_where_they_began():
    version = publish(rows=ROWS)
    api = APIClient()
    first = api.get(url(version, "limit=2")).json()
    add_version(version.dataset, rows=[])

    second = api.get(first["next"]).json()

    assert second["version"] == 1
    assert [row["code"] for row in second["results"]] == ["P3", "P4"]


def test_a_cursor_whose_version_is_gone_is_told_to_begin_again():
    version = publish(rows=ROWS)
    api = APIClient()
    first = api.get(url(version, "limit=2")).json()
    add_version(version.dataset, rows=ROWS)
    version.tables.update(table="")

    answer = api.get(first["next"])

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_what_is_wrong_is_named():
    version = publish(rows=ROWS)

    answer = APIClient().get(url(version, "age=x&nobody=1"))

    assert answer.status_code == 400
    assert {error["parameter"] for error in answer.json()["errors"]} == {"age", "nobody"}


def test_a_dataset_without_a_version_has_nothing_to_read():
    Dataset.objects.create(name="Empty", slug="empty", visibility="public")

    answer = APIClient().get("/api/v1/datasets/empty/rows/")

    assert answer.status_code == 409
    assert answer.json()["code"] == "not_published"


def test_who_may_read_a_public_dataset():
    assert_access(
        "GET",
        url(publish(rows=ROWS)),
        {anonymous(): 200, stranger(): 401, token_of(person(), scopes=[]): 200},
    )


def test_who_may_read_a_dataset_that_is_not_public():
    assert_access(
        "GET",
        url(publish(rows=ROWS, visibility="internal")),
        {
            anonymous(): 404,
            stranger(): 401,
            token_of(person(), scopes=["datasets:read"]): 404,
            token_of(person(Role.AI_DEVELOPER), scopes=["accounts:read"]): 404,
            token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]): 200,
            token_of(person(Role.OPERATOR), scopes=["datasets:write"]): 200,
        },
    )


def test_a_personal_column_takes_a_right_of_its_own():
    version = publish(rows=ROWS)

    def columns(caller) -> set[str]:
        api = APIClient()
        if caller.authorization:
            api.credentials(HTTP_AUTHORIZATION=caller.authorization)
        return set(api.get(url(version)).json()["results"][0])

    assert "surname" not in columns(anonymous())
    assert "surname" not in columns(token_of(person(Role.OPERATOR), scopes=["datasets:read"]))
    assert "surname" not in columns(token_of(person(Role.AI_DEVELOPER), scopes=["accounts:read"]))
    assert "surname" in columns(token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]))


def test_the_tag_of_an_answer_is_of_its_reader_columns(django_assert_max_num_queries):
    version = publish(rows=ROWS)
    public = APIClient().get(url(version))
    caller = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=caller.authorization)

    private = api.get(url(version), headers={"If-None-Match": public["ETag"]})

    assert private.status_code == 200


@pytest.mark.parametrize("place", ["", "rows/", "rows/1/"])
def test_no_cache_on_the_way_keeps_what_one_reads_by_right(place):
    version = publish(rows=ROWS)
    address = url(version).removesuffix("rows/") + place
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]).authorization)

    assert APIClient().get(address)["Cache-Control"] == "public, no-cache"
    assert api.get(address)["Cache-Control"] == "private, no-cache"


def test_a_page_of_a_public_dataset_takes_two_queries(django_assert_num_queries):
    version = publish(rows=ROWS)
    APIClient().get(url(version))

    with django_assert_num_queries(2):
        APIClient().get(url(version, "order=-age"))


def test_one_row_is_read_by_its_rank():
    version = publish(rows=ROWS)
    api = APIClient()

    assert api.get(f"{url(version)}2/").json()["code"] == "P2"
    assert api.get(f"{url(version)}2/?columns=age").json() == {"age": 2}
    assert api.get(f"{url(version)}6/").status_code == 404
    assert api.get(f"{url(version)}99999999999999999999/").status_code == 404
    assert api.get(f"{url(version)}2/?age=3").status_code == 400


def test_a_row_that_is_not_there_has_not_stayed_the_same():
    address = f"{url(publish(rows=ROWS))}6/"

    assert APIClient().get(address, headers={"If-None-Match": "*"}).status_code == 404
