"""The plan from one shape to another: its steps, their order, and what each may cost."""

from dataclasses import replace

import pytest
from hypothesis import given

from apps.datasets.enums import ColumnType
from apps.datasets.merise.evolution import Change, ChangeKind, Renames, Subject, changes, tell
from apps.datasets.merise.logical import to_logical
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema, ForeignKey
from tests.datasets.merise.strategies import few, models

EXPAND, BACKFILL, CONTRACT = ChangeKind
TEXT, INTEGER, FLOAT, DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL
BOOLEAN, DATE, DATETIME = ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.DATETIME


def column(name, type_=TEXT, **fields):
    return ColumnSchema(name=name, type=type_, **fields)


def money(digits, decimals):
    return column("x", DECIMAL, digits=digits, decimals=decimals)


CODE = column("code", is_key=True)
TOWN = EntitySchema(name="town", columns=(CODE, column("label_it_has")))
LINK = ForeignKey(name="town", columns=("town_code",), entity="town", references=("code",))
HOME = EntitySchema(name="home", columns=(column("number", is_key=True), column("town_code")), foreign_keys=(LINK,))


def dataset(*entities):
    return DatasetSchema(entities=entities)


def told(before, after, **options):
    return [(each.kind, each.subject, each.may_lose, each.may_reject) for each in changes(before, after, **options)]


@few
@given(models())
def test_nothing_changes_between_a_shape_and_itself(model):
    schema = to_logical(model)

    assert changes(schema, schema) == ()


@few
@given(models(), models())
def test_each_change_can_be_told_and_each_table_goes_or_comes(one, other):
    before, after = to_logical(one), to_logical(other)

    plan = changes(before, after)

    assert all(tell(change).endswith(".") for change in plan)
    assert {each.entity for each in plan if each.subject == Subject.TABLE_ADDED} == {*after.names} - {*before.names}
    assert {each.entity for each in plan if each.subject == Subject.TABLE_REMOVED} == {*before.names} - {*after.names}
    assert [each.kind for each in plan] == sorted((each.kind for each in plan), key=list(ChangeKind).index)


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (column("note"), (EXPAND, Subject.COLUMN_ADDED, False, False)),
        (column("note", is_required=True), (BACKFILL, Subject.COLUMN_ADDED, False, True)),
    ],
)
def test_a_column_that_must_be_filled_asks_for_values(added, expected):
    assert told(dataset(TOWN), dataset(replace(TOWN, columns=(*TOWN.columns, added)))) == [expected]


def test_what_is_removed_is_lost():
    assert told(dataset(TOWN, HOME), dataset(replace(TOWN, columns=(CODE,)))) == [
        (CONTRACT, Subject.COLUMN_REMOVED, True, False),
        (CONTRACT, Subject.TABLE_REMOVED, True, False),
    ]


def test_what_is_renamed_is_neither_removed_nor_changed():
    city = replace(TOWN, name="city", columns=(replace(CODE, name="insee"), TOWN.columns[1]))
    link = replace(LINK, columns=("city_insee",), entity="city", references=("insee",))
    home = replace(HOME, columns=(HOME.columns[0], column("city_insee")), foreign_keys=(link,))
    names = {("town", "code"): "insee", ("home", "town_code"): "city_insee"}

    plan = changes(dataset(TOWN, HOME), dataset(city, home), renames=Renames(entities={"town": "city"}, columns=names))

    assert [tell(each) for each in plan] == [
        "Table “town” is called “city”.",
        "Column “code” of “city” is called “insee”.",
        "Column “town_code” of “home” is called “city_insee”.",
    ]


