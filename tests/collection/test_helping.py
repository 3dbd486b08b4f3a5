"""Parts of a run, read by several processes at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.utils import timezone

from apps.collection.collecting import collect, help_collect
from apps.collection.enums import EventCode, RunState
from apps.collection.exceptions import RateLimited
from apps.collection.models import Run
from apps.collection.requesting import pause_run, resume_run
from apps.core.leases import reap_all
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.running import collected, flaky, landed

__all__ = ["flaky"]

pytestmark = pytest.mark.django_db(transaction=True)


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
