"""Asking for runs, stopping them, going on with them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.collection.enums import RunState, SourceState, Trigger
from apps.collection.exceptions import RunAlreadyActive, RunNotRetryable, RunOver, SourceNotOpen
from apps.collection.models import Run
from apps.collection.requesting import cancel_run, request_run, retry_run
from tests.accounts.factories import UserFactory
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_run_that_is_asked_for_waits_and_says_by_whom():
    person, source = UserFactory(), SourceFactory()

    run = request_run(source=source, by=person, trigger=Trigger.API)

    assert (run.state, run.requested_by, run.trigger) == (RunState.WAITING, person, Trigger.API)
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor, event.subject_label) == ("run_requested", person, f"{source.name}, {run.pk}")


@pytest.mark.parametrize("state", [SourceState.DRAFT, SourceState.CLOSED])
def test_only_an_open_source_is_collected(state):
    with pytest.raises(SourceNotOpen):
        request_run(source=SourceFactory(state=state), by=None)

    assert not Run.objects.exists()


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.RUNNING])
def test_a_source_has_one_active_run(state):
    run = RunFactory(state=state)

    with pytest.raises(RunAlreadyActive):
        request_run(source=run.source, by=None)

    assert actions() == []


@pytest.mark.django_db(transaction=True)
def test_of_those_who_ask_at_once_one_is_answered_and_the_others_are_told():
    source = SourceFactory()
    barrier = threading.Barrier(8)

    def ask(_index):
        try:
            barrier.wait()
            return request_run(source=source, by=None)
        except RunAlreadyActive as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert sorted(type(answer).__name__ for answer in answers) == ["Run", *["RunAlreadyActive"] * 7]
    assert Run.objects.count() == 1


def test_a_waiting_run_is_cancelled_at_once():
    run = cancel_run(run=RunFactory(), by=None)

    assert run.state == RunState.CANCELLED
    assert run.finished_at
    assert actions() == ["run_cancelled"]


def test_a_run_that_is_worked_on_is_only_asked_to_stop():
    run = RunFactory()
    Run.objects.claim(run.pk, now=timezone.now(), for_=timedelta(minutes=1), state=RunState.RUNNING)

    run = cancel_run(run=run, by=None)

    assert (run.state, run.finished_at) == (RunState.RUNNING, None)
    assert run.cancel_requested_at


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.HELD, RunState.FAILED, RunState.CANCELLED])
def test_a_run_that_is_over_is_not_cancelled(state):
    with pytest.raises(RunOver):
        cancel_run(run=RunFactory(state=state), by=None)


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED])
def test_a_run_that_did_not_end_well_may_go_on(state):
    fields = {"error_kind": "transient", "error_code": "site_too_slow", "error_details": {"host": "example.org"}}
    run = RunFactory(
        state=state, finished_at=timezone.now(), cancel_requested_at=timezone.now(), lease_count=5, **fields
    )

    run = retry_run(run=run, by=None)

    assert (run.state, run.finished_at, run.cancel_requested_at, run.lease_count) == (RunState.WAITING, None, None, 0)
    assert (run.error_kind, run.error_code, run.error_details) == ("", "", {})
    assert actions() == ["run_retried"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": RunState.WAITING},
        {"state": RunState.SUCCEEDED},
        {"state": RunState.HELD},
        {"state": RunState.FAILED, "segments_deleted_at": timezone.now()},
        {"state": RunState.FAILED, "plan": {"config": {"rows": 3}, "asked": []}},
        {"state": RunState.FAILED, "plan": {"config": {"rows": 10}, "asked": ["name"]}},
    ],
    ids=["waits", "succeeded", "held", "forgotten", "other settings", "other columns"],
)
def test_a_run_that_cannot_go_on_is_not_retried(fields):
    with pytest.raises(RunNotRetryable):
        retry_run(run=RunFactory(**fields), by=None)


def test_a_run_is_not_retried_while_another_goes_on():
    failed = RunFactory(state=RunState.FAILED)
    RunFactory(source=failed.source)

    with pytest.raises(RunAlreadyActive):
        retry_run(run=failed, by=None)


def test_a_run_of_a_closed_source_is_not_retried():
    with pytest.raises(SourceNotOpen):
        retry_run(run=RunFactory(state=RunState.FAILED, source__state=SourceState.CLOSED), by=None)
