"""A type changes between two versions: what does not convert is set aside with its reason, never put to NULL."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.enums import ColumnType
from tests.datasets.factories import TOWNS, built, make_dataset, model_of, rows_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
]

TEXTS = replace(
    TOWNS, columns=(*TOWNS.columns[:2], replace(TOWNS.columns[2], type=ColumnType.TEXT), *TOWNS.columns[3:])
)


def of_type(kind, **options):
    return replace(TOWNS, columns=(*TOWNS.columns[:2], replace(TOWNS.columns[2], type=kind, **options)))


def town(code, population):
    return {"Code": code, "Nom": f"Town {code}", "Population": population}


@pytest.mark.parametrize(
    ("kind", "options", "good", "bad", "reason"),
    [
        (ColumnType.INTEGER, {}, "158198", "many", "not_a_number"),
        (ColumnType.INTEGER, {}, "158198", "99999999999999999999", "out_of_range"),
        (ColumnType.FLOAT, {}, "1.5", "1,5", "not_a_number"),
        (ColumnType.DECIMAL, {"digits": 5, "decimals": 2}, "12.34", "12345.6", "out_of_range"),
        (ColumnType.DATE, {}, "2026-02-28", "2026-02-30", "not_a_date"),
        (ColumnType.DATETIME, {}, "2026-02-28T10:00:00", "soon", "not_a_date"),
        (ColumnType.BOOLEAN, {}, "true", "perhaps", "not_a_boolean"),
        (ColumnType.TEXT, {"max_length": 3}, "abc", "abcd", "out_of_range"),
        (ColumnType.TEXT, {"choices": ("abc",)}, "abc", "abd", "not_a_choice"),
    ],
)
def test_a_value_that_does_not_convert_sets_its_row_aside(lake_folder, kind, options, good, bad, reason):
    dataset = make_dataset(town("1", good), town("2", bad), town("3", ""), schema=TEXTS, max_rejected_share=50)
    assert built(dataset).version.rows == 3

    change_design(
        dataset=dataset,
        design=Design(model=model_of(of_type(kind, **options)), recipes=design_of(dataset).recipes),
        by=None,
    )
    done = built(dataset)

    kept = {row.code: row.population for row in rows_of(done.version).all()}
    assert kept.keys() == {"1", "3"}
    assert kept["1"] is not None
    assert kept["3"] is None  # nothing was written there
    (rejected,) = pq.read_table(lake_folder / done.outputs.get().rejects).to_pylist()
    assert rejected["reasons"] == [{"code": reason, "column": "population", "value": bad}]


def test_the_version_before_keeps_its_type_and_its_values(lake_folder):
    dataset = make_dataset(town("1", "10"), town("2", "many"), schema=TEXTS, max_rejected_share=50)
    before = built(dataset).version

    change_design(dataset=dataset, design=Design(model=model_of(TOWNS), recipes=design_of(dataset).recipes), by=None)
    after = built(dataset).version

    assert sorted(row.population for row in rows_of(before).all()) == ["10", "many"]
    assert [row.population for row in rows_of(after).all()] == [10]
    assert pq.read_table(lake_folder / before.tables.get().snapshot).column("population").to_pylist() == ["10", "many"]
