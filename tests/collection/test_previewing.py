"""Trying a source: what it answers, and nothing kept of it."""

import gzip
from io import BytesIO

import pytest

from apps.collection import previewing
from apps.collection.exceptions import SourceRefused
from apps.collection.models import Run, StoredFile
from apps.collection.previewing import check_access, preview
from apps.collection.sourcing import keep_upload

pytestmark = pytest.mark.django_db

TABLE = "ville;habitants\nLille;236234\nRouen\nCaen;107229\n"


def sent(content, name="towns.csv"):
    stored = keep_upload(file=BytesIO(content), name=name)
    return {"upload": {"digest": stored.digest, "name": stored.name}}


def test_the_first_rows_are_shown_as_they_would_be_collected():
    found = preview(kind="file", config=sent(TABLE.encode()))

    assert [column.name for column in found.columns] == ["ville", "habitants"]
    assert found.rows == [["Lille", "236234"], ["Caen", "107229"]]
    assert [(each.row, each.reason) for each in found.rejected] == [(2, "too_few_columns")]
    assert found.detected["delimiter"] == "semicolon"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_of_a_large_file_only_the_beginning_is_read(lake_folder, pack):
    lines = b"".join(b"%d;some text to fill the file with\n" % number for number in range(200_000))
    config = sent(pack(b"number;text\n" + lines))
    before = sorted(lake_folder.rglob("*"))

    found = preview(kind="file", config=config, limit=5)

    assert [row[0] for row in found.rows] == ["0", "1", "2", "3", "4"]
    assert found.rejected == ()
    assert sorted(lake_folder.rglob("*")) == before
    assert (StoredFile.objects.count(), Run.objects.count()) == (1, 0)


def test_the_record_that_the_sample_cuts_is_not_taken_for_a_bad_one():
    row = b"a" * 1_000 + b";" + b"b" * 1_000 + b"\n"

    found = preview(kind="file", config=sent(b"one;two\n" + row * 1_000), limit=1_000)

    assert found.rejected == ()
    assert {len(cell) for cells in found.rows for cell in cells} == {200}


def test_a_kind_without_a_sample_of_its_own_is_read_as_in_a_run():
    found = preview(kind="tiny", config={"rows": 50, "rejected": [2]}, limit=6)

    assert [row[0] for row in found.rows] == ["name 1", "name 3", "name 4", "name 5", "name 6", "name 7"]
    assert [each.row for each in found.rejected] == [2]


def test_a_preview_is_bounded_in_batches_and_in_time(monkeypatch):
    by_batches = preview(kind="tiny", config={"rows": 50, "batch": 1}).rows
    monkeypatch.setattr(previewing, "SECONDS", 0)
    by_time = preview(kind="tiny", config={"rows": 50, "batch": 1}).rows

    assert (len(by_batches), len(by_time)) == (5, 1)


def test_settings_that_are_not_valid_are_told_by_field():
    with pytest.raises(SourceRefused) as refused:
        preview(kind="tiny", config={"rows": "many"})

    assert set(refused.value.fields) == {"config.rows"}


def test_access_is_checked():
    assert check_access(kind="tiny", config={}).is_well
    assert not check_access(kind="file", config={"upload": {"digest": "0" * 64, "name": "gone.csv"}}).is_well
