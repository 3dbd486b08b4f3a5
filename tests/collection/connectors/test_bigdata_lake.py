"""Folders of Parquet files: what is read, passed over, set aside, and going on after any interruption."""

import datetime as dt
import os
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.collection.collecting import collect
from apps.collection.connectors.base import Window
from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import (
    ColumnOfTwoTypes,
    FileChanged,
    FolderNotAllowed,
    NoParquet,
    UnknownColumn,
    ValueOfAnotherType,
)
from apps.collection.enums import RejectionReason, RunState
from tests.collection.factories import RunFactory, SourceFactory

LAKE = BigDataConnector()
ROWS = 600


@pytest.fixture
def folder(settings, tmp_path):
    """A folder that the operator lists."""
    place = tmp_path / "lakes"
    place.mkdir()
    settings.COLLECT_FOLDERS = [str(place)]
    return place / "sales"


def write(folder, path, columns, *, row_group_size=100):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, file, row_group_size=row_group_size)
    return file


@pytest.fixture
def lake(folder):
    """Three months of 200 rows, in row groups of different sizes."""
    for month, group in enumerate([37, 200, 100]):
        numbers = list(range(month * 200, month * 200 + 200))
        columns = {"id": numbers, "town": [f"town {each % 7}" for each in numbers]}
        write(folder, f"year=2024/month=0{month + 4}/part-0.parquet", columns, row_group_size=group)
    return folder


def damage(file, *, row_group):
    """Make all the values of a row group unreadable; the end of the file still says what it holds."""
    content = bytearray(file.read_bytes())
    described = pq.ParquetFile(file).metadata.row_group(row_group)
    for rank in range(described.num_columns):
        column = described.column(rank)
        start = column.dictionary_page_offset or column.data_page_offset
        content[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    file.write_bytes(content)


def config(folder, **options):
    return BigDataConfig(system="lake", folder=str(folder), **options)


def batches_of(config, *, cursor=None, part=None):
    part = part or LAKE.partitions(config, "sales", Window()).parts[0]
    return list(LAKE.read(config, part, cursor))


def rows_of(config):
    parts = LAKE.partitions(config, "sales", Window()).parts
    return [row for part in parts for batch in LAKE.read(config, part, None) for row in batch.rows.to_pylist()]


# --- What is read ---------------------------------------------------------------------------------
def test_the_values_of_partitions_land_as_the_path_writes_them(lake):
    rows = rows_of(config(lake))

    assert len(rows) == ROWS
    assert rows[0] == {"id": "0", "town": "town 0", "year": "2024", "month": "04", "_row": 1}
    assert rows[-1] == {"id": "599", "town": "town 4", "year": "2024", "month": "06", "_row": 600}


def test_the_columns_of_the_files_and_of_the_paths_are_discovered(lake):
    (stream,) = LAKE.discover(config(lake))

    assert [(column.name, column.proposed_type) for column in stream.columns] == [
        ("id", "integer"),
        ("town", "text"),
        ("year", "integer"),
        ("month", "integer"),
    ]
    assert stream.name == "sales"


def test_only_the_columns_that_are_asked_for_are_read(lake):
    (batch, *_rest) = batches_of(config(lake, columns=["month", "id"]))

    assert batch.rows.schema.names == ["month", "id", "_row"]


def test_a_condition_on_a_partition_is_a_number_where_all_its_values_are(lake):
    reading = LAKE.partitions(config(lake, filters=["month >= 5"]), "sales", Window())

    assert [file[0] for part in reading.parts for file in part.details["files"]] == [
        "year=2024/month=05/part-0.parquet",
        "year=2024/month=06/part-0.parquet",
    ]


def test_files_and_row_groups_that_no_row_can_match_are_never_read(lake):
    chosen = config(lake, filters=["month = 6", "id >= 550"])
    for month, row_group in [(4, 0), (5, 0), (6, 0)]:  # what is read of these is set aside
        damage(lake / f"year=2024/month=0{month}/part-0.parquet", row_group=row_group)

    explained = LAKE.explain(chosen)
    (batch,) = batches_of(chosen)

    assert batch.rows.column("id").to_pylist() == [str(number) for number in range(550, 600)]
    assert batch.rejected == ()
    assert "Scan 1 of 3 files" in explained.text
    assert "Row groups: 1 of 2" in explained.text
    assert explained.estimated_rows == 100
    assert explained.sentences[0].startswith("1 file of 3 is read")


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("id = 3", [3]),
        ("id in 3, 4,5", [3, 4, 5]),
        ("id not in 0, 1", list(range(2, 10))),
        ("id != 2", [0, 1, *range(3, 10)]),
        ("seen is null", [0]),
        ("seen is not null", list(range(1, 10))),
        ("day < 2024-05-03", [0, 1]),
        ('"two words" = "a, b"', [9]),
    ],
)
def test_conditions_are_applied_by_arrow(folder, condition, ids):
    columns = {
        "id": list(range(10)),
        "seen": [None, *["x"] * 9],
        "day": [dt.date(2024, 5, 1 + rank) for rank in range(10)],
        "two words": [*["c"] * 9, "a, b"],
    }
    write(folder, "a.parquet", columns)

    assert [int(row["id"]) for row in rows_of(config(folder, filters=[condition]))] == ids


