"""Tables of versions: real DDL and COPY, models that nothing keeps alive."""

import gc
import math
import threading
import weakref
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.datasets import tables
from apps.datasets.enums import ColumnType
from apps.datasets.failures import IndexedValueTooLong
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.core.test_leases import in_threads

ARROW = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.DECIMAL: pa.decimal128(18, 6),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us", tz="UTC"),
}
VALUES = {
    ColumnType.TEXT: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    ColumnType.INTEGER: st.integers(-(2**63), 2**63 - 1),
    ColumnType.FLOAT: st.floats(),
    ColumnType.DECIMAL: st.decimals(-(10**12) + 1, 10**12 - 1, places=6),
    ColumnType.BOOLEAN: st.booleans(),
    ColumnType.DATE: st.dates(),
    ColumnType.DATETIME: st.datetimes(timezones=st.just(UTC)),
}
EVERY_TYPE = EntitySchema(
    name="thing", columns=tuple(ColumnSchema(name=f"a_{type_.value}", type=type_) for type_ in ColumnType)
)
TOWNS = EntitySchema(
    name="town",
    label="Communes, à 100 %",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True, max_length=5, label="Code"),
        ColumnSchema(name="name", type=ColumnType.TEXT, is_required=True, description="Its name: 'so', 100 %"),
        ColumnSchema(name="rank", type=ColumnType.INTEGER, is_unique=True),
    ),
)


def write(path, schema, rows):
    """A snapshot: rows are dictionaries, numbered from 1, with the columns of lineage that tables leave out."""
    columns = {"id": pa.array(range(1, len(rows) + 1), pa.int64())}
    for column in schema.columns:
        columns[column.name] = pa.array([row.get(column.name) for row in rows], ARROW[column.type])
    columns["_row"] = columns["id"]
    pq.write_table(pa.table(columns), path)
    return path


def load(path, schema=TOWNS, rows=(), table="t__x__v1"):
    write(path, schema, rows)
    with transaction.atomic():
        tables.create_table(table=table, schema=schema)
        tables.copy_rows(table=table, schema=schema, path=path)
        tables.finish_tables({table: schema})
    return tables.table_model(table, schema)


def columns_of(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) "
            "FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            [f"data.{table}"],
        )
        return cursor.fetchall()


@pytest.mark.django_db
def test_a_table_has_the_types_rules_and_comments_of_its_schema(tmp_path):
    load(tmp_path / "rows.parquet", rows=[{"code": "01004", "name": "Ambérieu", "rank": 1}])

    assert columns_of("t__x__v1") == [
        ("id", "bigint", True, None),
        ("code", "character varying(5)", True, "Code"),
        ("name", "text", True, "Its name: 'so', 100 %"),
        ("rank", "bigint", False, None),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('data.t__x__v1'::regclass), (SELECT reltuples FROM pg_class "
                       "WHERE oid = 'data.t__x__v1'::regclass)")  # fmt: skip
        assert cursor.fetchone() == ("Communes, à 100 %", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [{"code": "1", "name": "b", "rank": 2}, {"code": "2", "name": "b", "rank": 1}], ids=["key", "unique column"]
)
def test_the_database_itself_refuses_a_double(tmp_path, row):
    town = load(tmp_path / "rows.parquet", rows=[{"code": "1", "name": "a", "rank": 1}])

    with pytest.raises(IntegrityError), transaction.atomic():
        town.objects.create(id=2, **row)


@pytest.mark.django_db
def test_a_table_of_every_type_is_read_back_by_its_model(tmp_path):
    row = {
        "a_text": "",
        "a_integer": -(2**63),
        "a_float": 0.1 + 0.2,
        "a_decimal": Decimal("-0.000001"),
        "a_boolean": False,
        "a_date": date(1, 1, 1),
        "a_datetime": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    }

    thing = load(tmp_path / "rows.parquet", schema=EVERY_TYPE, rows=[row, {}])

    assert list(thing.objects.values()) == [{"id": 1, **row}, {"id": 2, **dict.fromkeys(row)}]


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({f"a_{t.value}": st.none() | VALUES[t] for t in ColumnType}), max_size=8))
@example(rows=[{"a_text": text} for text in ("", "\\.", "a\n\\.\nb", "\\N", '"', '""', "\u00a0", "\r", "\r\n", "a,b")])
@example(rows=[{"a_float": number} for number in (-0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf)])
def test_what_postgresql_holds_is_what_the_snapshot_holds(tmp_path, rows):
    thing = load(tmp_path / "rows.parquet", schema=EVERY_TYPE, rows=rows)

    stored = pq.read_table(tmp_path / "rows.parquet").drop_columns(["id", "_row"]).to_pylist()
    read = list(thing.objects.order_by("id").values(*EVERY_TYPE.names))
    assert [written(row) for row in read] == [written(row) for row in stored]


