"""What the parameters of an address ask of a table."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from apps.datasets.models import Dataset, Version, VersionTable
from apps.datasets.reading import InvalidQuery, RowQuery, Table, parse_query
from apps.datasets.reading.queries import Filter, Order
from apps.datasets.schema import DatasetSchema
from tests.datasets.reading.tables import PATIENTS

VERSION = Version(dataset=Dataset(visibility="public"), pk=7, schema=DatasetSchema(entities=(PATIENTS,)).as_json())
TABLE = Table.reading(VersionTable(entity=PATIENTS.name, rows=2), VERSION, AnonymousUser())


def ask(query: str, **options: frozenset[str]) -> RowQuery:
    return parse_query(QueryDict(query), TABLE, **options)


def refused(query: str, **options: frozenset[str]) -> dict[str, str]:
    with pytest.raises(InvalidQuery) as caught:
        ask(query, **options)
    return dict(caught.value.errors)


def test_without_parameters_all_visible_columns_come_in_the_order_of_the_sources():
    query = ask("")

    assert query.columns == ("id", "code", "age", "bmi", "cost", "smokes", "seen_on", "noted")
    assert query.order == (Order(column="id"),)
    assert query.limit == 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age=40", Filter(column="age", operator="exact", value=40)),
        ("age__gte=-3", Filter(column="age", operator="gte", value=-3)),
        ("age__in=1,2,3", Filter(column="age", operator="in", value=(1, 2, 3))),
        ("bmi__lt=3.5", Filter(column="bmi", operator="lt", value=3.5)),
        ("cost=0.10", Filter(column="cost", operator="exact", value=Decimal("0.10"))),
        ("smokes=true", Filter(column="smokes", operator="exact", value=True)),
        ("seen_on__gt=2026-11-22", Filter(column="seen_on", operator="gt", value=date(2026, 11, 22))),
        (
            "noted=2026-11-22T14:05:00%2B01:00",
            Filter(column="noted", operator="exact", value=datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),
        ),
        (
            "noted=2026-11-22T14:05:00+01:00",
            Filter(column="noted", operator="exact", value=datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),
        ),
        (
            "noted=2026-11-22T14:05:00-23:59",
            Filter(column="noted", operator="exact", value=datetime(2026, 11, 23, 14, 4, tzinfo=UTC)),
        ),
        ("code__contains=A%25_", Filter(column="code", operator="contains", value="A%_")),
        ("age__isnull=false", Filter(column="age", operator="isnull", value=False)),
        ("id=4", Filter(column="id", operator="exact", value=4)),
    ],
)
def test_a_filter_is_read_in_the_type_of_its_column(text, expected):
    assert ask(text).filters == (expected,)


def test_a_column_may_be_filtered_twice():
    assert len(ask("age__gte=1&age__gte=2&age__lt=9").filters) == 3


@pytest.mark.parametrize(
    "text",
    [
        "age=douze",
        "age=1.5",
        "age=99999999999999999999",
        "age=١٢",
        "bmi=nan",
        "bmi=inf",
        "cost=1e999999",
        "smokes=oui",
        "smokes__gt=true",
        "seen_on=31/12/2026",
        "seen_on=2026-02-30",
        "noted=hier",
        "noted=9999-12-31T23:59:59-23:59",
        "noted=0001-01-01T00:00:00%2B14:00",
        "age__contains=1",
        "age__year=2026",
        "seen_on__hour=1",
        "seen_on__year=MMXXVI",
        "seen_on__year__contains=2",
        "age__range=1",
        "age__range=1,2,3",
        "expand=nobody",
        "q=" + "x" * 1001,
        "age__like=1",
        "age__isnull=maybe",
        "nobody=1",
        "__class__=1",
        "code=" + "x" * 1001,
        "age__in=" + ",".join(["1"] * 101),
        "limit=0",
        "limit=1001",
        "limit=-5",
        "limit=ten",
        "limit=",
        "count=yes",
        "order=nobody",
        "order=age,-age",
        "columns=nobody",
        "columns=age,,code",
        "cursor=abc",
        "cursor=",
    ],
)
def test_what_cannot_be_read_is_refused_and_named(text):
    assert list(refused(text)) == [text.partition("=")[0]]


def test_all_that_is_wrong_is_told_at_once():
    assert set(refused("age=x&limit=0&order=nobody&nobody=1")) == {"age", "limit", "order", "nobody"}


@pytest.mark.parametrize("text", ["surname=Durand", "order=surname", "columns=surname", "surname__isnull=true"])
def test_a_hidden_column_is_as_unknown_as_one_that_does_not_exist(text):
    hidden = refused(text)
    unknown = refused(text.replace("surname", "nothing"))

    assert [message.replace("surname", "nothing") for message in hidden.values()] == list(unknown.values())


def test_sorting_ends_with_the_identifier_so_that_ties_have_an_order():
    assert ask("order=-age,code").order == (
        Order(column="age", is_descending=True, may_be_missing=True),
        Order(column="code"),
        Order(column="id"),
    )
    assert ask("order=-id").order == (Order(column="id", is_descending=True),)


def test_parameters_that_mean_nothing_here_are_refused():
    assert list(refused("limit=5", refused=frozenset({"limit"}))) == ["limit"]
    assert list(refused("age=5", allowed=frozenset({"columns"}))) == ["age"]


def test_too_many_conditions_are_refused():
    assert refused("&".join(["age=1"] * 21))


def test_a_parameter_that_is_not_a_filter_is_given_once():
    assert list(refused("limit=5&limit=6")) == ["limit"]
