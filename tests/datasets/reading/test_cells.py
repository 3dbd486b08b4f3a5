"""Values as files have them: DuckDB writes what PostgreSQL answers."""

import duckdb
import pytest
from django.db import connection

from apps.datasets.enums import ColumnType
from apps.datasets.reading.sql import DUCKDB, Output


def in_a_file(kind, written, column_type):
    cell = DUCKDB.cell(Output(name="it", sql="it", type=column_type))
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        return engine.execute(f"SELECT {cell} FROM (SELECT CAST(? AS {kind}) AS it)", [written]).fetchone()[0]  # noqa: S608 -- ours


def in_json(kind, written):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_json(it) #>> '{{}}' FROM (SELECT %s::{kind} AS it) it", [written])  # noqa: S608 -- ours
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written",
    [
        "2026-11-29 17:38:00+01",
        "2026-11-29 17:38:00.000250+00",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
        "12026-01-01 00:00:00+00",
        "infinity",
        "-infinity",
        None,
    ],
)
def test_an_instant_is_written_in_csv_as_in_json(written):
    assert in_a_file("timestamptz", written, ColumnType.DATETIME) == in_json("timestamptz", written)


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["0.1", "4", "0", "-3", "1e20", "NaN", "Infinity", "-Infinity", None])
def test_a_number_is_written_in_csv_as_in_json(written):
    assert in_a_file("double", written, ColumnType.FLOAT) == in_json("double precision", written)
