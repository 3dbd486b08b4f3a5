"""Values as CSV has them."""

import pytest
from django.db import connection

from apps.datasets.enums import ColumnType
from apps.datasets.reading.sql import POSTGRESQL, Output


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written",
    [
        "2026-11-29 17:38:00+01",
        "2026-11-29 17:38:00.000250+00",
        "0001-01-01",
        "9999-12-31 23:59:59.999999+00",
        "12026-01-01",
        "0044-03-15 BC",
        "infinity",
        "-infinity",
        None,
    ],
)
def test_an_instant_is_written_in_csv_as_in_json(written):
    cell = POSTGRESQL.cell(Output(name="seen_at", sql="instant", type=ColumnType.DATETIME))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {cell}, to_json(instant) #>> '{{}}' FROM (SELECT %s::timestamptz AS instant) it",  # noqa: S608 -- ours
            [written],
        )
        in_csv, in_json = cursor.fetchone()

    assert in_csv == in_json
