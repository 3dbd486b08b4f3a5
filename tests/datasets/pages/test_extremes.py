"""Pages of a dataset whose values are as large, as small or as far as their type holds."""

import pytest
from django.urls import reverse

from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.factories import built, make_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

TYPES = (ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DATE, ColumnType.DATETIME)
EXTREMES = [
    ("9223372036854775807", "1.7e308", "9999-12-31", "9999-12-31T23:59:59"),
    ("-9223372036854775808", "-1.7e308", "0001-01-01", "0001-01-01T00:00:00"),
    ("0", "5e-324", "1970-01-01", "1970-01-01T00:00:00"),
    ("1", "1", "2000-02-29", "2000-02-29T12:00:00"),
    ("2", "2", "", ""),
    ("3", "3", "", ""),
]


@pytest.fixture
def extremes():
    schema = EntitySchema(name="line", columns=tuple(ColumnSchema(name=f"a_{each}", type=each) for each in TYPES))
    steps = [{"step": "map", "columns": {f"a_{each}": str(each) for each in TYPES}}]
    rows = [dict(zip(map(str, TYPES), row, strict=True)) for row in EXTREMES]
    dataset = make_dataset(*rows, schema=schema, steps=steps, visibility="public", slug="extremes")
    built(dataset)
    return dataset


@pytest.mark.parametrize("page", ["dataset", "rows", "dictionary", "versions", "api"])
def test_every_page_shows_them(client, extremes, page):
    answer = client.get(reverse(f"datasets:{page}", args=[extremes.slug]))

    assert answer.status_code == 200
    assert extremes.current_version.rows == len(EXTREMES)
