"""Asking for a run, stopping one, going on with one. Each records an intent: a worker is told once it is committed."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.audit_actions import AuditAction
from apps.collection.enums import LoadMode, RunMode, RunState, Trigger
from apps.collection.exceptions import (
    NotIncremental,
    RunAlreadyActive,
    RunNotPaused,
    RunNotReplayable,
    RunNotRetryable,
    RunOver,
    SourceNotOpen,
)
from apps.collection.models import Run, Source
from apps.collection.replaying import is_replayable
from apps.core.work import one_at_a_time

RETRYABLE = (RunState.FAILED, RunState.CANCELLED)


@transaction.atomic
def request_run(
    *, source: Source, by: User | None, trigger: Trigger = Trigger.PERSON, is_full: bool = False, **window: str
) -> Run:
    """Ask for a collection of an open source: what its mode says, everything (`is_full`), or a backfill.

    A backfill is a `window` of `since` and `until`, in the notation of the source's cursor; one may be left out.
    Raises SourceNotOpen, NotIncremental for a backfill of what is read whole each time, or RunAlreadyActive if one
    waits or goes on.
    """
    if any(window.values()) and source.mode != LoadMode.INCREMENTAL:
        raise NotIncremental(subject=f"collection.source:{source.pk}")
    mode = RunMode.BACKFILL if any(window.values()) else RunMode.FULL if is_full else RunMode(source.mode)
    return _request(source=source, by=by, trigger=trigger, mode=mode, **window)


@transaction.atomic
def replay_rejections(*, run: Run, by: User | None, trigger: Trigger = Trigger.PERSON) -> Run:
    """Ask for the rejected records of a run to be read again, with the settings of today.

    Raises RunNotReplayable, SourceNotOpen or RunAlreadyActive.
    """
    _must_be_open(run.source)
    _must_be_replayable(run)
    return _request(source=run.source, by=by, trigger=trigger, mode=RunMode.REPLAY, replays=run)


@transaction.atomic
def request_by_clock(*, source: Source) -> Run:
    """Ask for what its schedule says, in nobody's name. Raises SourceNotOpen or RunAlreadyActive."""
    return _create(source=source, trigger=Trigger.CLOCK, mode=RunMode(source.mode))


def _request(*, source: Source, by: User | None, **fields: Any) -> Run:
    run = _create(source=source, requested_by=by, **fields)
    details = {"source": source.slug, "mode": str(run.mode)}
    record(action=AuditAction.RUN_REQUESTED, actor=by, subject=run, details=details)
    return run


def _create(*, source: Source, **fields: Any) -> Run:
    _must_be_open(source)
    with _one_at_a_time(source):
        run: Run = Run.objects.create(source=source, **fields)
    return run


def _must_be_replayable(run: Run) -> None:
    if not run.may_be_replayed() or not is_replayable(run):
        raise RunNotReplayable(
            _("Only what passed, is still used and was not replayed yet can be read again: collect the source again."),
            subject=f"collection.run:{run.pk}",
        )


@transaction.atomic
def pause_run(*, run: Run, by: User | None) -> Run:
    """Let a run rest: at once if nobody works on it, after the batch that is landing otherwise. Raises RunOver."""
    held: Run = Run.objects.defer("plan").select_for_update().get(pk=run.pk)
    if held.is_over:
        raise RunOver(_("This run is over already."), subject=f"collection.run:{held.pk}")
    held.pause_requested_at = timezone.now()
    if not held.is_held:
        held.state = RunState.PAUSED
    held.save(update_fields=["pause_requested_at", "state"])
    record(action=AuditAction.RUN_PAUSED, actor=by, subject=held, details={"source": held.source.slug})
    return held


@transaction.atomic
def resume_run(*, run: Run, by: User | None) -> Run:
    """Let a paused run go on from where it stopped. Raises RunNotPaused, or SourceNotOpen."""
    _must_be_open(run.source)
    held: Run = Run.objects.select_for_update(of=("self",)).select_related("source").get(pk=run.pk)
    if not held.can_be_resumed:
        raise RunNotPaused(_("This run is not paused."), subject=f"collection.run:{held.pk}")
    held.pause_requested_at = None
    if held.state == RunState.PAUSED:
        held.state = RunState.WAITING
    held.save(update_fields=["pause_requested_at", "state"])
    record(action=AuditAction.RUN_RESUMED, actor=by, subject=held, details={"source": held.source.slug})
    return held


@transaction.atomic
def cancel_run(*, run: Run, by: User | None) -> Run:
    """Stop a run: at once if nobody works on it yet, after the batch that is landing otherwise. Raises RunOver.

    What has landed stays, and the run can be retried.
    """
    held: Run = Run.objects.defer("plan").select_for_update().get(pk=run.pk)
    if held.is_over:
        raise RunOver(_("This run is over already."), subject=f"collection.run:{held.pk}")
    held.cancel_requested_at = timezone.now()
    if not held.is_held:
        held.state, held.finished_at = RunState.CANCELLED, held.cancel_requested_at
    held.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    record(action=AuditAction.RUN_CANCELLED, actor=by, subject=held, details={"source": held.source.slug})
    return held


@transaction.atomic
def retry_run(*, run: Run, by: User | None) -> Run:
    """Let a failed or cancelled run go on from where it stopped, reading what it had been set to read.

    Raises RunNotRetryable, SourceNotOpen or RunAlreadyActive.
    """
    _must_be_open(run.source)  # locked before the run, as everywhere
    held: Run = Run.objects.select_for_update(of=("self",)).select_related("source").get(pk=run.pk)
    subject = f"collection.run:{held.pk}"
    if held.state not in RETRYABLE:
        raise RunNotRetryable(_("Only a run that failed or was cancelled can go on."), subject=subject)
    if held.segments_deleted_at:
        raise RunNotRetryable(_("What this run had collected is deleted: collect again."), subject=subject)
    if held.replays:
        _must_be_replayable(held.replays)
    if held.plan and not held.reads_as(held.source):
        raise RunNotRetryable(_("The source has been changed since: collect again."), subject=subject)
    held.state, held.finished_at, held.cancel_requested_at, held.lease_count = RunState.WAITING, None, None, 0
    held.pause_requested_at = held.resumes_at = held.told_at = None
    held.error_kind, held.error_code, held.error_details, held.retry_seconds = "", "", {}, 0
    with _one_at_a_time(held.source):
        held.save()
    record(action=AuditAction.RUN_RETRIED, actor=by, subject=held, details={"source": held.source.slug})
    return held


def _must_be_open(source: Source) -> None:
    """Nobody closes the source before this transaction ends."""
    if not Source.objects.select_for_update(no_key=True).open().filter(pk=source.pk).exists():
        raise SourceNotOpen(
            _("Open the source first: only open sources are collected."), subject=f"collection.source:{source.pk}"
        )


def _one_at_a_time(source: Source) -> AbstractContextManager[None]:
    refusal = RunAlreadyActive(_("This source is being collected already."), subject=f"collection.source:{source.pk}")
    return one_at_a_time("collection_run_one_active_per_source", refusal)
