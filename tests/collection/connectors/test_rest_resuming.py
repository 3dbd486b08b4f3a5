"""Whole runs over an API, and readings that stop anywhere: each record of the source once, no other."""

import json
from collections import Counter
from itertools import islice

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.collection.collecting import collect
from apps.collection.connectors.base import Window
from apps.collection.connectors.rest import RestConnector, reading
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.enums import RunState
from apps.collection.models import Rejection
from apps.collection.previewing import check_access, preview
from apps.collection.requesting import pause_run, request_run, resume_run, retry_run
from apps.collection.sourcing import change_source, create_source, open_source
from tests.collection.connectors.api import Api, as_json, records
from tests.collection.connectors.test_rest_pages import WAYS
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.http.conftest import page

REST = RestConnector()


@pytest.fixture
def batch_of_a_page(monkeypatch):
    monkeypatch.setattr(reading, "BATCH_RECORDS", 1)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    way=st.sampled_from(list(WAYS)),
    count=st.integers(0, 40),
    size=st.integers(1, 15),
    concurrency=st.sampled_from([1, 3]),
    lived=st.lists(st.integers(1, 3), min_size=50, max_size=50),
)
def test_a_reading_that_stops_after_any_batch_and_goes_on_gives_each_record_once(
    api: Api, batch_of_a_page, way, count, size, concurrency, lived
):
    api.rows, api.size = records(count), size
    config = RestConfig(url=api.serve("/table", getattr(api, way)), concurrency=concurrency, **WAYS[way])
    part = REST.partitions(config, config.name, Window()).parts[0]
    found, cursor = [], None

    for batches in [*lived, None]:  # how many batches each process gives before it dies; the last one lives
        taken = list(islice(REST.read(config, part, cursor), batches))
        found += [row for batch in taken for row in batch.rows.to_pylist()]
        cursor = json.loads(json.dumps(taken[-1].cursor)) if taken else cursor

    assert [(int(row["id"]), row["_row"]) for row in found] == [(rank, rank) for rank in range(1, count + 1)]
    assert list(REST.read(config, part, cursor)) == [] or cursor is None


def landed(run, folder):
    return [row for segment in run.segments.all() for row in pq.read_table(folder / segment.name).to_pylist()]


@pytest.mark.django_db(transaction=True)
def test_a_run_lands_every_record_of_an_api(api: Api, lake_folder):
    api.rows[4] = "not a record"
    source = SourceFactory(kind="rest", config={"url": api.serve("/towns", api.by_offset), "concurrency": 2})

    run = collect(run_id=RunFactory(source=source).pk)

    rows = landed(run, lake_folder)
    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 24, 1)
    assert [row["id"] for row in rows] == [str(rank) for rank in range(1, 26) if rank != 5]
    assert rows[-1] | {"_run": 0} == {
        "id": "25",
        "name": "name 25",
        "score": "12.5",
        "_run": 0,
        "_part": 0,
        "_seq": 0,
        "_row": 25,
    }
    assert Rejection.objects.get().row == 5


@pytest.mark.django_db(transaction=True)
def test_a_run_that_failed_in_the_middle_goes_on_with_the_page_that_failed(api: Api, lake_folder, batch_of_a_page):
    broken = {"3"}

    def answer(params):
        return page(b"", status=400) if params.get("page") in broken else api.by_page(params)

    source = SourceFactory(kind="rest", config={"url": api.serve("/towns", answer), "pagination": "page"})
    run = collect(run_id=RunFactory(source=source).pk)
    assert (run.state, run.error_code, run.rows_kept) == (RunState.FAILED, "nothing_there", 20)
    broken.clear()
    api.asked.clear()

    again = collect(run_id=retry_run(run=run, by=None).pk)

    assert (again.state, again.rows_kept) == (RunState.SUCCEEDED, 25)
    assert [row["id"] for row in landed(again, lake_folder)] == [str(rank) for rank in range(1, 26)]
    assert [params["page"] for params in api.asked] == ["3", "4"]


@pytest.mark.django_db(transaction=True)
def test_a_secret_given_for_another_site_is_not_sent_to_the_one_that_a_paused_run_reads(
    api: Api, sites, batch_of_a_page
):
    other = sites()
    settings = {"pagination": "page", "auth": "bearer"}
    here = settings | {"url": api.serve("/towns", api.by_page), "token": "first"}
    fields = {"purpose": "Testing", "legal_basis": "no_personal_data"}
    source = open_source(source=create_source(name="Towns", kind="rest", config=here, by=None, **fields), by=None)
    run = request_run(source=source, by=None)
    collect(run_id=run.pk, on_progress=lambda run: pause_run(run=run, by=None))
    there = settings | {"url": other.url("/towns"), "token": "second"}
    change_source(source=source, changes={"config": there}, by=None)
    resume_run(run=run, by=None)

    done = collect(run_id=run.pk)

    assert (done.state, done.error_code, done.rows_kept) == (RunState.FAILED, "source_moved", 10)
    assert {seen.headers["Authorization"] for seen in api.site.requests} == {"Bearer first"}
    assert not other.requests


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_refusals_costs_time_and_no_record(api: Api, lake_folder, batch_of_a_page, settings):
    """Each page is refused more often than a call tries: the run itself comes back, where it was."""
    settings.OUTBOUND_MAX_TRIES, settings.COLLECT_RETRY_SECONDS = 2, 60
    refused = Counter()

    def answer(params):
        refused[params.get("page")] += 1
        if refused[params.get("page")] <= 3:
            return page(b"", status=429, headers={"Retry-After": "0"})
        return api.by_page(params)

    api.rows = records(45)
    config = {"url": api.serve("/towns", answer), "pagination": "page", "concurrency": 3}

    run = collect(run_id=RunFactory(source=SourceFactory(kind="rest", config=config)).pk)

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 45)
    assert [row["id"] for row in landed(run, lake_folder)] == [str(rank) for rank in range(1, 46)]
    assert run.events.filter(code="retried").exists()


def test_an_api_is_previewed_from_its_first_page(api: Api):
    api.rows[2] = 5
    config = {"url": api.serve("/towns", api.by_offset)}

    shown = preview(kind="rest", config=config, limit=5)

    assert [column.name for column in shown.columns] == ["id", "name", "score"]
    assert shown.rows[0] == ["1", "name 1", "0.5"]
    assert [each.row for each in shown.rejected] == [3]
    assert shown.detected["pagination"] == "offset"
    assert check_access(kind="rest", config=config).is_well


def test_records_that_come_while_pages_are_read_are_neither_lost_nor_doubled(api: Api, batch_of_a_page):
    """Appended at the end, as most APIs sort them."""

    def answer(params):
        api.rows = records(min(len(api.rows) + 3, 60))
        return as_json(api.cut(int(params.get("offset", 0))))

    config = RestConfig(url=api.serve("/table", answer), pagination="offset", concurrency=3)
    part = REST.partitions(config, config.name, Window()).parts[0]

    rows = [row["id"] for batch in REST.read(config, part, None) for row in batch.rows.to_pylist()]

    assert rows == [str(rank) for rank in range(1, len(rows) + 1)]
    assert len(rows) >= 40
