"""Several linked entities: relations that are followed, groups, words, and versions read from their snapshots."""

import json
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.datasets.models import Version
from apps.datasets.reading import InvalidQuery, Table, parse_aggregate, parse_query, read_groups, read_json
from apps.datasets.reading.engines import NumberTooLarge, SnapshotGone
from tests.api_matrix import person
from tests.datasets.reading.tables import (
    LINKED,
    PATIENTS,
    add_tables,
    add_version,
    make_dataset,
    publish,
    publish_linked,
)
from tests.datasets.reading.test_pages import ROWS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def page(version: Version, query: str = "", *, viewer=None, is_snapshot: bool = False) -> list[dict]:
    table = Table.of(version, viewer or AnonymousUser(), is_snapshot=is_snapshot)
    return json.loads(read_json(table, parse_query(QueryDict(query), table)).rows)


def groups(version: Version, query: str = "", *, is_snapshot: bool = False) -> list[dict]:
    table = Table.of(version, AnonymousUser(), is_snapshot=is_snapshot)
    return json.loads(read_groups(table, parse_aggregate(QueryDict(query), table)).groups)


def refused(version: Version, query: str, parse=parse_query) -> dict[str, str]:
    with pytest.raises(InvalidQuery) as caught:
        parse(QueryDict(query), Table.of(version, AnonymousUser()))
    return dict(caught.value.errors)


# --- Relations ------------------------------------------------------------------------------------
def test_a_relation_is_expanded_with_what_may_be_read_of_the_other_entity():
    rows = page(publish_linked(), "expand=service&columns=number&order=-number")

    assert rows == [
        {"number": 4, "service": None},
        {"number": 3, "service": {"id": 2, "code": "URG", "label": "Urgences", "opened_on": None}},
        {"number": 2, "service": {"id": 1, "code": "CAR", "label": "Cardiologie", "opened_on": "1990-05-01"}},
        {"number": 1, "service": {"id": 1, "code": "CAR", "label": "Cardiologie", "opened_on": "1990-05-01"}},
    ]


def test_whoever_may_reads_hidden_columns_through_a_relation_too():
    developer = person(Role.AI_DEVELOPER)

    rows = page(publish_linked(), "expand=service,sponsor&columns=number&limit=1", viewer=developer)

    assert rows[0]["service"]["head"] == "Mme Roux"
    assert rows[0]["sponsor"]["code"] == "URG"


def test_a_relation_whose_column_is_hidden_is_as_unknown_as_one_that_does_not_exist():
    version = publish_linked()

    assert (
        refused(version, "expand=sponsor")["expand"].replace("sponsor", "nothing")
        == (refused(version, "expand=nothing")["expand"])
    )


def test_a_page_with_its_relations_is_one_query_more_than_their_tables():
    table = Table.of(publish_linked(), AnonymousUser())
    query = parse_query(QueryDict("expand=service"), table)

    with CaptureQueriesContext(connection) as queries:
        read_json(table, query)

    assert len([each for each in queries if "row_to_json" in each["sql"]]) == 1
    assert len(queries) == 2


# --- Words ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("école", [1, 4]),
        ("ECOLES", [1, 4]),
        ("visites ecole", [1]),
        ("premiere", [1]),
        ("école -première", [4]),
        ('"première visite"', [1]),
        ("controle", [2]),
        ("CAR", [1, 2]),
        ("de la", []),
        ("durand", []),
        ("'\"(&|", []),
    ],
)
def test_words_are_found_whatever_their_accents_and_endings(words, numbers):
    asked = QueryDict(mutable=True)
    asked["q"] = words

    assert sorted(row["number"] for row in page(publish_linked(), asked.urlencode())) == numbers


def test_what_is_searched_is_the_same_for_everyone():
    assert page(publish_linked(), "q=durand", viewer=person(Role.AI_DEVELOPER)) == []


def test_what_matches_best_comes_first_page_after_page():
    texts = ["rien", "mairie", "mairie mairie mairie", "la mairie et la mairie", "école"]
    version = publish(rows=[[text, *[None] * 7] for text in texts])
    table = Table.of(version, AnonymousUser())

    found, cursor = [], ""
    while cursor is not None:
        asked = QueryDict(mutable=True)
        asked.update({"q": "mairie", "limit": "1"} | ({"cursor": cursor} if cursor else {}))
        one = read_json(table, parse_query(asked, table))
        found += [row["id"] for row in json.loads(one.rows)]
        cursor = one.next_cursor

    assert found == [3, 4, 2]
    assert [row["id"] for row in page(version, "q=mairie&order=-id&age__isnull=true")] == [4, 3, 2]


# --- Groups ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_snapshot", [False, True])
def test_rows_are_told_by_groups(is_snapshot):
    version = add_tables(make_dataset(), LINKED, has_snapshots=True)

    found = groups(
        version, "group_by=service_code,day__year&count=*,cost&sum=cost&avg=cost&max=day", is_snapshot=is_snapshot
    )

    assert found == [
        {
            "service_code": "CAR",
            "day__year": 2026,
            "count": 2,
            "cost__count": 2,
            "cost__sum": 30.5,
            "cost__avg": 15.25,
            "day__max": "2026-02-10",
        },
        {
            "service_code": "URG",
            "day__year": 2025,
            "count": 1,
            "cost__count": 0,
            "cost__sum": None,
            "cost__avg": None,
            "day__max": "2025-12-31",
        },
        {
            "service_code": None,
            "day__year": None,
            "count": 1,
            "cost__count": 1,
            "cost__sum": 0.000001,
            "cost__avg": 0.000001,
            "day__max": None,
        },
    ]