def written(row):
    """Values as text: NaN equals NaN, and 0 is not -0."""
    return {name: repr(value.astimezone(UTC) if isinstance(value, datetime) else value) for name, value in row.items()}


@pytest.mark.django_db
def test_rows_of_many_batches_all_arrive_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "BATCH_ROWS", 7)
    monkeypatch.setattr(tables, "BLOCK", 11)
    rows = [{"code": str(number), "name": "é" * number, "rank": number} for number in range(50)]

    town = load(tmp_path / "rows.parquet", rows=rows)

    assert list(town.objects.values("code", "name", "rank")) == rows


@pytest.mark.django_db
def test_an_empty_snapshot_makes_an_empty_table(tmp_path):
    assert load(tmp_path / "rows.parquet").objects.count() == 0


@pytest.mark.django_db
def test_a_text_that_no_index_can_hold_is_told(tmp_path):
    schema = EntitySchema(name="x", columns=(ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True),))
    noise = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(9000))

    with pytest.raises(IndexedValueTooLong), transaction.atomic():
        load(tmp_path / "rows.parquet", schema=schema, rows=[{"code": noise}])


@pytest.mark.django_db
def test_loading_again_replaces_what_an_interrupted_load_left(tmp_path):
    load(tmp_path / "rows.parquet", rows=[{"code": "1", "name": "a"}])

    town = load(tmp_path / "rows.parquet", rows=[{"code": "2", "name": "b"}])

    assert list(town.objects.values_list("code", flat=True)) == ["2"]
    assert tables.existing_tables() == {"t__x__v1"}


@pytest.mark.django_db(transaction=True)
def test_a_load_that_fails_leaves_no_table(tmp_path):
    double = {"code": "1", "name": "a"}

    with pytest.raises(IntegrityError):
        load(tmp_path / "rows.parquet", rows=[double, double])

    assert tables.existing_tables() == set()


@pytest.mark.parametrize(
    ("dataset", "entity", "name"),
    [
        ("cancer-du-sein", "tumeur", "cancer_du_sein__tumeur__v7"),
        ("a_b", "c", "a_b__c__v7_5a1a"),
        ("x" * 60, "y" * 50, "x" * 50 + "_"),
    ],
)
def test_tables_are_named_after_what_they_hold(dataset, entity, name):
    named = tables.table_name(dataset=dataset, entity=entity, number=7)

    assert named.startswith(name.rpartition("_")[0])
    assert len(named) <= 63


def test_no_two_versions_share_a_table():
    versions = [
        (dataset, entity, number)
        for dataset in ("a-b", "a_b", "a", "a--b", "a-", "x" * 60, "x" * 59 + "y")
        for entity in ("c", "b__c", "_b", "y" * 50)
        for number in (1, 11)
    ]

    names = {tables.table_name(dataset=d, entity=e, number=n) for d, e, n in versions}

    assert len(names) == len(versions)


def test_the_same_shape_gives_the_same_model():
    shape = EntitySchema.from_json(TOWNS.as_json())

    assert tables.table_model("t", TOWNS) is tables.table_model("t", shape)
    assert tables.table_model("t", TOWNS) is not tables.table_model("u", TOWNS)


def test_models_are_freed_once_they_are_no_longer_used():
    models = [weakref.ref(tables.table_model(f"t{number}", TOWNS)) for number in range(tables.MODELS_KEPT * 2)]

    gc.collect()

    assert sum(model() is not None for model in models) <= tables.MODELS_KEPT


def test_the_registry_of_the_platform_knows_no_model_of_a_table(django_db_blocker):
    before = apps.get_models()

    tables.table_model("t", TOWNS)

    assert apps.get_models() is before
    assert "data" not in apps.all_models
    with django_db_blocker.unblock():
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_threads_make_models_side_by_side():
    def make(index):
        return [tables.table_model(f"thread_{number % 40}_{index % 2}", TOWNS) for number in range(120)]

    before = threading.active_count()

    made = in_threads(8, make)

    assert all(model._meta.get_field("code").model is model for models in made for model in models)
    assert threading.active_count() <= before
