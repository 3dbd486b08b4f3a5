"""Collecting a source: the runner, which owns all that connectors do not.

A run is claimed by a lease, so one process at a time works on it. What it reads is pinned when it starts. Each batch
lands by itself: a file in the lake, then one transaction that makes it true and moves the checkpoint. So a process may
die at any instruction: another resumes after the last batch that landed, and what was landing lands again in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.collection.contract import Limits, Tally, is_hopeless, judge
from apps.collection.enums import RunState
from apps.collection.exceptions import NoRoom, Unexpected
from apps.collection.landing import begin_part, complete_part, record_batch, write_segment
from apps.collection.models import Run, Source
from apps.collection.planning import Plan, find_connector, make_plan
from apps.collection.sourcing import remember_files
from apps.core.leases import Held, Lease
from apps.core.work import carry_out

CANCEL_IS_LOOKED_AT_EVERY_S = 1.0

OnProgress = Callable[[Run], None]


def collect(*, run_id: int, on_progress: OnProgress | None = None) -> Run | None:
    """Do a waiting run, or go on with it, to its end. None if it is another's, or became so.

    What goes wrong is written in the run, not raised (see `core.work`).
    """

    def do(lease: Lease[Run], held: Held) -> dict[str, Any]:
        return _Collecting(lease=lease, held=held, on_progress=on_progress).read()

    return carry_out(Run.objects.waiting(), run_id, do=do, unexpected=Unexpected, no_room=NoRoom)


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
                    plan=plan,
                    seq=checkpoint.seq,
                    batch=batch,
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
