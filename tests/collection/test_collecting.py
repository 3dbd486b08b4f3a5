"""The runner: what lands, what is set aside, and what a run becomes whatever happens to it."""

import errno
import json
import logging
import os
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pyarrow.parquet as pq
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone

from apps.collection import reading
from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.requesting import cancel_run, retry_run
from apps.collection.sourcing import keep_upload
from apps.core.leases import reap_all
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(hours=1)


def collected(*, on_progress=None, **fields):
    """A source with these fields, collected once."""
    return collect(run_id=RunFactory(source=SourceFactory(**fields)).pk, on_progress=on_progress)


def landed(run, lake_folder):
    """All the rows of a run, in order."""
    return [row for segment in run.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]


def test_a_run_lands_every_record_with_where_it_comes_from(lake_folder):
    run = collected(config={"rows": 10, "batch": 4, "parts": 2})

    rows = landed(run, lake_folder)

    assert (run.state, run.rows_read, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 20, 20, 0)
    assert rows[0] == {"name": "name 1", "value": "value 1", "_run": run.pk, "_part": 0, "_seq": 0, "_row": 1}
    assert rows[-1] == {"name": "name 10", "value": "value 10", "_run": run.pk, "_part": 1, "_seq": 2, "_row": 10}
    assert (run.bytes_read, run.bytes_total) == (200, 200)


def test_a_segment_is_named_and_described_as_it_is_in_the_lake(lake_folder):
    run = collected(config={"rows": 5, "batch": 4})

    segments = list(run.segments.all())

    assert [segment.name for segment in segments] == [f"runs/{run.pk}/p0-{seq:06d}-1.parquet" for seq in range(2)]
    for segment in segments:
        content = (lake_folder / segment.name).read_bytes()
        assert (segment.size, segment.sha256) == (len(content), sha256(content).hexdigest())
    assert pq.ParquetFile(lake_folder / segments[0].name).metadata.row_group(0).column(0).compression == "ZSTD"


def test_where_a_record_comes_from_has_types_of_its_own(lake_folder):
    run = collected()

    schema = pq.read_schema(lake_folder / run.segments.first().name)

    assert {field.name: str(field.type) for field in schema} == {
        "name": "string",
        "value": "string",
        "_run": "int64",
        "_part": "int16",
        "_seq": "int32",
        "_row": "int64",
    }


def test_a_column_that_is_not_to_be_collected_never_lands(lake_folder):
    run = collected(columns=["value"], config={"rejected": [2], "rows": 100})

    (first, *_rest) = landed(run, lake_folder)

    assert set(first) == {"value", "_run", "_part", "_seq", "_row"}
    assert b"name" not in b"".join(path.read_bytes() for path in lake_folder.rglob("*.parquet"))
    assert run.rejections.get().text == ""


def test_a_record_that_cannot_be_read_is_kept_aside_with_its_reason():
    run = collected(config={"rows": 100, "rejected": [7, 50]})

    rejection = run.rejections.first()

    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 98, 2)
    assert (rejection.part, rejection.row, rejection.reason) == ("p0", 7, "too_few_columns")
    assert rejection.details == {"expected": 2, "found": 1}
    assert rejection.text == "someone@example.org, record 7"


def test_the_text_of_rejected_records_is_not_kept_where_the_source_says_so():
    run = collected(is_rejected_text_kept=False, config={"rows": 100, "rejected": [7]})

    assert (run.rejections.get().row, run.rejections.get().text) == (7, "")


def test_too_many_rejected_records_close_the_gate_and_lose_nothing(lake_folder):
    run = collected(config={"rows": 10, "rejected": [1, 2]}, max_rejected_share=10)

    assert run.state == RunState.HELD
    assert [check.name for check in run.judged.blocking] == ["rejected_share"]
    assert (len(landed(run, lake_folder)), run.rejections.count()) == (8, 2)


def test_an_empty_source_is_held():
    run = collected(config={"rows": 0})

    assert run.state == RunState.HELD
    assert [check.name for check in run.judged.blocking] == ["records_read"]


