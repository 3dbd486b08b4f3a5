"""Whole runs on files of each format, stopped after every batch and gone on with by another process."""

import pyarrow.parquet as pq
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.models import Run
from tests.collection.connectors.formats import FILES, RECORDS, small_steps
from tests.collection.connectors.workbooks import zipped
from tests.collection.factories import RunFactory, SourceFactory

__all__ = ["small_steps"]

pytestmark = pytest.mark.django_db(transaction=True)

CSV = b"id;name\n" + b"".join(f"{each['id']};{each['name']}\n".encode() for each in RECORDS)


def stopped_at_each_batch(run) -> Run:
    """The run, done by as many processes as it has batches: each is told to stop after its first one."""

    def stop(_now):
        raise SoftTimeLimitExceeded

    for _process in range(200):
        done = collect(run_id=run.pk, on_progress=stop)
        if done is not None:
            return done
    raise AssertionError("The run does not end.")


def landed(run, lake_folder):
    return [row for segment in run.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.usefixtures("small_steps")
def test_a_run_that_is_stopped_at_every_batch_loses_and_doubles_nothing(uploaded, lake_folder, name):
    config = uploaded(FILES[name]).model_dump(mode="json", exclude_none=True)
    run = RunFactory(source=SourceFactory(kind="file", config=config))

    run = stopped_at_each_batch(run)

    rows = landed(run, lake_folder)
    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 40, 0)
    assert [row["_row"] for row in rows] == list(range(1, 41))
    assert [row["name"] for row in rows] == [each["name"] for each in RECORDS]
    assert run.segments.count() > 4


def test_the_files_of_a_folder_land_in_one_run(settings, tmp_path, lake_folder):
    folder = tmp_path / "exports"
    folder.mkdir()
    settings.COLLECT_FOLDERS = [str(folder)]
    for rank in range(3):
        (folder / f"{rank}.csv").write_bytes(CSV)
    run = RunFactory(source=SourceFactory(kind="file", config={"folder": str(folder), "files": "*.csv"}))

    run = stopped_at_each_batch(run)

    rows = landed(run, lake_folder)
    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 120)
    assert [(row["_part"], row["_row"]) for row in rows] == [(part, row) for part in range(3) for row in range(1, 41)]
    # What the folder keeps is not kept a second time.
    assert not list(lake_folder.glob("files/**/*"))
    assert not list(settings.MEDIA_ROOT.glob(".incoming-*"))


def test_the_files_of_a_zip_land_in_one_run(uploaded, lake_folder):
    config = uploaded(zipped({"a.csv": CSV, "b.csv": CSV}), members="*.csv").model_dump(mode="json", exclude_none=True)

    run = collect(run_id=RunFactory(source=SourceFactory(kind="file", config=config)).pk)

    assert (run.state, run.rows_kept, run.segments.count()) == (RunState.SUCCEEDED, 80, 2)


def test_a_run_on_a_folder_whose_files_differ_says_which(settings, tmp_path):
    settings.COLLECT_FOLDERS = [str(tmp_path)]
    (tmp_path / "a.csv").write_text("x;y\n1;2\n")
    (tmp_path / "b.csv").write_text("x;z\n1;2\n")

    run = collect(run_id=RunFactory(source=SourceFactory(kind="file", config={"folder": str(tmp_path)})).pk)

    assert (run.state, run.error_code) == (RunState.FAILED, "file_columns_differ")
    assert run.error_details == {"name": "b.csv", "missing": "y", "added": "z"}