def test_groups_are_filtered_searched_sorted_and_cut():
    version = publish_linked()
    table = Table.of(version, AnonymousUser())

    cut = read_groups(table, parse_aggregate(QueryDict("group_by=service_code&order=-count&limit=1"), table))

    assert json.loads(cut.groups) == [{"service_code": "CAR", "count": 2}]
    assert cut.is_truncated
    assert groups(version) == [{"count": 4}]
    assert groups(version, "cost__gte=1&day__year=2026") == [{"count": 2}]
    assert groups(version, "q=ecole&max=number") == [{"number__max": 4}]


@pytest.mark.parametrize(
    "text",
    [
        "group_by=patient",
        "group_by=nothing",
        "group_by=cost__year",
        "group_by=day__century",
        "sum=note",
        "sum=*",
        "sum=",
        "avg=nothing",
        "order=nothing",
        "order=count,-count",
        "limit=0",
        "columns=number",
        "cursor=x",
        "expand=service",
    ],
)
def test_what_cannot_be_told_by_groups_is_refused_and_named(text):
    assert list(refused(publish_linked(), text, parse_aggregate)) == [text.partition("=")[0]]


@pytest.mark.parametrize("measure", ["sum", "avg"])
def test_a_number_that_cannot_be_computed_is_told(measure):
    version = publish(rows=[["A", 1, 1.7e308, *[None] * 5], ["B", 1, 1.7e308, *[None] * 5]])

    with pytest.raises(NumberTooLarge):
        groups(version, f"{measure}=bmi")


# --- Snapshots ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    [
        "",
        "order=-age&limit=2",
        "order=seen_on,-code&columns=code,noted",
        "code__icontains=c&smokes=false",
        "age__ne=41",
        "age__in=41,12",
        "cost__range=0,1",
        "seen_on__year=2026&seen_on__month=1",
        "noted__gte=2026-11-22T13:00:00%2B01:00&noted__hour=12",
        "bmi__lt=1",
        "age__isnull=true",
    ],
)
def test_a_snapshot_answers_as_the_table_did(query):
    version = add_tables(make_dataset(), {PATIENTS: ROWS}, has_snapshots=True)

    assert page(version, query, is_snapshot=True) == page(version, query)


def test_the_pages_of_a_snapshot_follow_each_other_both_ways():
    version = add_tables(make_dataset(), {PATIENTS: ROWS}, has_snapshots=True)
    table = Table.of(version, AnonymousUser(), is_snapshot=True)

    def follow(cursor: str | None):
        asked = QueryDict(mutable=True)
        asked.update({"order": "-noted,age,cost", "limit": "1"} | ({"cursor": cursor} if cursor else {}))
        return read_json(table, parse_query(asked, table))

    first = follow(None)
    second = follow(first.next_cursor)
    third = follow(second.next_cursor)

    assert [json.loads(each.rows)[0]["code"] for each in (first, second, third)] == ["C_%", "A", "B"]
    assert third.next_cursor is None
    assert follow(third.previous_cursor).rows == second.rows


def test_relations_are_followed_in_snapshots_too():
    version = add_tables(make_dataset(), LINKED, has_snapshots=True)

    assert page(version, "expand=service&order=day", is_snapshot=True) == page(version, "expand=service&order=day")


def test_what_has_no_number_in_json_is_a_text_in_both():
    rows = [[code, None, value, *[None] * 5] for code, value in [("A", "NaN"), ("B", "Infinity"), ("C", "-Infinity")]]
    version = add_tables(make_dataset(), {PATIENTS: rows}, has_snapshots=True)

    assert [row["bmi"] for row in page(version, is_snapshot=True)] == ["NaN", "Infinity", "-Infinity"]
    assert page(version, is_snapshot=True) == page(version)


def test_a_snapshot_that_is_gone_says_so():
    version = add_tables(make_dataset(), LINKED)
    version.tables.update(snapshot="tests/gone.parquet")

    with pytest.raises(SnapshotGone):
        page(version, is_snapshot=True)


def test_a_column_that_has_become_personal_since_is_hidden_in_former_versions_too():
    columns = tuple(replace(each, personal_data="none") for each in PATIENTS.columns)
    version = add_tables(make_dataset(), {replace(PATIENTS, columns=columns): ROWS}, has_snapshots=True)
    before = page(version, is_snapshot=True)
    add_version(version.dataset, PATIENTS, ROWS)
    version.refresh_from_db()

    assert "surname" in before[0]
    assert "surname" not in page(version, is_snapshot=True)[0]
    assert "surname" in page(version, is_snapshot=True, viewer=person(Role.AI_DEVELOPER))[0]
    assert not Table.of(version, person(Role.AI_DEVELOPER)).is_for_anyone
