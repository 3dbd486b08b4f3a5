"""Reading one part of a run, by whoever holds its lease: the process that leads the run, or one that helps it.

Each batch lands by itself. A failure that may pass is waited for and tried again from the last batch that landed,
within the patience of the run. Between two batches is where a run stops: cancelled, paused, past a limit.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from apps.collection.connectors.base import ROW, Batch, Connector
from apps.collection.contract import Limits, Stop, Tally, is_hopeless
from apps.collection.enums import BEING_READ, EventCode
from apps.collection.events import note
from apps.collection.exceptions import SourceMoved
from apps.collection.landing import complete_part, record_batch, restart_part, write_segment
from apps.collection.models import Checkpoint, Run, Source
from apps.collection.patience import next_wait
from apps.collection.planning import Plan, find_connector
from apps.collection.sealing import is_elsewhere, unseal
from apps.core.errors import OUT_OF_REACH, EcluseError, TemporaryFailure
from apps.core.leases import Held, Lease, LeaseLost, hold
from apps.core.work import WorkFailed

# While it waits for the source or for others, how often a process looks whether the run must stop.
LOOKED_AT_EVERY_S = 0.5
MEGABYTE = 1_000_000

OnProgress = Callable[[Run], None]


class Interrupted(Exception):
    """The run stops here, between two batches; each class below says why."""


class Cancelled(Interrupted):
    """Someone asked for it."""


class Paused(Interrupted):
    """Someone asked for it: the run waits for them."""


class NotOurs(Interrupted):
    """The run is over, or for its leader to stop: whoever meets this changes nothing."""


class PutOff(Interrupted):
    """The source wants to be left alone: the run goes on after `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class LimitPassed(Interrupted):
    """The run is judged as it is; `stop` says which limit."""

    def __init__(self, stop: Stop) -> None:
        super().__init__()
        self.stop = stop


def stopping(run: Run, *, limits: Limits, began_at: datetime, now: datetime) -> Interrupted | None:
    """Why this run must stop between two batches, None if it goes on. Pure, for a row just read."""
    if run.cancel_requested_at:
        return Cancelled()
    if run.pause_requested_at:
        return Paused()
    if run.state not in BEING_READ:
        return NotOurs()
    stop = _limit_passed(run, limits=limits, worked=now - began_at)
    return LimitPassed(stop) if stop else None


def _limit_passed(run: Run, *, limits: Limits, worked: timedelta) -> Stop | None:
    source = run.source
    if not run.replays_id and is_hopeless(tally=tally_of(run), limits=limits):
        return Stop.REJECTS
    if source.max_rows and run.rows_read > source.max_rows:
        return Stop.ROWS
    if source.max_megabytes and run.bytes_landed > source.max_megabytes * MEGABYTE:
        return Stop.SIZE
    if source.max_minutes and worked > timedelta(minutes=source.max_minutes):
        return Stop.TIME
    return None


def tally_of(run: Run) -> Tally:
    progress = run.bytes_read / run.bytes_total if run.bytes_total else None
    return Tally(read=run.rows_read, rejected=run.rows_rejected, progress=progress)


def limits_of(source: Source) -> Limits:
    return Limits(rows=source.max_rejected_rows, share=source.max_rejected_share)


def look(run: Run, *, began_at: datetime) -> None:
    """Raise Interrupted if the run, read again, must stop now."""
    stop_if_needed(Run.objects.select_related("source").defer("plan").get(pk=run.pk), began_at=began_at)


def stop_if_needed(run: Run, *, began_at: datetime) -> None:
    """Pauses, and the time before a retry, are not time at work: each process counts its own."""
    if reason := stopping(run, limits=limits_of(run.source), began_at=began_at, now=timezone.now()):
        raise reason


def wait_out(
    run: Run,
    error: TemporaryFailure,
    failures: int,
    *,
    held: Held,
    look: Callable[[], None],
    is_leader: bool = True,
) -> None:
    """Wait before the next try, as long as the run may, and `look` meanwhile whether it must stop.

    Raises the error once the patience of the run is at its end; PutOff where the wait is too long for a process.
    """
    spent = Run.objects.values_list("retry_seconds", flat=True).get(pk=run.pk)
    wait = next_wait(
        tries=failures,
        asked=error.retry_after,
        spent=spent,
        budget=settings.COLLECT_RETRY_SECONDS,
        random=Random(),  # noqa: S311 -- it spreads tries, and hides nothing
    )
    if wait is None:
        raise error
    if wait.is_put_off and not is_leader:
        raise NotOurs  # the leader meets the same, and puts the run off
    Run.objects.filter(pk=run.pk).update(retry_seconds=F("retry_seconds") + wait.seconds)
    details = {"problem": error.code, "seconds": round(wait.seconds, 1), **_details(error)}
    if wait.is_put_off:
        note(run.pk, EventCode.PUT_OFF, **details)
        raise PutOff(timezone.now() + timedelta(seconds=wait.seconds))
    note(run.pk, EventCode.RETRIED, **details)
    until_s = monotonic() + wait.seconds
    while (left := until_s - monotonic()) > 0:
        sleep(min(left, LOOKED_AT_EVERY_S))
        held.check()
        look()


@dataclass(kw_only=True)
class PartReader:
    """One process at work on the parts of one run."""

    run: Run
    plan: Plan
    on_progress: OnProgress | None = None
    is_leader: bool = True
    began_at: datetime = field(default_factory=timezone.now)
    connector: Connector[Any] = field(init=False)
    config: Any = field(init=False)
    keep_text: bool = field(init=False)

    def __post_init__(self) -> None:
        source = self.run.source
        if source.secrets and is_elsewhere(self.plan.config, source.config):
            raise SourceMoved
        self.connector = find_connector(source.kind)
        self.config = self.connector.Config.model_validate(self.plan.config | unseal(source.secrets))
        # A record that could not be cut holds every column, also those that are not to be collected.
        self.keep_text = source.is_rejected_text_kept and not self.plan.asked

    def read_next(self) -> bool:
        """Read the first part that nobody reads, to its end; False if there is none.

        Raises Interrupted, LeaseLost, and what the connector raises once patience is at its end.
        """
        lease = self.run.checkpoints.unfinished().claim_next(
            now=timezone.now(), for_=timedelta(seconds=settings.WORK_LEASE_SECONDS)
        )
        if lease is None:
            return False
        try:
            with hold(lease) as held:
                self._read(lease, held)
            complete_part(lease=lease)  # once nobody renews the lease any more
        except (LeaseLost, *OUT_OF_REACH):
            raise
        except BaseException:
            with suppress(LeaseLost, *OUT_OF_REACH):
                lease.release()
            raise
        part = self.plan.parts[lease.row.rank]
        if len(self.plan.parts) > 1:
            note(self.run.pk, EventCode.PART_READ, part=part.key)
        return True

    def look(self) -> None:
        """Raise Interrupted if the run must stop now."""
        look(self.run, began_at=self.began_at)

    def _read(self, lease: Lease[Checkpoint], held: Held) -> None:
        checkpoint = lease.row
        failures = 0
        while True:
            seq = checkpoint.seq
            try:
                self._read_on(lease, held)
                return
            except LeaseLost:
                raise
            except TemporaryFailure as error:
                failures = 1 if checkpoint.seq > seq else failures + 1
                wait_out(self.run, error, failures, held=held, look=self.look, is_leader=self.is_leader)

    def _read_on(self, lease: Lease[Checkpoint], held: Held) -> None:
        checkpoint = lease.row
        part = self.plan.parts[checkpoint.rank]
        if checkpoint.seq and not part.is_resumable:
            restart_part(lease=lease, checkpoint=checkpoint)
        cursor = checkpoint.cursor if checkpoint.seq else None
        only = set(self.plan.only.get(part.key, ())) if self.plan.only is not None else None
        with closing(self.connector.read(self.config, part, cursor)) as batches:  # type: ignore[type-var]  # generators
            for batch in batches:
                held.check()
                kept = batch if only is None else _narrowed(batch, only)
                stored = write_segment(checkpoint=checkpoint, plan=self.plan, batch=kept)
                run = record_batch(
                    lease=lease,
                    plan=self.plan,
                    checkpoint=checkpoint,
                    stored=stored,
                    batch=kept,
                    keep_text=self.keep_text,
                )
                run.source = self.run.source
                if self.on_progress:
                    self.on_progress(run)
                    run.refresh_from_db(fields=["cancel_requested_at", "pause_requested_at", "state"])
                stop_if_needed(run, began_at=self.began_at)


def _narrowed(batch: Batch, only: set[int]) -> Batch:
    """Of a batch, the records that are read again."""
    # Imported here: whoever lists runs has no use for them.
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pc.is_in(batch.rows.column(ROW), value_set=pa.array(sorted(only), pa.int64()))
    rejected = tuple(each for each in batch.rejected if each.row in only)
    return replace(batch, rows=batch.rows.filter(wanted), rejected=rejected)


def _details(error: EcluseError) -> dict[str, Any]:
    return dict(error.details) if isinstance(error, WorkFailed) else {}