def test_values_land_as_texts_that_read_back_the_same(folder):
    paris = pa.array([dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)], pa.timestamp("us", "Europe/Paris"))
    table = pa.table(
        {
            "flag": [True],
            "price": pa.array([Decimal("0.00000012")], pa.decimal128(20, 8)),
            "day": [dt.date(2024, 5, 1)],
            "whole": pa.array([1_714_557_600], pa.timestamp("s")).cast(pa.timestamp("us")),
            "exact": pa.array([1_714_557_600_123_456_789], pa.timestamp("ns")),
            "zoned": paris,
            "ratio": [0.1],
            "code": pa.array(["01"]).dictionary_encode(),
            "raw": [b"\x00\xff"],
            "nested": [{"a": [1, None], "b": "é"}],
            "pairs": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
            "nothing": pa.array([None], pa.int32()),
        }
    )
    write(folder, "a.parquet", table)

    (row,) = rows_of(config(folder))

    assert row == {
        "flag": "true",
        "price": "0.00000012",
        "day": "2024-05-01",
        "whole": "2024-05-01T10:00:00",
        "exact": "2024-05-01T10:00:00.123456789",
        "zoned": "2024-05-01T12:00:00Z",
        "ratio": "0.1",
        "code": "01",
        "raw": "\\x00ff",
        "nested": '{"a":[1,null],"b":"é"}',
        "pairs": '{"k":1}',
        "nothing": None,
        "_row": 1,
    }


def test_a_column_that_a_file_lacks_is_null_there(folder):
    write(folder, "a.parquet", {"id": [1]})
    write(folder, "b.parquet", {"id": [2], "town": ["Voiron"]})

    assert [row["town"] for row in rows_of(config(folder))] == [None, "Voiron"]


def test_a_column_of_wider_numbers_in_some_files_is_read(folder):
    write(folder, "a.parquet", {"id": pa.array([1], pa.int32())})
    write(folder, "b.parquet", {"id": pa.array([2**40], pa.int64())})

    assert [row["id"] for row in rows_of(config(folder))] == ["1", str(2**40)]


def test_a_column_of_another_type_in_some_files_is_told_with_both_types(folder):
    write(folder, "a.parquet", {"id": [1], "note": ["a"]})
    write(folder, "b.parquet", {"id": ["1"], "note": ["b"]})

    with pytest.raises(ColumnOfTwoTypes) as refused:
        LAKE.discover(config(folder))

    assert refused.value.details == {"column": "id", "one": "int64", "other": "string"}
    assert [row["note"] for row in rows_of(config(folder, columns=["note"]))] == ["a", "b"]


# --- Parts and what is new ------------------------------------------------------------------------
def test_a_partition_column_makes_a_part_of_each_value(lake):
    reading = LAKE.partitions(config(lake, partition_column="month"), "sales", Window())

    assert [[file[0] for file in part.details["files"]] for part in reading.parts] == [
        [f"year=2024/month=0{month}/part-0.parquet"] for month in (4, 5, 6)
    ]


def test_only_the_files_that_were_not_read_yet_are_read(lake):
    chosen = config(lake, only_new_files=True)
    first = LAKE.partitions(chosen, "sales", Window())
    write(lake, "year=2024/month=01/late.parquet", {"id": [1000], "town": ["x"]})
    os.utime(lake / "year=2024/month=01/late.parquet", (0, 0))  # it says that it is old: it is new all the same

    second = LAKE.partitions(chosen, "sales", Window(bookmark=first.bookmark))

    assert [file[0] for part in second.parts for file in part.details["files"]] == ["year=2024/month=01/late.parquet"]
    assert LAKE.partitions(chosen, "sales", Window(bookmark=second.bookmark)).parts == ()


def test_a_backfill_reads_the_days_that_are_asked_for(lake):
    reading = LAKE.partitions(config(lake, cursor_column="month"), "sales", Window(since="5", until="5"))

    (part,) = reading.parts
    assert [file[0] for file in part.details["files"]] == ["year=2024/month=05/part-0.parquet"]


