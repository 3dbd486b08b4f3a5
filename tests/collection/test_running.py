"""How a run stops and goes on: patience, pauses, limits, hours."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.enums import EventCode, Reaction, RunState, Trigger
from apps.collection.exceptions import RateLimited, RunNotPaused, Transient
from apps.collection.models import Run
from apps.collection.requesting import cancel_run, pause_run, resume_run
from apps.collection.tasks import start_waiting_runs
from apps.collection.telling import event_text
from apps.core.schedules import dispatch_schedules
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.running import collected, flaky, landed
from tests.collection.tiny import TINY, Tiny, TinyConfig

__all__ = ["flaky"]

pytestmark = pytest.mark.django_db(transaction=True)


# --- Patience -------------------------------------------------------------------------------------
class Tired(Tiny):
    """One that does not say at once what there is to read."""

    def __init__(self, failures, retry_after=0.01, then=lambda: None):
        self.failures, self.retry_after, self.then = failures, retry_after, then

    def partitions(self, config, stream, window):
        if self.failures:
            self.failures -= 1
            self.then()
            error = Transient(host="example.org")
            error.retry_after = self.retry_after
            raise error
        return super().partitions(config, stream, window)


def test_what_may_pass_is_tried_again_from_the_last_batch_that_landed(flaky, lake_folder):
    flaky(failures=3)

    run = collected(config={"rows": 40, "batch": 4})

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 40)
    assert [row["_row"] for row in landed([run], lake_folder)] == [*range(1, 41)]
    retried = [event for event in run.events.all() if event.code == EventCode.RETRIED]
    assert len(retried) == 3
    assert "Tried again after 0.0 s" in event_text(retried[0])


def test_a_source_that_fails_before_anything_is_read_is_asked_again_too(monkeypatch, settings, lake_folder):
    settings.COLLECT_RETRY_SECONDS = 1_000
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Tired(failures=2))

    run = collected(config={"rows": 20})

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 20)
    assert run.events.filter(code=EventCode.RETRIED).count() == 2


def test_a_source_that_asks_for_a_long_wait_before_anything_is_read_is_planned_later(monkeypatch, settings):
    settings.COLLECT_RETRY_SECONDS = 1_000
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Tired(failures=1, retry_after=600))
    run = RunFactory(source=SourceFactory(config={"rows": 20}))

    assert collect(run_id=run.pk) is None

    run.refresh_from_db()
    assert (run.state, run.plan, run.lease_count) == (RunState.WAITING, {}, 0)
    Run.objects.update(resumes_at=timezone.now())
    assert collect(run_id=run.pk).rows_kept == 20


def test_a_run_that_waits_for_its_source_before_anything_is_read_can_be_cancelled(monkeypatch, settings):
    settings.COLLECT_RETRY_SECONDS = 1_000
    run = RunFactory(source=SourceFactory(config={"rows": 20}))
    tired = Tired(failures=1, retry_after=60, then=lambda: cancel_run(run=run, by=None))
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, tired)

    assert collect(run_id=run.pk).state == RunState.CANCELLED


def test_a_run_whose_patience_is_at_its_end_fails_with_the_last_error(flaky, settings):
    settings.COLLECT_RETRY_SECONDS = 0.025
    flaky(failures=100)

    run = collected(config={"rows": 400, "batch": 4})

    assert (run.state, run.error_code) == (RunState.FAILED, "source_unavailable")
    assert run.retry_seconds <= 0.025
    assert run.rows_kept > 0


def test_a_source_that_asks_for_a_long_wait_gives_the_worker_back_until_then(flaky, lake_folder):
    error = RateLimited(host="example.org")
    error.retry_after = 600
    flaky(failures=1, error=error)
    source = SourceFactory(config={"rows": 20, "batch": 4})
    run = RunFactory(source=source)

    assert collect(run_id=run.pk) is None

    run.refresh_from_db()
    assert (run.state, run.is_held, run.lease_count, run.finished_at) == (RunState.WAITING, False, 0, None)
    assert run.resumes_at > timezone.now() + timedelta(minutes=9)
    assert not Run.objects.waiting().exists()
    Run.objects.update(resumes_at=timezone.now())
    done = collect(run_id=run.pk)
    assert (done.state, [row["_row"] for row in landed([done], lake_folder)]) == (RunState.SUCCEEDED, [*range(1, 21)])


def test_the_plan_which_may_be_large_is_not_read_at_each_batch(lake_folder):
    def readings(batches):
        with CaptureQueriesContext(connection) as queries:
            collected(config={"rows": 4 * batches, "batch": 4})
        return sum('"collection_run"."plan"' in query["sql"] for query in queries if "SELECT" in query["sql"])

    assert readings(20) == readings(2)


@pytest.mark.parametrize("act", [pause_run, cancel_run])
def test_the_plan_is_not_read_by_whoever_stops_a_run_that_a_batch_waits_for(act):
    run = RunFactory()

    with CaptureQueriesContext(connection) as queries:
        act(run=run, by=None)

    locked = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    assert locked
    assert not any('"plan"' in sql for sql in locked)


def test_a_run_that_waits_for_its_source_can_be_cancelled(flaky):
    error = Transient(host="example.org")
    error.retry_after = 60
    flaky(failures=1, error=error)
    run = RunFactory(source=SourceFactory(config={"rows": 20, "batch": 4}))

    done = collect(run_id=run.pk, on_progress=lambda now: cancel_run(run=now, by=None) if now.rows_kept == 4 else None)

    assert done.state == RunState.CANCELLED


# --- Pauses and limits ----------------------------------------------------------------------------
def test_a_paused_run_rests_after_its_batch_and_goes_on_when_it_is_told(lake_folder):
    run = RunFactory(source=SourceFactory(config={"rows": 20}))
    paused = collect(run_id=run.pk, on_progress=lambda now: pause_run(run=now, by=None) if now.rows_kept == 8 else None)

    assert (paused.state, paused.rows_kept, paused.finished_at) == (RunState.PAUSED, 8, None)
    assert collect(run_id=run.pk) is None

    resume_run(run=paused, by=None)
    done = collect(run_id=run.pk)
    assert (done.state, [row["_row"] for row in landed([done], lake_folder)]) == (RunState.SUCCEEDED, [*range(1, 21)])


def test_a_run_that_waits_is_paused_at_once_and_only_a_paused_one_is_resumed():
    run = RunFactory()

    assert pause_run(run=run, by=None).state == RunState.PAUSED
    assert resume_run(run=run, by=None).state == RunState.WAITING
    with pytest.raises(RunNotPaused):
        resume_run(run=run, by=None)


@pytest.mark.parametrize(
    ("limit", "why"), [({"max_rows": 10}, "rows"), ({"max_minutes": 0}, ""), ({"max_megabytes": 0}, "")]
)
def test_a_run_that_passes_a_limit_is_held_with_what_it_has(limit, why):
    run = collected(config={"rows": 40, "batch": 4}, **limit)

    expected = RunState.HELD if why else RunState.SUCCEEDED  # zero is no limit
    assert run.state == expected
    if why:
        assert [(check.name, check.measured) for check in run.judged.blocking] == [("read_to_the_end", why)]
        assert run.rows_read == 12


def test_a_run_that_works_too_long_is_held():
    run = RunFactory(source=SourceFactory(config={"rows": 40, "batch": 4}, max_minutes=1))

    with time_machine.travel(timezone.now(), tick=True) as traveller:
        done = collect(run_id=run.pk, on_progress=lambda now: traveller.shift(40))

    assert [(check.name, check.measured) for check in done.judged.blocking] == [("read_to_the_end", "time")]
    assert done.rows_read == 8


def test_a_pause_is_no_time_at_work():
    run = RunFactory(source=SourceFactory(config={"rows": 20}, max_minutes=1))
    paused = collect(run_id=run.pk, on_progress=lambda now: pause_run(run=now, by=None) if now.rows_kept == 8 else None)
    Run.objects.update(started_at=timezone.now() - timedelta(days=1))
    resume_run(run=paused, by=None)

    assert collect(run_id=run.pk).state == RunState.SUCCEEDED


def test_a_run_that_was_paused_while_it_was_told_to_go_on_can_be_resumed():
    run = RunFactory(state=RunState.PAUSED)

    assert resume_run(run=run, by=None).state == RunState.WAITING


@pytest.mark.parametrize(("reaction", "state"), [(Reaction.ACCEPT, "succeeded"), (Reaction.STOP, "held")])
def test_columns_are_compared_with_the_contract_before_anything_is_read(reaction, state):
    run = collected(expected_columns=[{"name": "name", "type": ""}], on_new_column=reaction)

    assert run.state == state
    assert run.rows_read == (10 if state == "succeeded" else 0)


# --- At its own hours -----------------------------------------------------------------------------
def test_a_source_is_collected_at_its_hours():
    source = SourceFactory(is_scheduled=True, cron="0 6 * * *", time_zone="Europe/Paris")
    now = timezone.now()
    dispatch_schedules(now=now)
    source.refresh_from_db()

    dispatch_schedules(now=source.next_run_at)

    run = source.runs.get()
    assert (run.trigger, run.state) == (Trigger.CLOCK, RunState.WAITING)
    assert start_waiting_runs() == 1


def test_a_source_that_is_not_open_or_being_collected_is_passed_over_and_says_so():
    closed = SourceFactory(is_draft=True, is_scheduled=True, cron="* * * * *")
    busy = RunFactory(source__is_scheduled=True, source__cron="* * * * *").source
    now = timezone.now()
    dispatch_schedules(now=now)

    dispatch_schedules(now=now + timedelta(minutes=2))

    for source in (closed, busy):
        source.refresh_from_db()
        assert source.schedule_error
    assert not closed.runs.exists()


def test_the_speed_of_a_run_is_sampled_in_few_points():
    run = collected(config={"rows": 1_000, "batch": 2})

    assert 60 <= len(run.samples) <= 121
    assert run.samples[-1][1] == 1_000
    assert TinyConfig().rows == 10
