"""Pages of rows, in any order, with and without missing values, forwards and backwards."""

import datetime as dt
import json
from decimal import Decimal
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.roles import Role
from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.reading import Table, count_rows, parse_query, read_json, read_rows
from apps.datasets.reading import engines as reading
from apps.datasets.reading.engines import QueryTooLong, VersionGone
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.api_matrix import person
from tests.datasets.reading.tables import publish

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ROWS = [
    ["A", 41, 21.5, Decimal("10.5"), True, dt.date(2026, 1, 2), NOON, "Durand"],
    ["B", None, None, None, None, None, None, "Petit"],
    ["C_%", 12, 0.1, Decimal("0.000001"), False, dt.date(1900, 2, 28), NOON, 'Été\n"x"'],
]


def table_of(version: Version) -> Table:
    return Table.of(version, AnonymousUser())


def rows(version: Version, query: str = "") -> list[dict]:
    table = table_of(version)
    return read_rows(table, parse_query(QueryDict(query), table)).rows


def test_rows_come_in_the_types_of_python_and_their_json_in_its_own():
    version = publish(rows=ROWS)
    table = Table.of(version, person(Role.AI_DEVELOPER))

    query = parse_query(QueryDict("code=A"), table)

    assert read_rows(table, query).rows == [
        dict(zip(table.names, [1, *ROWS[0]], strict=True)),
    ]
    assert json.loads(read_json(table, query).rows) == [
        {
            "id": 1,
            "code": "A",
            "age": 41,
            "bmi": 21.5,
            "cost": 10.5,
            "smokes": True,
            "seen_on": "2026-01-02",
            "noted": "2026-11-22T12:00:00+00:00",
            "surname": "Durand",
        }
    ]


def test_a_personal_column_is_read_by_right_only():
    version = publish(rows=ROWS)

    assert "surname" not in rows(version)[0]
    assert "surname" in Table.of(version, person(Role.DATA_PROTECTION_OFFICER)).names
    assert Table.of(version, person(Role.USER)).hidden == 1


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("age=41", ["A"]),
        ("age__ne=41", ["B", "C_%"]),
        ("age__in=41,12", ["A", "C_%"]),
        ("age__lt=41", ["C_%"]),
        ("age__gte=12&age__lte=40", ["C_%"]),
        ("age__isnull=true", ["B"]),
        ("age__isnull=false", ["A", "C_%"]),
        ("code__contains=_%25", ["C_%"]),
        ("code__contains=_", ["C_%"]),
        ("code__contains=%5C", []),
        ("code__contains=c", []),
        ("code__icontains=c", ["C_%"]),
        ("code__startswith=c", []),
        ("code__startswith=C", ["C_%"]),
        ("code__istartswith=c", ["C_%"]),
        ("code__endswith=%25", ["C_%"]),
        ("code__iendswith=A", ["A"]),
        ("code__iexact=a", ["A"]),
        ("age__range=12,40", ["C_%"]),
        ("seen_on__year=2026", ["A"]),
        ("seen_on__year__lt=2026", ["C_%"]),
        ("seen_on__month__in=1,3", ["A"]),
        ("seen_on__day=28", ["C_%"]),
        ("seen_on__quarter=1", ["A", "C_%"]),
        ("seen_on__weekday=5", ["A"]),
        ("seen_on__week=1", ["A"]),
        ("seen_on__year__isnull=true", ["B"]),
        ("noted__hour=12", ["A", "C_%"]),
        ("smokes=false", ["C_%"]),
        ("seen_on__lt=2000-01-01", ["C_%"]),
        ("noted__gte=2026-11-22T13:00:00%2B01:00", ["A", "C_%"]),
        ("cost__gt=0.000001", ["A"]),
        ("order=age", ["C_%", "A", "B"]),
        ("order=-age", ["A", "C_%", "B"]),
        ("order=-code", ["C_%", "B", "A"]),
    ],
)
def test_rows_are_filtered_and_sorted(query, codes):
    version = publish(rows=ROWS)

    assert [row["code"] for row in rows(version, query)] == codes
    assert count_rows(table_of(version), parse_query(QueryDict(query), table_of(version))) == len(codes)


def test_only_the_columns_that_are_asked_for_come_even_if_others_sort_them():
    version = publish(rows=ROWS)
    table = table_of(version)

    page = read_json(table, parse_query(QueryDict("columns=code&order=-age&limit=1"), table))

    assert page.rows == b'[{"code":"A"}]'
    assert page.next_cursor


SMALL = EntitySchema(
    name="small",
    columns=(
        ColumnSchema(name="a", type=ColumnType.INTEGER),
        ColumnSchema(name="b", type=ColumnType.TEXT),
        ColumnSchema(name="c", type=ColumnType.FLOAT, is_required=True),
    ),
)


@pytest.mark.parametrize("order", ["", "a", "-a", "b,-a", "-b,a", "c,-b", "-c", "-id", "a,id,b"])
def test_following_the_cursors_gives_every_row_once_both_ways(order):
    values = [[a, b, c] for a, b, c in product([1, None, 2], ["é", None, "e"], [0.1, 1e300])]
    version = publish(schema=SMALL, rows=values)
    table = table_of(version)
    whole = [row["id"] for row in rows(version, f"order={order}")]

    forwards, cursors = [], [""]
    while cursors[-1] is not None:
        asked = QueryDict(mutable=True)
        asked.update({"order": order, "limit": "4"} | ({"cursor": cursors[-1]} if cursors[-1] else {}))
        page = read_rows(table, parse_query(asked, table))
        forwards += [row["id"] for row in page.rows]
        cursors.append(page.next_cursor)
    backwards, cursor = [row["id"] for row in page.rows], page.previous_cursor
    while cursor:
        asked["cursor"] = cursor
        page = read_rows(table, parse_query(asked, table))
        backwards = [row["id"] for row in page.rows] + backwards
        cursor = page.previous_cursor

    assert sorted(whole) == list(range(1, len(values) + 1))
    assert forwards == whole
    assert backwards == whole


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=5))
def test_any_text_comes_back_as_it_is(db, texts):
    version = publish(schema=SMALL, rows=[[1, text, 0.5] for text in texts])
    table = table_of(version)

    page = read_json(table, parse_query(QueryDict(""), table))

    assert [row["b"] for row in json.loads(page.rows)] == texts


def test_a_page_is_one_exchange_with_the_database():
    version = publish(rows=ROWS)
    table = table_of(version)
    query = parse_query(QueryDict("order=-age"), table)

    with CaptureQueriesContext(connection) as queries:
        read_json(table, query)

    assert len(queries) == 1


def test_a_query_that_lasts_is_stopped(monkeypatch):
    version = publish(schema=SMALL, rows=[[n, None, 1.0] for n in range(200)])
    table = table_of(version)
    monkeypatch.setattr(reading, "LONGEST_MS", 1)
    everything = ", ".join(f'data."{version.tables.get().table}" t{n}' for n in range(4))
    monkeypatch.setattr(reading, "name_of", lambda _table: f"(SELECT t0.* FROM {everything})")  # noqa: S608 -- a test

    with pytest.raises(QueryTooLong):
        read_rows(table, parse_query(QueryDict("order=-c"), table))


def test_a_version_whose_table_is_gone_says_so():
    version = publish(rows=ROWS)
    table = table_of(version)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE data."{version.tables.get().table}"')

    with pytest.raises(VersionGone):
        read_rows(table, parse_query(QueryDict(""), table))
