"""Collecting a source: the runner, which owns all that connectors do not.

A run is claimed by a lease, so one process at a time works on it. What it reads is pinned when it starts. Each batch
lands by itself: a file in the lake, then one transaction that makes it true and moves the checkpoint. So a process may
die at any instruction: another resumes after the last batch that landed, and what was landing lands again in its place.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.collection.contract import Limits, Tally, is_hopeless, judge
from apps.collection.enums import RunState
from apps.collection.exceptions import CollectionError, Unexpected
from apps.collection.landing import begin_part, complete_part, record_batch, write_segment
from apps.collection.models import Run, Source
from apps.collection.planning import Plan, find_connector, make_plan
from apps.collection.sourcing import remember_files
from apps.core.errors import OUT_OF_REACH, EcluseError, PermanentFailure, TemporaryFailure
from apps.core.leases import Held, Lease, LeaseLost, hold

logger = logging.getLogger(__name__)

CANCEL_IS_LOOKED_AT_EVERY_S = 1.0

OnProgress = Callable[[Run], None]


def collect(*, run_id: int, on_progress: OnProgress | None = None) -> Run | None:
    """Do a waiting run, or go on with it, to its end. None if it is another's, or became so.

    What goes wrong is written in the run, not raised: a task that fails would tell nobody more. Only what keeps us from
    writing is raised: our own database out of reach. Then the lease lapses, and another process goes on.
    """
    lease = Run.objects.waiting().claim(
        run_id,
        now=timezone.now(),
        for_=timedelta(seconds=settings.WORK_LEASE_SECONDS),
        state=RunState.RUNNING,
    )
    if lease is None:
        return None
    subject = {"subject": f"collection.run:{run_id}"}
    try:
        outcome = _outcome(lease, on_progress)
        lease.release(**outcome, finished_at=timezone.now())
    except LeaseLost:
        logger.warning("run_taken_over", extra=subject)
        return None
    except SoftTimeLimitExceeded:
        _give_back(lease)
        return None
    except (KeyboardInterrupt, SystemExit):
        _give_back(lease)
        raise
    run: Run = Run.objects.select_related("source").get(pk=run_id)
    logger.info("run_over", extra=subject | {"state": run.state, "code": run.error_code, "count": run.rows_read})
    return run


def _outcome(lease: Lease[Run], on_progress: OnProgress | None) -> dict[str, Any]:
    """What the run becomes. Raises LeaseLost, and what the class of its subject says in `collect`."""
    try:
        with hold(lease) as held:
            return _Collecting(lease=lease, held=held, on_progress=on_progress).read()
    except (LeaseLost, SoftTimeLimitExceeded, *OUT_OF_REACH):
        raise
    except EcluseError as error:
        return _failure(error)
    except Exception as error:
        logger.exception("run_failed", extra={"subject": f"collection.run:{lease.row.pk}"})
        return _failure(Unexpected(error=type(error).__name__))


@dataclass(kw_only=True)
class _Collecting:
    """One process at work on one run."""

    lease: Lease[Run]
    held: Held
    on_progress: OnProgress | None
    looked_at: float = -inf

    @property
    def source(self) -> Source:
        return self.lease.row.source

    def read(self) -> dict[str, Any]:
        """Read every part from where it was left, to the end, the gate's patience or a person's."""
        if self._is_cancelled():
            return {"state": RunState.CANCELLED}
        connector = find_connector(self.source.kind)
        plan = self._pinned()
        config = connector.Config.model_validate(plan.config)
        for rank, part in enumerate(plan.parts):
            checkpoint = begin_part(lease=self.lease, plan=plan, part=part)
            if checkpoint.is_complete:
                continue
            for batch in connector.read(config, part, checkpoint.cursor if checkpoint.seq else None):
                self.held.check()
                stored = write_segment(
                    run_id=self.lease.row.pk,
                    rank=rank,
                    part=part,
                    seq=checkpoint.seq,
                    batch=batch,
                    columns=plan.columns,
                )
                run = record_batch(
                    lease=self.lease,
                    plan=plan,
                    rank=rank,
                    checkpoint=checkpoint,
                    stored=stored,
                    batch=batch,
                    # A record that could not be cut holds every column, also those that are not to be collected.
                    keep_text=self.source.is_rejected_text_kept and not plan.asked,
                )
                if self.on_progress:
                    self.on_progress(run)
                if self._is_cancelled():
                    return {"state": RunState.CANCELLED}
                if is_hopeless(tally=_tally(run), limits=self._limits()):
                    return self._judged(plan, is_whole=False)
            complete_part(lease=self.lease, checkpoint=checkpoint)
        return self._judged(plan)

    def _pinned(self) -> Plan:
        """What this run reads: what it said the first time, or what the source says now."""
        if self.lease.row.plan:
            return Plan.from_json(self.lease.row.plan)
        source = self.source
        plan = make_plan(connector=find_connector(source.kind), config=source.config, asked=source.columns)
        with transaction.atomic():
            run = self.lease.lock()
            run.plan, run.started_at, run.bytes_total = plan.as_json(), timezone.now(), plan.size
            run.save(update_fields=["plan", "started_at", "bytes_total"])
            run.files.set(remember_files(part.details for part in plan.parts))
        return plan

    def _judged(self, plan: Plan, *, is_whole: bool = True) -> dict[str, Any]:
        run = Run.objects.get(pk=self.lease.row.pk)
        previous = self.source.runs.filter(state=RunState.SUCCEEDED).order_by("-pk").first()
        verdict = judge(
            tally=_tally(run),
            limits=self._limits(),
            found=plan.columns,
            asked=plan.asked,
            previous=Plan.from_json(previous.plan).columns if previous else (),
            is_whole=is_whole,
            now=timezone.now(),
        )
        return {"state": RunState.SUCCEEDED if verdict.is_open else RunState.HELD, "verdict": verdict.as_json()}

    def _limits(self) -> Limits:
        return Limits(rows=self.source.max_rejected_rows, share=self.source.max_rejected_share)

    def _is_cancelled(self) -> bool:
        if monotonic() - self.looked_at < CANCEL_IS_LOOKED_AT_EVERY_S:
            return False
        self.looked_at = monotonic()
        return bool(Run.objects.filter(pk=self.lease.row.pk).exclude(cancel_requested_at=None).exists())


def _tally(run: Run) -> Tally:
    progress = run.bytes_read / run.bytes_total if run.bytes_total else None
    return Tally(read=run.rows_read, rejected=run.rows_rejected, progress=progress)


def _failure(error: EcluseError) -> dict[str, Any]:
    details = dict(error.details) if isinstance(error, CollectionError) else {}
    if isinstance(error, TemporaryFailure) and error.retry_after is not None:
        details["retry_after_s"] = error.retry_after
    return {
        "state": RunState.FAILED,
        "error_kind": _kind(error),
        "error_code": error.code,
        "error_details": details,
    }


def _kind(error: EcluseError) -> str:
    if isinstance(error, CollectionError):
        return error.kind
    if isinstance(error, TemporaryFailure):
        return "transient"
    return "blocked" if isinstance(error, PermanentFailure) else "config"


def _give_back(lease: Lease[Run]) -> None:
    """Stopping is not dying: the run waits for another process, and nothing is held against it."""
    with suppress(LeaseLost):  # what stopped us came when all was written
        lease.release(state=RunState.WAITING, lease_count=lease.row.lease_count - 1)
    logger.info("run_given_back", extra={"subject": f"collection.run:{lease.row.pk}"})