def test_a_column_that_the_last_run_had_and_that_is_gone_closes_the_gate_before_anything_is_read():
    source = SourceFactory()
    collect(run_id=RunFactory(source=source).pk)
    source.config = {"columns": ["name", "other"]}
    source.save()

    run = collect(run_id=RunFactory(source=source).pk)

    assert run.state == RunState.HELD
    assert [(check.name, check.measured) for check in run.judged.blocking] == [
        ("columns_present", "value"),
        ("read_to_the_end", "columns"),
    ]
    assert run.rows_read == 0
    assert [(check.name, check.measured) for check in run.judged.warnings] == [("columns_known", "other")]


def test_a_run_stops_once_its_limit_of_rejected_records_is_passed(lake_folder):
    run = collected(config={"rows": 100, "batch": 10, "rejected": [*range(1, 31)]}, max_rejected_rows=15)

    assert run.state == RunState.HELD
    assert {check.name for check in run.judged.blocking} >= {"rejected_rows", "read_to_the_end"}
    assert (run.rows_read, run.rejections.count()) == (20, 20)


def test_a_run_that_nobody_waits_for_is_left_alone():
    run = RunFactory(state=RunState.SUCCEEDED)

    assert collect(run_id=run.pk) is None


def test_what_is_wrong_outside_is_told_in_the_run_and_what_landed_stays(lake_folder):
    run = collected(config={"breaks_after": 2})

    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "transient", "source_unavailable")
    assert run.error_details == {"host": "example.org"}
    assert (run.rows_kept, len(landed(run, lake_folder))) == (8, 8)
    assert run.finished_at
    assert not run.is_held


def test_a_bug_is_loud_in_the_log_and_its_text_stays_out_of_the_run(caplog):
    with caplog.at_level(logging.ERROR):
        run = collected(config={"breaks_after": 1, "error": "bug"})

    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "bug", "collection_unexpected")
    assert "Camille" not in json.dumps(run.error_details)
    assert [record.message for record in caplog.records] == ["run_failed"]
    assert caplog.records[0].exc_info


def test_a_disk_that_is_full_is_told(monkeypatch):
    def fail(**_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(reading, "write_segment", fail)
    run = collected()

    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "transient", "no_room")


def test_a_file_is_collected_however_long_its_name_is():
    stored = keep_upload(file=BytesIO(b"name;value\na;1\n"), name="n" * 255)

    run = collected(kind="file", config={"upload": {"digest": stored.digest, "name": stored.name}})

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 1)


@pytest.mark.parametrize("found", [["other"], ["name"], ["name", "value", "more"]])
def test_a_source_that_is_replaced_while_it_is_read_fails_for_now(found):
    run = collected(config={"replaced": found})

    assert (run.state, run.error_code) == (RunState.FAILED, "source_columns_changed")


@pytest.mark.parametrize("name", ["_run", "_part", "_seq", "_row"])
def test_a_column_named_as_one_of_ours_is_refused_by_name(name):
    run = collected(config={"columns": ["name", name]})

    assert (run.state, run.error_code, run.error_details) == (
        RunState.FAILED,
        "source_reserved_column",
        {"column": name},
    )


def test_a_retried_run_goes_on_after_what_landed(lake_folder):
    run = collected(config={"rows": 20, "breaks_after": 3, "rejected": [6], "parts": 2}, max_rejected_share=50)
    files = {path: path.stat().st_mtime_ns for path in lake_folder.rglob("*.parquet")}
    repaired(run)

    run = collect(run_id=retry_run(run=run, by=None).pk)

    rows = landed(run, lake_folder)
    assert (run.state, run.rows_kept, run.rows_rejected, run.error_code) == (RunState.SUCCEEDED, 38, 2, "")
    assert [(row["_part"], row["_row"]) for row in rows] == [
        (part, row) for part in range(2) for row in range(1, 21) if row != 6
    ]
    assert len(files) == 3
    assert all(path.stat().st_mtime_ns == written for path, written in files.items())


def test_a_retried_run_goes_on_from_where_it_was_though_another_has_read_since(lake_folder):
    run = collected(config={"rows": 20, "breaks_after": 3, "rejected": [6]}, max_rejected_share=50)
    repaired(run)
    collect(run_id=RunFactory(source=run.source).pk)

    run = collect(run_id=retry_run(run=run, by=None).pk)

    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 19, 1)
    assert [row["_row"] for row in landed(run, lake_folder)] == [row for row in range(1, 21) if row != 6]