# --- Going on -------------------------------------------------------------------------------------
@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(100, 260), data=st.data())
def test_reading_goes_on_after_any_batch_without_losing_or_doubling_a_row(lake, size, data):
    chosen = config(lake, rows_per_fetch=size, filters=["town != town 3"])
    part = LAKE.partitions(chosen, "sales", Window()).parts[0]
    whole = batches_of(chosen, part=part)
    stop = data.draw(st.integers(0, len(whole) - 1))

    again = batches_of(chosen, part=part, cursor=whole[stop].cursor)

    rows = [row for batch in [*whole[: stop + 1], *again] for row in batch.rows.to_pylist()]
    assert [int(row["id"]) for row in rows] == [number for number in range(ROWS) if number % 7 != 3]
    assert [row["_row"] for row in rows] == list(range(1, len(rows) + 1))
    assert [batch.position for batch in whole] == sorted(batch.position for batch in whole)
    assert whole[-1].position == part.size


def test_a_file_that_was_written_again_stops_the_run(lake):
    chosen = config(lake)
    part = LAKE.partitions(chosen, "sales", Window()).parts[0]
    write(lake, "year=2024/month=05/part-0.parquet", {"id": [1], "town": ["x"]})

    with pytest.raises(FileChanged) as refused:
        batches_of(chosen, part=part)

    assert refused.value.details == {"name": "part-0.parquet"}


# --- What cannot be read --------------------------------------------------------------------------
def test_a_file_cut_short_is_set_aside_and_the_others_are_read(lake):
    file = lake / "year=2024/month=05/part-0.parquet"
    file.write_bytes(file.read_bytes()[:-100])

    (batch,) = batches_of(config(lake))

    assert batch.rows.num_rows == 400
    assert [(each.row, each.reason, each.details) for each in batch.rejected] == [
        (201, RejectionReason.PAGE_NOT_READ, {"why": "damaged: part-0.parquet"})
    ]
    assert batch.rows.column("_row")[200].as_py() == 202


def test_a_damaged_row_group_is_set_aside_and_the_next_one_is_read(lake):
    damage(lake / "year=2024/month=04/part-0.parquet", row_group=0)

    (batch,) = batches_of(config(lake))

    assert batch.rows.num_rows == 563
    assert [each.details for each in batch.rejected] == [{"why": "damaged: part-0.parquet, 1"}]


def test_a_text_that_is_not_utf_8_is_set_aside_with_its_column(folder):
    texts = pa.array([b"good", b"caf\xe9", b"fine"], pa.binary()).view(pa.string())
    write(folder, "a.parquet", {"id": [1, 2, 3], "note": texts})

    (batch,) = batches_of(config(folder))

    assert batch.rows.column("id").to_pylist() == ["1", "3"]
    assert [(each.row, each.details["column"]) for each in batch.rejected] == [(2, "note")]


def test_a_folder_without_parquet_is_told(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing")

    assert not LAKE.check(config(folder)).is_well
    with pytest.raises(NoParquet):
        LAKE.discover(config(folder))


@pytest.mark.parametrize("written", ["/etc", "../..", "sales/../../..", "gone"])
def test_a_folder_that_is_not_beneath_those_listed_is_refused(lake, written):
    with pytest.raises(FolderNotAllowed):
        LAKE.discover(config(written))


def test_a_link_that_leads_out_of_the_folder_is_not_followed(lake, tmp_path):
    outside = tmp_path / "outside"
    write(outside, "secret.parquet", {"id": [1]})
    (lake / "linked.parquet").symlink_to(outside / "secret.parquet")
    (lake.parent / "escape").symlink_to(outside)

    reading = LAKE.partitions(config(lake), "sales", Window())

    assert not [file for part in reading.parts for file in part.details["files"] if "linked" in file[0]]
    with pytest.raises(FolderNotAllowed):
        LAKE.discover(config("escape"))


def test_a_folder_can_be_named_from_those_listed(lake):
    assert LAKE.check(config("sales")).is_well


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"filters": ["nowhere = 1"]}, UnknownColumn),
        ({"columns": ["nowhere"]}, UnknownColumn),
        ({"partition_column": "town"}, UnknownColumn),
        ({"filters": ["id > soon"]}, ValueOfAnotherType),
    ],
)
def test_settings_that_the_files_do_not_fit_are_told(lake, options, error):
    with pytest.raises(error):
        LAKE.partitions(config(lake, **options), "sales", Window())


def test_a_sample_reads_the_first_rows_alone(lake):
    (batch, *_rest) = LAKE.sample(config(lake))

    assert 50 <= batch.rows.num_rows < 100


# --- A whole run ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_run_lands_the_whole_lake_in_its_parts(lake, lake_folder):
    settings = {"system": "lake", "folder": str(lake), "partition_column": "month", "rows_per_fetch": 150}
    run = collect(run_id=RunFactory(source=SourceFactory(kind="bigdata", config=settings)).pk)

    landed = [row for segment in run.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]

    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, ROWS, 0)
    assert sorted(int(row["id"]) for row in landed) == list(range(ROWS))
    assert {row["_part"] for row in landed} == {0, 1, 2}
    assert run.bytes_read == run.bytes_total
