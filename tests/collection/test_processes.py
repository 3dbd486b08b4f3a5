"""Processes that die, in the middle of a run: nothing is lost, nothing is doubled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.utils import timezone
from pyarrow import csv

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.requesting import cancel_run, retry_run
from apps.collection.sourcing import keep_upload
from apps.collection.tasks import collect_run, start_waiting_runs
from apps.core.leases import reap_all
from apps.core.tasks import reap_leases
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.killed import POINTS
from tests.collection.workers import (
    LATER,
    assert_segments_are_as_recorded,
    broker,
    forks,
    kill_all,
    start_worker,
    store,
    wait_until,
)
from tests.forks import DEAD

__all__ = ["broker", "forks", "start_worker", "store"]

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("collection_processes"),
]

# Some fifteen batches: long enough to be killed in the middle on any machine.
RECORDS = 500_000


# --- A process that dies at a chosen instant ------------------------------------------------------
MOMENTS = [
    *((point, 1) for point in POINTS),
    ("the file is written, not renamed", 5),
    ("the file is renamed, not recorded", 3),
    ("in the transaction", 3),
    ("the batch is recorded", 3),
    ("a part is complete", 2),
]


@pytest.mark.parametrize(("point", "crossing"), MOMENTS, ids=lambda value: str(value))
def test_a_process_may_die_at_any_moment(forks, lake_folder, point, crossing):
    source = SourceFactory(config={"rows": 20, "batch": 6, "parts": 2, "rejected": [3, 14]}, max_rejected_share=20)
    run = RunFactory(source=source)
    assert forks.run("tests.collection.killed", run.pk, point, crossing, lake=lake_folder) == DEAD
    assert Run.objects.get().state == RunState.RUNNING

    reap_all(now=timezone.now() + LATER)
    done = collect(run_id=run.pk)

    rows = [row for segment in done.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]
    kept = [row for row in range(1, 21) if row not in {3, 14}]
    assert (done.state, done.rows_read, done.rows_kept, done.rows_rejected) == (RunState.SUCCEEDED, 40, 36, 4)
    assert [(row["_part"], row["_row"]) for row in rows] == [(part, row) for part in range(2) for row in kept]
    rejected = done.rejections.values_list("part", "row")
    assert sorted(rejected) == [("p0", 3), ("p0", 14), ("p1", 3), ("p1", 14)]
    assert_segments_are_as_recorded(done, lake_folder)


# --- Two at once ----------------------------------------------------------------------------------
def test_of_many_that_want_a_run_one_has_it():
    run = RunFactory(source=SourceFactory(config={"rows": 200}))
    barrier = threading.Barrier(6)

    def work(_index):
        try:
            barrier.wait()
            return collect(run_id=run.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        done = [each for each in pool.map(work, range(6)) if each is not None]

    assert len(done) == 1
    assert (done[0].rows_kept, done[0].lease_count) == (200, 1)


# --- A real worker, on a real file ----------------------------------------------------------------
@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    """RECORDS records of five columns; `amount` is 7 times `id`."""
    numbers = pa.array(range(1, RECORDS + 1))
    columns = {
        "id": numbers,
        "amount": pc.multiply(numbers, 7),
        "label": pc.binary_join_element_wise("a label, or number ", numbers.cast(pa.string()), ""),
        "town": pa.repeat(pa.scalar("Saint-Étienne-du-Rouvray"), RECORDS),
        "filler": pa.repeat(pa.scalar("x" * 50), RECORDS),
    }
    path = tmp_path_factory.mktemp("big") / "big.csv"
    csv.write_csv(pa.table(columns), path)
    return path


@pytest.fixture
def run(big_file):
    with big_file.open("rb") as file:
        stored = keep_upload(file=file, name="big.csv")
    config = {"upload": {"digest": stored.digest, "name": stored.name}}
    return RunFactory(source=SourceFactory(kind="file", config=config))


def wait_for_segments(run, worker):
    """Until the run is well under way."""

    def is_under_way():
        assert worker.poll() is None, "the worker did not start"
        run.refresh_from_db()
        assert not run.is_over, f"too late: {run.state} {run.error_code}"
        return run.segments.count() >= 3

    wait_until(is_under_way)


def assert_everything_landed_once(run, lake_folder):
    tables = [
        pq.read_table(lake_folder / segment.name, columns=["id", "amount", "_row"]) for segment in run.segments.all()
    ]
    landed = pa.concat_tables(tables)
    ids = landed["id"].cast(pa.int64())
    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, RECORDS, 0)
    assert ids.equals(pa.chunked_array([range(1, RECORDS + 1)]))
    assert landed["_row"].equals(pa.chunked_array([range(1, RECORDS + 1)]))
    assert pc.sum(landed["amount"].cast(pa.int64())).as_py() == 7 * RECORDS * (RECORDS + 1) // 2
    assert_segments_are_as_recorded(run, lake_folder)


def test_a_run_whose_worker_is_killed_is_finished_by_the_next_one(start_worker, broker, run, lake_folder):
    worker = start_worker()
    collect_run.apply_async([run.pk], connection=broker)
    wait_for_segments(run, worker)
    kill_all(worker)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    landed = {segment.pk for segment in run.segments.all()}
    second = start_worker()

    def is_over():
        assert second.poll() is None, "the worker did not start"
        # What the clock asks of workers each minute.
        reap_leases.apply_async(connection=broker)
        start_waiting_runs.apply_async(connection=broker)
        sleep(0.5)
        run.refresh_from_db()
        return run.is_over

    wait_until(is_over)
    assert run.lease_count == 2
    assert landed < {segment.pk for segment in run.segments.all()}
    assert_everything_landed_once(run, lake_folder)


def test_a_run_that_is_cancelled_stops_and_may_go_on_later(start_worker, broker, run, lake_folder):
    worker = start_worker()
    collect_run.apply_async([run.pk], connection=broker)
    wait_for_segments(run, worker)

    cancel_run(run=run, by=None)
    wait_until(lambda: Run.objects.get().is_over)
    cancelled = Run.objects.get()
    retry_run(run=run, by=None)
    collect_run.apply_async([run.pk], connection=broker)
    wait_until(lambda: Run.objects.get().is_over)

    assert cancelled.state == RunState.CANCELLED
    assert 0 < cancelled.rows_kept < RECORDS
    assert_everything_landed_once(Run.objects.get(), lake_folder)
