"""A real worker that reads sources of several kinds, killed at ten random instants: every row lands, each once.

The instants are told where the test fails: `KILLS_SEED=… pytest …` draws them again. Files are killed in the same way
in `tests/collection/test_processes.py`, and the program that visits sites in `test_web_visit.py`.
"""

import os
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.requesting import retry_run
from apps.collection.tasks import collect_run
from tests.collection.connectors.api import Api, Params
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.workers import (
    assert_segments_are_as_recorded,
    broker,
    kill_all,
    start_worker,
    store,
    take_back,
    wait_until,
)
from tests.core.http.conftest import Answer, page

__all__ = ["broker", "start_worker", "store"]

# In the group of Spark, which one of its sources is.
pytestmark = [
    pytest.mark.processes,
    pytest.mark.bigdata,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("spark"),
]

KILLS = 10
# A life lasts until one of the sources has landed up to this many batches, and up to this many seconds more.
MOST_BATCHES, MORE_S = 6, 0.15
# More than ten lives land. Some sources give theirs while others are still asked for their first: those have more.
BATCHES, BATCHES_OF_THE_QUICK = 150, 450
# The least that each source must have seen of them: a quick one may be over before the last.
LEAST_DEATHS = 2
# The least that connectors put in one.
ROWS_OF_A_BATCH, RECORDS_OF_A_BATCH = 100, 10_000


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A source of `rows` records, whose `id` goes from 0 on, and the port that a worker must be let call."""

    kind: str
    config: dict[str, Any]
    rows: int = BATCHES * ROWS_OF_A_BATCH
    port: int | None = None


# --- The sources ----------------------------------------------------------------------------------
@pytest.fixture
def rest(api: Api, over: threading.Event) -> Origin:
    """An API that takes its time for each page, which makes a batch."""
    rows = RECORDS_OF_A_BATCH * BATCHES // 2

    def answer(params: Params) -> Answer:
        start = int(params.get("offset", 0))
        records = ",".join(f'{{"id":{number}}}' for number in range(start, min(start + RECORDS_OF_A_BATCH, rows)))
        over.wait(0.05)
        return page(f"[{records}]".encode(), headers={"Content-Type": "application/json"})

    config = {"url": api.serve("/table", answer), "pagination": "offset", "concurrency": 2}
    return Origin(kind="rest", config=config, rows=rows, port=api.site.port)


@pytest.fixture
def sql(postgres) -> Origin:
    """A table that is read in three parts."""
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, label text)")
    rows = BATCHES_OF_THE_QUICK * ROWS_OF_A_BATCH
    postgres.insert("t", [[number, f"number {number}"] for number in range(rows)])
    config = postgres.open_config(table="t", batch_rows=ROWS_OF_A_BATCH, parts=3)
    return Origin(kind="sql", config=config.model_dump(mode="json", exclude_none=True), port=config.port, rows=rows)


@pytest.fixture
def lake(settings, tmp_path) -> Origin:
    """Partitions, with row groups smaller and larger than a batch."""
    folder = tmp_path / "lake of others"
    for month in range(BATCHES_OF_THE_QUICK // 10):
        start = month * 10 * ROWS_OF_A_BATCH
        path = folder / f"month={month}" / "part.parquet"
        path.parent.mkdir(parents=True)
        numbers = pa.table({"id": range(start, start + 10 * ROWS_OF_A_BATCH)})
        pq.write_table(numbers, path, row_group_size=[37, 150, 1_000][month % 3])
    config = {"system": "lake", "folder": str(folder), "rows_per_fetch": ROWS_OF_A_BATCH}
    return Origin(kind="bigdata", config=config, rows=BATCHES_OF_THE_QUICK * ROWS_OF_A_BATCH)


@pytest.fixture
def hive(spark) -> Origin:
    """A query with a key, sent to Spark."""
    config = {
        "host": "127.0.0.1",
        "port": spark,
        "user": "ecluse",
        "query": f"SELECT CAST(id AS INT) AS id FROM range({BATCHES * ROWS_OF_A_BATCH})",  # noqa: S608 -- a number of ours
        "rows_per_fetch": ROWS_OF_A_BATCH,
        "key_columns": ["id"],
    }
    return Origin(kind="bigdata", config=config, port=spark)


# --- The property ---------------------------------------------------------------------------------
def test_a_worker_that_is_killed_ten_times_lands_every_row_of_each_kind_once(
    rest, sql, lake, hive, start_worker, broker, lake_folder, tmp_path
):
    origins = [rest, sql, lake, hive]
    runs = [RunFactory(source=SourceFactory(kind=each.kind, config=each.config)) for each in origins]
    variables = {
        "COLLECT_FOLDERS": str(tmp_path),
        "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.1/32",
        "OUTBOUND_ALLOWED_PORTS": ",".join(str(each.port) for each in origins if each.port),
        "OUTBOUND_REQUESTS_PER_SECOND": "0",
    }

    deaths = [0] * len(runs)
    for chosen, batches, seconds in instants():
        worker = start_worker(concurrency=len(runs), **variables)
        hand_out(runs, broker)
        going_on = [run for run in runs if not is_over(run)]
        wait_for(going_on[int(chosen * len(going_on))], batches)
        threading.Event().wait(seconds)
        kill_all(worker)
        deaths = [count + (not is_over(run) and run.is_held) for count, run in zip(deaths, runs, strict=True)]
        give_back(runs)
    assert min(deaths) >= LEAST_DEATHS, deaths
    start_worker(concurrency=len(runs), **variables)
    hand_out(runs, broker)
    wait_until(lambda: not Run.objects.active().exists())

    for run, origin in zip(runs, origins, strict=True):
        run.refresh_from_db()
        assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, origin.rows, 0)
        tables = [pq.read_table(lake_folder / each.name, columns=["id"]) for each in run.segments.all()]
        ids = pa.concat_tables(tables)["id"].combine_chunks().cast(pa.int64())
        assert ids.sort().equals(pa.array(range(origin.rows)))
        assert_segments_are_as_recorded(run, lake_folder)


def instants() -> Iterator[tuple[float, int, float]]:
    """When to kill: once which of the runs (0 the first, under 1 the last) has landed how many batches of its own, and
    how many seconds later.
    """
    seed = int(os.environ.get("KILLS_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"KILLS_SEED={seed}")  # noqa: T201 -- pytest shows it where the test fails
    chance = random.Random(seed)
    for _kill in range(KILLS):
        yield chance.random(), chance.randint(0, MOST_BATCHES), chance.uniform(0, MORE_S)


def hand_out(runs: list[Run], broker: Any) -> None:
    for run in (run for run in runs if not is_over(run)):
        collect_run.apply_async([run.pk], connection=broker)


def wait_for(run: Run, batches: int) -> None:
    """Until this run is being read and has landed so many batches more, or is over."""
    before = run.segments.count()
    wait_until(lambda: is_over(run) or (run.is_held and run.segments.count() >= before + batches))


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    assert not run.is_over or run.state == RunState.SUCCEEDED, f"{run.state} {run.error_code}"
    return run.is_over


def give_back(runs: list[Run]) -> None:
    """What the clock does after a death; a run that had too many of them waits for a person, who tries it again."""
    for run in runs:
        run.refresh_from_db()
        if run.lease_owner:
            take_back(run)
    for run in runs:
        run.refresh_from_db()
        if run.error_code == "workers_died":
            retry_run(run=run, by=None)