def repaired(run):
    """The world is well again: neither the source nor what the run is set to read breaks any more."""
    run.plan["config"].pop("breaks_after")
    run.source.config.pop("breaks_after")
    run.save()
    run.source.save()


def test_what_a_run_reads_is_pinned_when_it_starts(lake_folder):
    run = RunFactory(source=SourceFactory(config={"rows": 20}))

    def change(_now):
        run.source.config, run.source.columns = {"rows": 8}, ["name"]
        run.source.save()
        raise SoftTimeLimitExceeded

    collect(run_id=run.pk, on_progress=change)
    run = collect(run_id=run.pk)

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 20)
    assert "value" in landed(run, lake_folder)[-1]


def test_a_new_run_reads_everything_again():
    first = collected(config={"rows": 10})

    second = collect(run_id=RunFactory(source=first.source).pk)

    assert (second.rows_kept, second.segments.count()) == (10, 3)
    assert [run.pk for run in first.source.feeding_runs()] == [second.pk]


@pytest.mark.parametrize("stop", [SoftTimeLimitExceeded, KeyboardInterrupt, SystemExit])
def test_a_process_that_is_told_to_stop_gives_the_run_back(stop):
    run = RunFactory(source=SourceFactory(config={"rows": 20}))

    def interrupt(_now):
        raise stop

    if stop is SoftTimeLimitExceeded:
        assert collect(run_id=run.pk, on_progress=interrupt) is None
    else:
        with pytest.raises(stop):
            collect(run_id=run.pk, on_progress=interrupt)
    given_back = Run.objects.get()

    assert (given_back.state, given_back.is_held, given_back.lease_count) == (RunState.WAITING, False, 0)
    assert collect(run_id=run.pk).rows_kept == 20


def test_a_run_taken_over_is_left_to_whoever_has_it(lake_folder):
    run = RunFactory(source=SourceFactory(config={"rows": 20}))

    def taken_over(_now):
        reap_all(now=timezone.now() + LATER)
        collect(run_id=run.pk)

    assert collect(run_id=run.pk, on_progress=taken_over) is None

    done = Run.objects.get()
    assert (done.state, done.rows_kept) == (RunState.SUCCEEDED, 20)
    assert [row["_row"] for row in landed(done, lake_folder)] == [*range(1, 21)]


def test_a_cancelled_run_stops_after_the_batch_that_is_landing():
    source = SourceFactory(config={"rows": 20})

    run = collect(run_id=RunFactory(source=source).pk, on_progress=lambda now: cancel_run(run=now, by=None))

    assert (run.state, run.rows_kept, run.segments.count()) == (RunState.CANCELLED, 4, 1)
    assert run.finished_at


def test_a_cancelled_run_whose_worker_died_is_not_read_any_further():
    run = RunFactory(state=RunState.WAITING, cancel_requested_at=timezone.now())

    assert collect(run_id=run.pk).state == RunState.CANCELLED


def test_a_run_that_kills_its_workers_is_given_up():
    run = RunFactory()

    for _death in range(5):
        Run.objects.waiting().claim(run.pk, now=timezone.now(), for_=timedelta(minutes=1), state=RunState.RUNNING)
        reap_all(now=timezone.now() + LATER)

    run.refresh_from_db()
    assert (run.state, run.error_code, run.error_details) == (RunState.FAILED, "workers_died", {"takes": 5})


def test_a_database_out_of_reach_is_raised_and_leaves_the_run_to_be_resumed(monkeypatch):
    run = RunFactory()

    def fail(**_arguments):
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(reading, "record_batch", fail)
        with pytest.raises(OperationalError):
            collect(run_id=run.pk)
    reap_all(now=timezone.now() + LATER)

    assert collect(run_id=run.pk).rows_kept == 10


def test_a_text_that_the_database_cannot_hold_is_kept_as_near_as_can_be():
    run = collected(config={"rows": 2, "rejected": [1], "text": "unstorable"}, max_rejected_share=100)

    assert run.rejections.get().text == "\N{REPLACEMENT CHARACTER}?" + "é" * 1_998
