"""What the runner does besides reading from start to end: patience, pauses, limits, parts read at once, what is new."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import ClassVar

import pyarrow.parquet as pq
import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from apps.collection.collecting import collect, help_collect
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Batch, Part, Reading, SourceColumn, Stream
from apps.collection.connectors.texts import text_batch
from apps.collection.enums import EventCode, LoadMode, Reaction, RunMode, RunState, Trigger
from apps.collection.exceptions import NotIncremental, RateLimited, RunNotPaused, RunNotReplayable, Transient
from apps.collection.models import Run
from apps.collection.requesting import cancel_run, pause_run, replay_rejections, request_run, resume_run
from apps.collection.sourcing import change_source, create_source, keep_upload, open_source
from apps.collection.tasks import start_waiting_runs
from apps.collection.telling import event_text
from apps.core.leases import reap_all
from apps.core.schedules import dispatch_schedules
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.tiny import TINY, Tiny, TinyConfig

pytestmark = pytest.mark.django_db(transaction=True)


def landed(runs, lake_folder):
    """All the rows of these runs, in order."""
    segments = [segment for run in runs for segment in run.segments.all()]
    return [row for segment in segments for row in pq.read_table(lake_folder / segment.name).to_pylist()]


def collected(*, on_progress=None, ask_for_help=None, **fields):
    run = RunFactory(source=SourceFactory(**fields))
    return collect(run_id=run.pk, on_progress=on_progress, ask_for_help=ask_for_help)


# --- Patience -------------------------------------------------------------------------------------
class Flaky(Tiny):
    """Fails this many times, each after one batch."""

    def __init__(self, failures, error):
        self.failures, self.error = failures, error

    def read(self, config, part, cursor):
        for rank, batch in enumerate(super().read(config, part, cursor)):
            if rank and self.failures:
                self.failures -= 1
                raise self.error
            yield batch


@pytest.fixture
def flaky(monkeypatch, settings):
    """Make the source fail; the run has all the time to wait."""
    settings.COLLECT_RETRY_SECONDS = 1_000

    def flaky(failures, error=None):
        # What a source asks for (Retry-After) is what is waited for: here, nearly nothing.
        error = error or Transient(host="example.org")
        error.retry_after = error.retry_after if error.retry_after is not None else 0.01
        monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Flaky(failures, error))

    return flaky


def test_what_may_pass_is_tried_again_from_the_last_batch_that_landed(flaky, lake_folder):
    flaky(failures=3)

    run = collected(config={"rows": 40, "batch": 4})

    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 40)
    assert [row["_row"] for row in landed([run], lake_folder)] == [*range(1, 41)]
    retried = [event for event in run.events.all() if event.code == EventCode.RETRIED]
    assert len(retried) == 3
    assert "Tried again after 0.0 s" in event_text(retried[0])


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


# --- Parts read at once ---------------------------------------------------------------------------
def test_parts_are_read_by_several_at_once_each_once(lake_folder):
    asked = []
    source = SourceFactory(config={"rows": 40, "batch": 4, "parts": 12, "rejected": [5]}, parallel_parts=4)
    run = RunFactory(source=source, source__max_rejected_share=50)
    source.max_rejected_share = 50
    source.save()

    with ThreadPoolExecutor(4) as pool:

        def help_out(hands):
            asked.append(hands)
            for _hand in range(hands):
                pool.submit(_help, run.pk)

        done = collect(run_id=run.pk, ask_for_help=help_out)

    assert asked == [3]
    assert (done.state, done.rows_kept, done.rows_rejected) == (RunState.SUCCEEDED, 12 * 39, 12)
    rows = sorted((row["_part"], row["_row"]) for row in landed([done], lake_folder))
    assert rows == [(part, row) for part in range(12) for row in range(1, 41) if row != 5]
    assert done.bytes_read == done.bytes_total


def _help(run_id):
    try:
        return help_collect(run_id=run_id)
    finally:
        connection.close()


def test_a_part_whose_helper_failed_is_read_by_the_leader_who_tells(lake_folder):
    run = RunFactory(source=SourceFactory(config={"rows": 8, "parts": 3, "breaks_after": 1}))

    done = collect(run_id=run.pk, ask_for_help=lambda hands: None)

    assert (done.state, done.error_code) == (RunState.FAILED, "source_unavailable")
    assert help_collect(run_id=run.pk) == 0


def test_a_helper_that_is_asked_to_wait_for_long_leaves_it_to_the_leader(flaky):
    error = RateLimited(host="example.org")
    error.retry_after = 600
    flaky(failures=100, error=error)
    source = SourceFactory(config={"rows": 20, "batch": 4, "parts": 6}, parallel_parts=3)
    run = RunFactory(source=source)

    def help_out(hands):
        for _hand in range(hands):
            help_collect(run_id=run.pk)

    assert collect(run_id=run.pk, ask_for_help=help_out) is None

    run.refresh_from_db()
    assert (run.state, run.retry_seconds) == (RunState.WAITING, 600)
    assert [event.code for event in run.events.filter(code=EventCode.PUT_OFF)] == [EventCode.PUT_OFF]


def test_no_more_processes_help_than_the_source_can_bear():
    asked = []
    source = SourceFactory(config={"parts": 12}, parallel_parts=4)
    run = RunFactory(source=source)
    paused = collect(run_id=run.pk, on_progress=lambda now: pause_run(run=now, by=None))
    resume_run(run=paused, by=None)
    held = [run.checkpoints.unfinished().claim_next(now=timezone.now(), for_=timedelta(minutes=5)) for _ in range(3)]

    done = collect(
        run_id=run.pk,
        ask_for_help=asked.append,
        on_progress=lambda now: [each.release() for each in held if each.is_mine()],
    )

    assert (done.state, asked) == (RunState.SUCCEEDED, [])


def test_the_log_always_tells_how_a_run_ended():
    run = collected(config={"rows": 1, "parts": 510})

    assert run.events.filter(code=EventCode.PART_READ).count() == 500
    assert run.events.last().code == EventCode.JUDGED


def test_a_process_that_lost_its_part_replaces_nothing_that_another_recorded(lake_folder):
    run = RunFactory(source=SourceFactory(config={"rows": 8, "batch": 4}))
    seen = []

    def taken_over(now):
        if not seen:
            seen.append(now)
            reap_all(now=timezone.now() + timedelta(hours=1))
            collect(run_id=run.pk)

    collect(run_id=run.pk, on_progress=taken_over)

    for segment in Run.objects.get().segments.all():
        content = (lake_folder / segment.name).read_bytes()
        assert sha256(content).hexdigest() == segment.sha256
    assert [row["_row"] for row in landed([run], lake_folder)] == [*range(1, 9)]


def test_nobody_helps_a_run_that_is_over():
    run = collected()

    assert help_collect(run_id=run.pk) == 0


# --- What is new ----------------------------------------------------------------------------------
class News(Tiny):
    """Records numbered from 1; those above the bookmark are new. `shown` says how many there are now."""

    shown: ClassVar[int] = 5

    def discover(self, config):
        return [Stream(name="all", columns=(SourceColumn(name="id"), SourceColumn(name="value")), is_sparse=True)]

    def partitions(self, config, stream, window):
        since = int(window.since or (window.bookmark or {}).get("high", 0))
        until = int(window.until or self.shown)
        return Reading(parts=(Part(key="new", details={"since": since, "until": until}),), bookmark={"of": "news"})

    def read(self, config, part, cursor):
        ids = [*range(max(part.details["since"], 1), part.details["until"] + 1)]
        records = [{"id": number, "value": f"seen among {self.shown}"} for number in ids]
        batch = text_batch(records, ["id", "value"], rows=range(1, len(ids) + 1))
        yield Batch(rows=batch, cursor={"done": True}, high=max(ids, default=None))


@pytest.fixture
def news(monkeypatch):
    connector = News()
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, connector)
    return connector


@pytest.fixture
def source(news):
    return SourceFactory(mode=LoadMode.INCREMENTAL, key_columns=["id"], config={})


def collected_again(source, news, *, shown, **window):
    news.shown = shown
    return collect(run_id=request_run(source=source, by=None, **window).pk)


def test_the_first_run_reads_everything_and_the_next_what_came_since(source, news, lake_folder):
    first = collected_again(source, news, shown=5)
    second = collected_again(source, news, shown=8)
    third = collected_again(source, news, shown=8)

    assert [run.mode for run in (first, second, third)] == [RunMode.FULL, RunMode.INCREMENTAL, RunMode.INCREMENTAL]
    assert [run.rows_kept for run in (first, second, third)] == [5, 4, 1]  # the lower bound is included
    assert third.bookmark == {"of": "news", "high": 8}
    assert set(source.feeding_runs()) == {first, second, third}


def test_a_run_that_failed_leaves_the_bookmark_where_it_was(source, news):
    collected_again(source, news, shown=5)
    failed = request_run(source=source, by=None)
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED, finished_at=timezone.now(), bookmark={"high": 99})

    assert collected_again(source, news, shown=7).rows_kept == 3


def test_a_backfill_reads_its_window_and_moves_nothing(source, news):
    collected_again(source, news, shown=9)

    backfill = collected_again(source, news, shown=9, since="2", until="4")
    after = collected_again(source, news, shown=10)

    assert (backfill.mode, backfill.rows_kept) == (RunMode.BACKFILL, 3)
    assert after.rows_kept == 2


def test_when_the_full_run_is_forgotten_everything_is_read_again(source, news):
    full = collected_again(source, news, shown=5)
    collected_again(source, news, shown=6)
    Run.objects.filter(pk=full.pk).update(segments_deleted_at=timezone.now())

    assert not source.feeding_runs().exists()
    assert collected_again(source, news, shown=6).mode == RunMode.FULL


def test_what_is_read_whole_each_time_has_no_backfill():
    with pytest.raises(NotIncremental):
        request_run(source=SourceFactory(), by=None, since="2020-01-01")


def test_the_key_of_a_run_is_pinned_with_it(source, news):
    run = collected_again(source, news, shown=5)

    assert run.plan["key"] == ["id"]


def test_other_settings_read_everything_again(source, news):
    collected_again(source, news, shown=5)
    source.config = {"batch": 7}
    source.save()

    assert collected_again(source, news, shown=5).mode == RunMode.FULL


def test_everything_can_be_asked_for_again(source, news):
    collected_again(source, news, shown=5)
    full = collected_again(source, news, shown=6, is_full=True)

    assert (full.mode, full.rows_kept) == (RunMode.FULL, 6)
    assert list(source.feeding_runs()) == [full]


def test_a_source_that_cannot_say_what_is_new_is_told_so(monkeypatch):
    run = collected(mode=LoadMode.INCREMENTAL, key_columns=["name"])

    assert (run.state, run.error_code) == (RunState.FAILED, "source_not_incremental")


def test_a_run_of_what_is_new_may_find_nothing(source, news):
    collected_again(source, news, shown=5)
    monkey = news.partitions
    news.partitions = lambda config, stream, window: replace(monkey(config, stream, window), parts=())

    assert collected_again(source, news, shown=5).state == RunState.SUCCEEDED


# --- Records of different shapes ------------------------------------------------------------------
class Sparse(Tiny):
    def discover(self, config):
        return [Stream(name="all", columns=(SourceColumn(name="a"), SourceColumn(name="b")), is_sparse=True)]

    def read(self, config, part, cursor):
        yield Batch(rows=text_batch([{"a": 1}], ["a"], rows=[1]), cursor={"row": 1})
        yield Batch(rows=text_batch([{"a": 2, "c": True}], ["a", "c"], rows=[2]), cursor={"row": 2})


def test_records_that_lack_columns_or_bring_others_land_all_the_same(monkeypatch, lake_folder):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())

    run = collected()

    first, second = landed([run], lake_folder)
    assert (first["a"], first["b"], second["c"]) == ("1", None, "true")
    assert run.new_columns == ["c"]


def test_a_column_that_comes_here_and_there_holds_nothing(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())
    source = collected().source

    def read(self, config, part, cursor):
        yield Batch(rows=text_batch([{"a": 1, "b": 2}], ["a", "b"], rows=[1]), cursor={"row": 1})

    monkeypatch.setattr(Sparse, "read", read)

    again = collect(run_id=request_run(source=source, by=None).pk)

    assert (again.state, again.judged.warnings) == (RunState.SUCCEEDED, [])


def test_a_new_column_does_not_land_where_columns_were_chosen(monkeypatch, lake_folder):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())

    run = collected(columns=["a"])

    assert set(landed([run], lake_folder)[1]) == {"a", "_run", "_part", "_seq", "_row"}


# --- Replaying the quarantine ---------------------------------------------------------------------
@pytest.fixture
def misread():
    """A run of a file whose encoding was said wrong: one record in three is in quarantine."""
    lines = [f"{number};Besançon" if number % 3 == 0 else f"{number};Dole" for number in range(1, 31)]
    content = ("id;ville\n" + "\n".join(lines) + "\n").encode("cp1252")
    stored = keep_upload(file=BytesIO(content), name="villes.csv")
    config = {"upload": {"digest": stored.digest, "name": stored.name}, "encoding": "utf-8"}
    asked = {"purpose": "Testing", "legal_basis": "no_personal_data", "max_rejected_share": 50}
    source = open_source(source=create_source(name="Villes", kind="file", config=config, by=None, **asked), by=None)
    return collect(run_id=request_run(source=source, by=None).pk)


def test_what_was_set_aside_is_read_again_with_better_settings_and_added(misread, lake_folder):
    assert (misread.rows_kept, misread.rows_rejected) == (20, 10)
    config = misread.source.config | {"encoding": "windows-1252"}
    change_source(source=misread.source, changes={"config": config}, by=None)

    replay = collect(run_id=replay_rejections(run=misread, by=None).pk)

    assert (replay.mode, replay.state, replay.rows_kept, replay.rows_rejected) == ("replay", "succeeded", 10, 0)
    rows = landed([misread, replay], lake_folder)
    assert sorted(int(row["id"]) for row in rows) == [*range(1, 31)]
    assert list(misread.source.feeding_runs()) == [replay, misread]


def test_what_was_replayed_or_is_no_longer_used_is_not_replayed_again(misread):
    config = misread.source.config | {"encoding": "windows-1252"}
    change_source(source=misread.source, changes={"config": config}, by=None)
    collect(run_id=replay_rejections(run=misread, by=None).pk)

    with pytest.raises(RunNotReplayable):
        replay_rejections(run=misread, by=None)
    collect(run_id=request_run(source=misread.source, by=None).pk)
    with pytest.raises(RunNotReplayable):
        replay_rejections(run=Run.objects.get(pk=misread.pk), by=None)


@pytest.mark.parametrize("change", [{"header": False}, {"skip_lines": 3}, {"quote": "single"}])
def test_records_that_are_no_longer_cut_the_same_are_not_replayed(misread, change):
    config = misread.source.config | {"encoding": "windows-1252"} | change
    change_source(source=misread.source, changes={"config": config}, by=None)

    replay = collect(run_id=replay_rejections(run=misread, by=None).pk)

    assert (replay.state, replay.error_code, replay.rows_kept) == (RunState.FAILED, "source_not_replayable", 0)


def test_only_a_run_that_passed_with_rejects_is_replayed():
    with pytest.raises(RunNotReplayable):
        replay_rejections(run=collected(), by=None)


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
