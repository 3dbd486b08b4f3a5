"""The script of a model, run by PostgreSQL: what it makes is what we say, and what tables of versions are."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings

from apps.datasets import tables
from apps.datasets.enums import ColumnType
from apps.datasets.merise.constraints import condition_of, constraints_of, type_of
from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.notation import read
from apps.datasets.merise.physical import to_ddl
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema, ForeignKey
from tests.datasets.merise.strategies import models

pytestmark = pytest.mark.django_db

SCHEMA = "merise_trial"
HOTELS = """
HOTEL: code [CHAR(4)], 1_name [VARCHAR(40) NOT NULL]
HAS, _11 ROOM, 1N HOTEL
ROOM: number [INTEGER], beds [INTEGER]
GUEST: number [INTEGER], mail, 2_family, 2_given
SLEEP, 01 GUEST, 0N ROOM: since [DATE]
ORDER, 0N GUEST, 0N USER: _day [DATE], price [NUMERIC(9,2)]
USER: select [BIGINT], group
"""


def run(sql):
    with connection.cursor() as cursor:
        # No parameters: the per cents of a comment are only that.
        cursor.execute(sql, None)


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def columns_of(schema, table):
    return rows(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) "
        "FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        f'{schema}."{table}"',
    )


def constraints_in(schema, table):
    return rows(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype <> 'n' ORDER BY conname",
        f'{schema}."{table}"',
    )


def make(schema):
    run(to_ddl(schema, SCHEMA))


def insert(table, **values):
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(["%s"] * len(values))
    with transaction.atomic(), connection.cursor() as cursor:
        sql = f'INSERT INTO {SCHEMA}."{table}" ({names}) VALUES ({places})'  # noqa: S608 -- names of this module
        cursor.execute(sql, list(values.values()))


def test_the_tables_that_are_made_are_those_of_the_model():
    schema = to_logical(read(HOTELS))

    make(schema)

    for entity in schema.entities:
        made = columns_of(SCHEMA, entity.name)
        assert [name for name, *_rest in made] == ["id", *entity.names]
        assert [bool(filled) for _name, _type, filled, _comment in made[1:]] == [
            column.must_be_filled for column in entity.columns
        ]
        assert [type_ for _name, type_, *_rest in made[1:]] == [type_of(column) for column in entity.columns]
        found = rows(
            "SELECT constraint_type, count(*) FROM information_schema.table_constraints WHERE table_schema = %s "
            "AND table_name = %s AND constraint_type IN ('FOREIGN KEY', 'PRIMARY KEY') GROUP BY 1 ORDER BY 1",
            SCHEMA,
            entity.name,
        )
        links = len(entity.foreign_keys)
        assert found == ([("FOREIGN KEY", links)] if links else []) + [("PRIMARY KEY", 1)]


def test_foreign_keys_are_held_by_the_database():
    make(to_logical(read(HOTELS)))
    insert("hotel", id=1, code="RITZ", name="Ritz")
    insert("room", id=1, hotel_code="RITZ", number=12, beds=2)

    insert("guest", id=1, number=1, room_hotel_code="RITZ", room_number=12)
    insert("guest", id=2, number=2)
    with pytest.raises(IntegrityError):
        insert("guest", id=3, number=3, room_hotel_code="RITZ", room_number=13)
    with pytest.raises(IntegrityError, match="MATCH FULL"):
        insert("guest", id=3, number=3, room_hotel_code="RITZ")
    insert("guest", id=4, number=4, family="Curie", given="Marie")
    with pytest.raises(IntegrityError, match="guest__family__given__unique"):
        insert("guest", id=5, number=5, family="Curie", given="Marie")


def test_foreign_keys_are_indexed_unless_a_key_begins_with_them():
    make(to_logical(read(HOTELS)))

    indexes = rows("SELECT indexname FROM pg_indexes WHERE schemaname = %s AND indexname LIKE '%%index'", SCHEMA)
    assert {name for (name,) in indexes} == {
        "guest__room_hotel_code__room_number__index",
        "order__user_select__index",
    }


DOMAINS = [
    ({"type": ColumnType.INTEGER, "minimum": "-5", "maximum": "5"}, [-5, 5, None], [-6, 6]),
    ({"type": ColumnType.DECIMAL, "maximum": "1E+1"}, ["10"], ["10.000001"]),
    ({"type": ColumnType.FLOAT, "minimum": "0.1"}, [0.1], [0.0999]),
    ({"type": ColumnType.DATE, "minimum": "2020-02-29"}, ["2020-02-29"], ["2020-02-28"]),
    (
        {"type": ColumnType.DATETIME, "maximum": "2020-01-01T00:00:00"},
        ["2020-01-01 01:00:00+01"],
        ["2020-01-01 00:00:01+00"],
    ),
    ({"type": ColumnType.TEXT, "choices": ("it's", "100 %", "a\\b")}, ["it's", "100 %", "a\\b"], ["its", "", "a"]),
    ({"type": ColumnType.INTEGER, "choices": ("1", "2")}, [1], [3]),
    ({"type": ColumnType.TEXT, "pattern": r"\d{5}|2[AB]\d{3}"}, ["38000", "2A004"], ["3800", "380001", "x38000", "2A"]),
]


@pytest.mark.parametrize(("domain", "kept", "refused"), DOMAINS)
def test_the_domain_of_a_column_is_held_by_the_database(domain, kept, refused):
    column = ColumnSchema(name="value_it_holds", **domain)
    make(DatasetSchema(entities=(EntitySchema(name="thing", columns=(column,)),)))

    for rank, value in enumerate(kept):
        insert("thing", id=rank, value_it_holds=value)
    for value in refused:
        with pytest.raises((IntegrityError, DataError), match="thing__value_it_holds__check"):
            insert("thing", id=99, value_it_holds=value)


def test_what_takes_anything_has_no_condition():
    assert condition_of(ColumnSchema(name="note", type=ColumnType.TEXT)) == ""


THINGS = EntitySchema(
    name="thing",
    label="Things, 100 %",
    description="It's what there is",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True, max_length=5, label="Code"),
        ColumnSchema(name="part", type=ColumnType.INTEGER, is_key=True, minimum="1", maximum="9"),
        ColumnSchema(name="whole_code", type=ColumnType.TEXT, max_length=5),
        ColumnSchema(name="whole_part", type=ColumnType.INTEGER),
        *(
            ColumnSchema(name=f"a_{type_}", type=type_, description=f"{type_}: 'so', 100 %", is_required=rank % 2 == 0)
            for rank, type_ in enumerate(ColumnType)
        ),
        ColumnSchema(name="order_it_has", type=ColumnType.DECIMAL, digits=9, decimals=2, is_unique=True),
    ),
    uniques=(("a_text", "a_date"),),
    foreign_keys=(
        ForeignKey(name="whole", columns=("whole_code", "whole_part"), entity="thing", references=("code", "part")),
    ),
)


@pytest.mark.parametrize("table", ["things__thing__v1", "a" * 63])
def test_the_script_and_the_tables_of_versions_are_the_same(table):
    with transaction.atomic():
        tables.create_table(table=table, schema=THINGS)
        tables.finish_tables({table: THINGS})

    run(to_ddl(DatasetSchema(entities=(THINGS,)), SCHEMA, table_of=lambda _entity: table))

    assert columns_of(SCHEMA, table) == columns_of("data", table)
    there = [(name, said.replace(" data.", f" {SCHEMA}.")) for name, said in constraints_in("data", table)]
    assert constraints_in(SCHEMA, table) == there
    assert len(constraints_in(SCHEMA, table)) == 6
    comment = "SELECT obj_description(%s::regclass)"
    assert rows(comment, f'{SCHEMA}."{table}"') == rows(comment, f'data."{table}"') == [("It's what there is",)]


def test_names_that_are_too_long_stay_different():
    columns = tuple(
        ColumnSchema(name=f"{'a' * 49}{letter}", type=ColumnType.INTEGER, is_unique=True, minimum="0")
        for letter in "bc"
    )
    schema = EntitySchema(name="e" * 50, columns=columns)

    make(DatasetSchema(entities=(schema,)))

    made = [name for name, _definition in constraints_in(SCHEMA, schema.name)]
    said = [each.name for each in constraints_of(schema.name, schema, located=str)]
    assert set(said) < set(made)


def test_two_tables_may_refer_to_each_other():
    make(to_logical(read("A: x\nB: y\nL, 11 A, 0N B\nM, 11 B, 0N A")))

    assert len(constraints_in(SCHEMA, "a")) == len(constraints_in(SCHEMA, "b")) == 3


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(models())
def test_postgresql_takes_the_tables_of_any_model(model):
    schema = to_logical(model)

    with transaction.atomic():
        make(schema)
        made = rows("SELECT count(*) FROM information_schema.tables WHERE table_schema = %s", SCHEMA)
        transaction.set_rollback(True)

    assert made == [(len(schema.entities),)]
