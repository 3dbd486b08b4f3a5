"""Collecting a source: the runner, which owns all that connectors do not.

A run is led by one process, which holds its lease; others may help it, each with the lease of a part. What it reads is
pinned when it starts. Each batch lands by itself: a file in the lake, then one transaction that makes it true and moves
the checkpoint. So a process may die at any instruction: another resumes after the last batch that landed, and what was
landing lands again in its place.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import sleep
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from apps.collection.bookmarks import final_bookmark, window_of
from apps.collection.contract import Agreement, Stop, judge, judge_columns
from apps.collection.enums import EventCode, LoadMode, Reaction, RunMode, RunState
from apps.collection.events import note
from apps.collection.exceptions import NoRoom, NotIncremental, NotReplayable, RunStopped, Unexpected
from apps.collection.landing import count_again
from apps.collection.models import Checkpoint, Run, Source
from apps.collection.planning import Plan, find_connector, make_plan
from apps.collection.reading import (
    LOOKED_AT_EVERY_S,
    Cancelled,
    Interrupted,
    LimitPassed,
    OnProgress,
    PartReader,
    Paused,
    PutOff,
    limits_of,
    look,
    tally_of,
    wait_out,
)
from apps.collection.replaying import plan_replay
from apps.collection.sealing import unseal
from apps.collection.sourcing import remember_files
from apps.core.errors import OUT_OF_REACH, EcluseError, TemporaryFailure
from apps.core.gates import Verdict
from apps.core.leases import Held, Lease, LeaseLost
from apps.core.work import carry_out

logger = logging.getLogger(__name__)

# Told how many other processes could read parts of the run.
AskForHelp = Callable[[int], None]
CHECKPOINTS_PER_INSERT = 1_000


def collect(
    *, run_id: int, on_progress: OnProgress | None = None, ask_for_help: AskForHelp | None = None
) -> Run | None:
    """Do a waiting run, or go on with it, to its end. None if it is another's, became so, or waits again.

    What goes wrong is written in the run, not raised (see `core.work`).
    """

    def do(lease: Lease[Run], held: Held) -> dict[str, Any]:
        leader = _Collecting(lease=lease, held=held, on_progress=on_progress, ask_for_help=ask_for_help)
        return leader.read()

    done = carry_out(Run.objects.waiting(), run_id, do=do, unexpected=Unexpected, no_room=NoRoom)
    if done and done.state == RunState.FAILED:
        note(run_id, EventCode.FAILED, problem=done.error_code, **done.error_details)
    return done if done and done.state != RunState.WAITING else None


def help_collect(*, run_id: int) -> int:
    """Read parts of a run that another process leads, until none is left; how many were read.

    What goes wrong with a part is left to the leader: it meets the same, and tells it in the run.
    """
    run = Run.objects.select_related("source").filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None or not run.plan:
        return 0
    count = 0
    try:
        reader = PartReader(run=run, plan=Plan.from_json(run.plan), is_leader=False)
        while run.checkpoints.held().count() < run.source.parallel_parts and reader.read_next():
            count += 1
    except (Interrupted, RunStopped, LeaseLost):
        logger.info("run_no_longer_helped", extra={"subject": f"collection.run:{run_id}"})
    except (SoftTimeLimitExceeded, *OUT_OF_REACH):
        raise
    except Exception as error:
        code = error.code if isinstance(error, EcluseError) else Unexpected.code
        logger.warning("run_part_left", extra={"subject": f"collection.run:{run_id}", "code": code})
        note(run_id, EventCode.PART_LEFT, problem=code)
    return count


@dataclass(kw_only=True)
class _Collecting:
    """The process that leads a run."""

    lease: Lease[Run]
    held: Held
    on_progress: OnProgress | None
    ask_for_help: AskForHelp | None
    reader: PartReader = field(init=False)

    @property
    def run(self) -> Run:
        return self.lease.row

    @property
    def source(self) -> Source:
        return self.run.source

    def read(self) -> dict[str, Any]:
        """Read every part from where it was left, to the end, the gate's patience or a person's."""
        try:
            plan = self._pinned()
            self.reader = PartReader(run=self.run, plan=plan, on_progress=self.on_progress)
            self.reader.look()
            # Records that differ tell their columns as they come: only the end can judge them.
            if not plan.is_sparse and not self._judge_columns(plan, self.run).is_open:
                raise LimitPassed(Stop.COLUMNS)
            self._call_for_help()
            self._read_parts()
            self._check_replay(plan)
        except Interrupted as reason:
            return self._stopped(reason)
        return self._judged(plan, stopped_by=None)

    def _read_parts(self) -> None:
        """Read the parts that nobody reads, then wait for those that others do: if one dies, its part is free again."""
        while True:
            while self.reader.read_next():
                self.held.check()
            if not self.run.checkpoints.unfinished().exists():
                return
            sleep(LOOKED_AT_EVERY_S)
            self.held.check()
            self.reader.look()
            Checkpoint.objects.filter(run=self.run).reap(now=timezone.now())

    def _check_replay(self, plan: Plan) -> None:
        """Raises NotReplayable if the records to read again were not all met: they are no longer cut the same."""
        if plan.only is None:
            return
        read = Run.objects.values_list("rows_read", flat=True).get(pk=self.run.pk)
        if read != sum(map(len, plan.only.values())):
            raise NotReplayable

    def _call_for_help(self) -> None:
        if self.ask_for_help is None:
            return
        unread = self.run.checkpoints.unfinished().count()
        hands = min(self.source.parallel_parts, unread) - 1 - self.run.checkpoints.held().count()
        if hands > 0:
            self.ask_for_help(hands)

    def _pinned(self) -> Plan:
        """What this run reads: what it said the first time, or what the source says now."""
        if self.run.plan:
            with transaction.atomic():
                count_again(self.lease.lock())
            note(self.run.pk, EventCode.RESUMED)
            return Plan.from_json(self.run.plan)
        note(self.run.pk, EventCode.STARTED)
        mode, plan = self._planned()
        with transaction.atomic():
            run = self.lease.lock()
            run.mode, run.plan, run.started_at, run.bytes_total = mode, plan.as_json(), timezone.now(), plan.size
            run.save(update_fields=["mode", "plan", "started_at", "bytes_total"])
            run.files.set(remember_files(part.details for part in plan.parts))
            checkpoints = (Checkpoint(run=run, rank=rank, part=part.key) for rank, part in enumerate(plan.parts))
            Checkpoint.objects.bulk_create(checkpoints, batch_size=CHECKPOINTS_PER_INSERT)
        self.run.mode, self.run.plan, self.run.started_at = run.mode, run.plan, run.started_at
        note(run.pk, EventCode.PLANNED, parts=len(plan.parts), columns=len(plan.columns), mode=str(mode))
        return plan

    def _planned(self) -> tuple[RunMode, Plan]:
        """What the source says now: asked again, as its records are, if what went wrong may pass."""
        failures = 0
        while True:
            try:
                return self._plan()
            except LeaseLost:
                raise
            except TemporaryFailure as error:
                failures += 1
                wait_out(self.run, error, failures, held=self.held, look=self._look)

    def _look(self) -> None:
        look(self.run, began_at=timezone.now())  # nothing is read yet: only a person stops it

    def _plan(self) -> tuple[RunMode, Plan]:
        source, connector = self.source, find_connector(self.source.kind)
        if self.run.mode == RunMode.REPLAY:
            return RunMode.REPLAY, plan_replay(run=self.run, connector=connector)
        mode, window = window_of(self.run)
        plan = make_plan(
            connector=connector,
            config=source.config,
            secrets=unseal(source.secrets),
            asked=source.columns,
            window=window,
        )
        if source.mode == LoadMode.INCREMENTAL and plan.bookmark is None:
            raise NotIncremental
        return mode, replace(plan, key=tuple(source.key_columns))

    def _stopped(self, reason: Interrupted) -> dict[str, Any]:
        """What the row of the run becomes."""
        # It goes on later, and nothing is held against it.
        later = {"finished_at": None, "lease_count": self.run.lease_count - 1}
        match reason:
            case LimitPassed(stop=stop):
                note(self.run.pk, EventCode.STOPPED, why=str(stop))
                return self._judged(Plan.from_json(self.run.plan), stopped_by=stop)
            case Cancelled():
                note(self.run.pk, EventCode.CANCELLED)
                return {"state": RunState.CANCELLED}
            case Paused():
                note(self.run.pk, EventCode.PAUSED)
                return {"state": RunState.PAUSED, **later}
            case PutOff(until=until):
                return {"state": RunState.WAITING, "resumes_at": until, **later}
        return {}

    def _judge_columns(self, plan: Plan, run: Run) -> Verdict:
        """What the gate says of the columns alone."""
        source = self.source
        previous = source.runs.filter(state=RunState.SUCCEEDED).exclude(pk=run.pk).order_by("-pk").first()
        found = {name: plan.types.get(name, "") for name in plan.columns} | dict.fromkeys(run.new_columns, "")
        agreement = agreement_of(source)
        if plan.is_sparse and not agreement.columns and agreement.on_missing == Reaction.STOP:
            # Nobody agreed on them: a rare column that did not come is told, and holds nothing.
            agreement = replace(agreement, on_missing=Reaction.WARN)
        checks = judge_columns(
            found=found,
            agreement=agreement,
            asked=plan.asked,
            previous=Plan.from_json(previous.plan).columns if previous else (),
            known=previous.new_columns if previous else (),
        )
        return Verdict(judged_at=timezone.now(), checks=checks)

    def _judged(self, plan: Plan, *, stopped_by: Stop | None) -> dict[str, Any]:
        run = Run.objects.get(pk=self.run.pk)
        verdict = judge(
            tally=tally_of(run),
            limits=limits_of(self.source),
            columns=self._judge_columns(plan, run).checks,
            stopped_by=stopped_by,
            may_be_empty=run.mode != RunMode.FULL,
            now=timezone.now(),
        )
        note(run.pk, EventCode.JUDGED, is_open=verdict.is_open)
        outcome: dict[str, Any] = {"state": RunState.HELD, "verdict": verdict.as_json()}
        if verdict.is_open:
            outcome |= {"state": RunState.SUCCEEDED, "bookmark": final_bookmark(run, plan)}
        return outcome


def agreement_of(source: Source) -> Agreement:
    return Agreement(
        columns={each["name"]: each.get("type", "") for each in source.expected_columns},
        on_missing=Reaction(source.on_missing_column),
        on_new=Reaction(source.on_new_column),
        on_changed=Reaction(source.on_changed_type),
    )
