"""Whole runs of databases: from a source to its segments, through failures and resumptions."""

import pyarrow.parquet as pq
import pytest

from apps.collection import reading
from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.requesting import retry_run
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    return request.getfixturevalue(request.param)


def source(config, **fields):
    settings = config.model_dump(mode="json", exclude_none=True)
    return SourceFactory(kind="sql", config=settings, **fields)


def landed(run, lake_folder):
    return [row for segment in run.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]


def test_a_table_lands_whole_in_parts(server, lake_folder):
    server.run("CREATE TABLE t (id int PRIMARY KEY, name varchar(20), note text)")
    server.insert("t", [[number, f"n {number}", None if number % 2 else ""] for number in range(1_000)])

    run = collect(run_id=RunFactory(source=source(server.open_config(table="t", parts=3, batch_rows=100))).pk)

    rows = landed(run, lake_folder)
    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 1_000)
    assert sorted(int(row["id"]) for row in rows) == list(range(1_000))
    assert {row["note"] for row in rows if int(row["id"]) % 2} == {None}
    assert {row["_part"] for row in rows} == {0, 1, 2}


def test_a_column_that_is_not_asked_for_does_not_land(server, lake_folder):
    server.run("CREATE TABLE t (id int PRIMARY KEY, name varchar(20))")
    server.insert("t", [[number, "secret"] for number in range(10)])

    run = collect(run_id=RunFactory(source=source(server.open_config(table="t"), columns=["id"])).pk)

    assert run.rows_kept == 10
    assert "name" not in landed(run, lake_folder)[0]


@pytest.mark.parametrize("is_keyed", [True, False], ids=["with a key", "without a key"])
def test_a_run_that_breaks_anywhere_goes_on_without_losing_or_doubling(server, lake_folder, monkeypatch, is_keyed):
    server.run(f"CREATE TABLE t (id int {'PRIMARY KEY' if is_keyed else ''})")
    server.insert("t", [[number] for number in range(1_000)])
    run = RunFactory(source=source(server.open_config(table="t", batch_rows=100)))
    record_batch, batches = reading.record_batch, []

    def failing(**given):
        batches.append(1)
        if len(batches) % 3 == 0:
            raise OSError("The power failed.")
        return record_batch(**given)

    monkeypatch.setattr(reading, "record_batch", failing)
    for _attempt in range(20):
        run = collect(run_id=run.pk)
        if run.state == RunState.SUCCEEDED:
            break
        run = retry_run(run=run, by=None)

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 1_000)
    assert sorted(int(row["id"]) for row in landed(run, lake_folder)) == list(range(1_000))


def test_the_copy_of_what_has_no_key_goes_with_the_run(server):
    server.run("CREATE TABLE t (v int)", "INSERT INTO t VALUES (1)")

    run = collect(run_id=RunFactory(source=source(server.open_config(table="t"))).pk)

    assert [stored.name for stored in run.files.all()] == ["t.parquet"]


def test_a_run_of_what_does_not_exist_says_so(server):
    run = collect(run_id=RunFactory(source=source(server.open_config(table="nothing"))).pk)

    assert (run.state, run.error_kind, run.error_code) == (RunState.FAILED, "config", "database_table_not_found")
    assert run.error_details == {"table": "nothing"}
