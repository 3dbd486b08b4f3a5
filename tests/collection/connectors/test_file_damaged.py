"""Real files, and one of them damaged on purpose, read to the last record."""

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.file import FileConnector
from tests.collection import damage

CONNECTOR = FileConnector()


def collect(config):
    (part,) = CONNECTOR.partitions(config, "", Window()).parts
    batches = list(CONNECTOR.read(config, part, None))
    return [row for batch in batches for row in batch.rows.to_pylist()], [each for b in batches for each in b.rejected]


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("breast_cancer.csv", 31, 569),
        ("diabetes_data_raw.csv.gz", 10, 442),
        ("linnerud_exercise.csv", 3, 20),
        ("wine_data.csv", 14, 178),
    ],
)
def test_files_of_scikit_learn_arrive_whole(uploaded, name, columns, rows):
    collected, rejected = collect(uploaded((damage.SKLEARN / name).read_bytes(), name))

    assert [len(row) - 1 for row in collected] == [columns] * rows
    assert rejected == []


def test_every_good_record_of_the_damaged_file_arrives_and_every_bad_one_is_told(uploaded):
    collected, rejected = collect(uploaded(damage.damaged_file(), damage.NAME))

    assert [(each.row, each.reason) for each in rejected] == [(each.row, each.reason) for each in damage.IN_COLLECTION]
    set_aside = {each.row for each in damage.IN_COLLECTION}
    assert [row["_row"] for row in collected] == [row for row in range(1, damage.RECORDS + 1) if row not in set_aside]
    assert damage.GOOD_RECORDS == len(collected) - len(damage.IN_RECIPE) == 424
    by_number = {row["_row"]: row for row in collected}
    assert by_number[1]["numéro de dossier"] == "D-0001"
    assert by_number[1]["observation"] == "Contrôle à jeun"
    assert by_number[22]["observation"] == "Première ligne\nseconde ligne"
    assert by_number[58]["âge"].strip().isdecimal()
    assert by_number[58]["âge"] != by_number[58]["âge"].strip()


def test_the_wrong_bytes_of_the_damaged_file_are_told_with_their_column(uploaded):
    _collected, rejected = collect(uploaded(damage.damaged_file()))

    wrong = [each for each in rejected if each.reason == "invalid_encoding"]
    assert [(each.row, each.details["column"], each.details["byte"]) for each in wrong] == [
        (37, "observation", "0x81"),
        (151, "observation", "0x8d"),
        (298, "observation", "0x9d"),
    ]
    assert all(each.text.startswith(f"D-{each.row:04d};") for each in wrong)


def test_columns_of_the_damaged_file_are_proposed_with_the_types_of_a_recipe(uploaded):
    (stream,) = CONNECTOR.discover(uploaded(damage.damaged_file()))

    assert {column.name: column.proposed_type for column in stream.columns} == dict(
        zip(
            damage.COLUMNS,
            ["text", "date", *["integer"] * 2, *["float"] * 2, "integer", *["float"] * 4, *["integer"] * 2, "text"],
            strict=True,
        )
    )