@pytest.mark.parametrize(
    "renames",
    [
        Renames(entities={"village": "town"}),
        Renames(entities={"town": "city"}),
        Renames(columns={("town", "nothing"): "code"}),
        Renames(columns={("town", "code"): "nothing"}),
        Renames(columns={("village", "code"): "code"}),
    ],
)
def test_a_rename_of_what_is_not_there_is_a_mistake(renames):
    with pytest.raises(ValueError, match="before, or"):
        changes(dataset(TOWN), dataset(TOWN), renames=renames)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (column("x", max_length=5), column("x", max_length=9), (EXPAND, False, False)),
        (column("x", max_length=5), column("x"), (EXPAND, False, False)),
        (column("x", max_length=9), column("x", max_length=5), (CONTRACT, False, True)),
        (column("x"), column("x", max_length=5), (CONTRACT, False, True)),
        (money(9, 2), money(12, 2), (EXPAND, False, False)),
        (money(9, 2), money(9, 4), (CONTRACT, False, True)),
        (money(9, 4), money(9, 2), (CONTRACT, True, False)),
        (column("x", INTEGER), column("x"), (BACKFILL, False, False)),
        (column("x", INTEGER), column("x", max_length=3), (BACKFILL, False, True)),
        (column("x"), column("x", INTEGER), (BACKFILL, False, True)),
        (column("x", INTEGER), column("x", FLOAT), (BACKFILL, True, False)),
        (column("x", INTEGER), column("x", DECIMAL, digits=18, decimals=6), (BACKFILL, False, True)),
        (column("x", INTEGER), column("x", DECIMAL, digits=25, decimals=6), (BACKFILL, False, False)),
        (column("x", FLOAT), column("x", INTEGER), (BACKFILL, False, True)),
        (column("x", FLOAT), column("x", DECIMAL), (BACKFILL, True, True)),
        (column("x", DATE), column("x", DATETIME), (BACKFILL, False, False)),
        (column("x", DATETIME), column("x", DATE), (BACKFILL, True, False)),
        (column("x", BOOLEAN), column("x", INTEGER), (BACKFILL, False, False)),
        (column("x", DATE), column("x", BOOLEAN), (BACKFILL, False, True)),
    ],
)  # fmt: skip
def test_each_change_of_type_says_what_it_may_cost(old, new, expected):
    before, after = (dataset(replace(TOWN, columns=(CODE, each))) for each in (old, new))

    kind, may_lose, may_reject = expected
    assert told(before, after) == [(kind, Subject.TYPE_CHANGED, may_lose, may_reject)]


@pytest.mark.parametrize(
    ("old", "new", "is_narrower"),
    [
        ({}, {"minimum": "1"}, True),
        ({"minimum": "1"}, {}, False),
        ({"minimum": "9"}, {"minimum": "10"}, True),
        ({"minimum": "10"}, {"minimum": "9"}, False),
        ({"maximum": "10"}, {"maximum": "9"}, True),
        ({"maximum": "9"}, {"maximum": "10"}, False),
        ({"choices": ("1", "2")}, {"choices": ("1", "2", "3")}, False),
        ({"choices": ("1", "2")}, {"choices": ("1",)}, True),
        ({}, {"choices": ("1",)}, True),
        ({"minimum": "1", "maximum": "9"}, {"minimum": "0", "maximum": "8"}, True),
    ],
)
def test_a_domain_is_narrower_if_a_value_may_no_longer_be(old, new, is_narrower):
    before, after = (dataset(replace(TOWN, columns=(CODE, column("x", INTEGER, **each)))) for each in (old, new))

    narrowed, widened = (CONTRACT, Subject.DOMAIN_NARROWED, False, True), (EXPAND, Subject.DOMAIN_WIDENED, False, False)
    assert told(before, after) == [narrowed if is_narrower else widened]


def test_a_pattern_that_changes_may_refuse_what_was_there():
    before, after = (dataset(replace(TOWN, columns=(CODE, column("x", pattern=each)))) for each in ("a+", "a*"))

    assert told(before, after) == [(CONTRACT, Subject.DOMAIN_NARROWED, False, True)]


def test_what_is_held_to_more_may_set_rows_aside_and_to_less_never():
    number, town_code = HOME.columns
    loose = replace(HOME, columns=(replace(number, is_key=False), town_code, column("x")), foreign_keys=())
    strict = replace(
        HOME,
        columns=(number, replace(town_code, is_required=True, is_unique=True), column("x")),
        uniques=(("number", "x"),),
    )

    assert told(dataset(TOWN, loose), dataset(TOWN, strict)) == [
        (CONTRACT, Subject.REQUIRED_ADDED, False, True),
        (CONTRACT, Subject.REQUIRED_ADDED, False, True),
        (CONTRACT, Subject.KEY_CHANGED, False, True),
        (CONTRACT, Subject.UNIQUE_ADDED, False, True),
        (CONTRACT, Subject.UNIQUE_ADDED, False, True),
        (CONTRACT, Subject.FOREIGN_KEY_ADDED, False, True),
    ]
    assert {
        (kind, lose, reject) for kind, _what, lose, reject in told(dataset(TOWN, strict), dataset(TOWN, loose))
    } == {(EXPAND, False, False)}


def test_a_change_says_what_it_may_cost():
    said = {"entity": "town", "columns": ("x",), "may_lose": True}
    types = {"before": "bigint", "after": "date"}
    typed = Change(kind=BACKFILL, subject=Subject.TYPE_CHANGED, may_reject=True, **types, **said)

    assert tell(typed) == (
        "Column “x” of “town” changes its type, from bigint to date. Values may be less precise. "
        "Rows that do not fit are set aside."
    )
    removed = Change(kind=CONTRACT, subject=Subject.COLUMN_REMOVED, **said)
    assert tell(removed) == "Column “x” is removed from “town”. Its values are no longer there."
