"""Where batches land: a Parquet file in the lake, then, in one transaction, all that makes it true.

A segment has the columns of the source that are to be collected, as text, then `_run`, `_part` (the rank of the part in
the plan), `_seq` (the rank of the segment in its part) and `_row` (the number of the record in its part, from 1). What
a process that died had written, and nothing recorded, is swept with the retention (`retention.py`).
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.collection.connectors.base import ROW, Batch, Part, Rejected
from apps.collection.enums import BEING_READ
from apps.collection.exceptions import ColumnsChanged, RunStopped
from apps.collection.models import Checkpoint, Rejection, Run, Segment
from apps.collection.planning import PART, RUN, SEQ, Plan
from apps.core import lake
from apps.core.lake import Stored
from apps.core.leases import Lease

RUNS = "runs"
# A rejected record is kept to be recognised and corrected at its source, not to be collected by the back door.
MAX_REJECTED_TEXT = 2_000
REJECTIONS_PER_INSERT = 1_000
# Enough to draw how fast a run went.
SAMPLES_KEPT = 120


def write_segment(*, checkpoint: Checkpoint, plan: Plan, batch: Batch) -> Stored:
    """Write the rows of a batch in the lake, with the columns of the plan, and where records differ those that are new.

    The name holds how many times the part was taken: what a process that lost it still writes replaces nothing.
    Raises ColumnsChanged if it has not all of them, or if all are asked for and it has more: unless records differ.
    """
    # Imported here: whoever lists runs has no use for them.
    import pyarrow as pa
    from pyarrow import parquet

    rows, run_id, rank, seq = batch.rows, checkpoint.run_id, checkpoint.rank, checkpoint.seq
    names = _landing(plan, rows.schema.names)
    missing = pa.nulls(rows.num_rows, pa.string())
    found = set(rows.schema.names)
    arrays = [rows.column(name) if name in found else missing for name in names]
    for number, kind in ((run_id, pa.int64()), (rank, pa.int16()), (seq, pa.int32())):
        # Not `pa.scalar`, which imports pandas: a quarter of a second, and 40 MB of each worker.
        arrays += [pa.repeat(pa.arange(number, number + 1).cast(kind)[0], rows.num_rows)]
    arrays += [rows.column(ROW)]
    table = pa.Table.from_arrays(arrays, names=[*names, RUN, PART, SEQ, ROW])
    with lake.writing(f"{RUNS}/{run_id}/{plan.parts[rank].key}-{seq:06d}-{checkpoint.lease_count}.parquet") as draft:
        # Texts of a source repeat little: dictionaries of them cost a third of the time and make larger files.
        parquet.write_table(table, draft.path, compression="zstd", use_dictionary=False, write_statistics=[ROW])
    return draft.stored


def record_batch(
    *, lease: Lease[Checkpoint], plan: Plan, checkpoint: Checkpoint, stored: Stored, batch: Batch, keep_text: bool
) -> Run:
    """Make a written segment true: the segment, the rejected records, the checkpoint and the counters, or none of them.

    Returns the run as it is now. Raises LeaseLost if the part was taken over, RunStopped if the run is over.
    """
    part = plan.parts[checkpoint.rank]
    with transaction.atomic():
        lease.lock()
        run: Run = Run.objects.defer("plan").select_for_update(of=("self",)).get(pk=checkpoint.run_id)
        if run.state not in BEING_READ:
            raise RunStopped
        segment = Segment(
            run=run,
            part=part.key,
            seq=checkpoint.seq,
            name=stored.name,
            rows=batch.rows.num_rows,
            size=stored.size,
            sha256=stored.sha256,
        )
        Segment.objects.bulk_create(
            [segment],
            update_conflicts=True,
            unique_fields=["run", "part", "seq"],
            update_fields=["name", "rows", "size", "sha256"],
        )
        _replace_rejections(run, part, checkpoint.seq, batch.rejected, keep_text=keep_text)
        read_before = checkpoint.position
        checkpoint.seq, checkpoint.cursor = checkpoint.seq + 1, batch.cursor
        checkpoint.position = max(batch.position, read_before)
        checkpoint.high = batch.high if batch.high is not None else checkpoint.high
        checkpoint.save(update_fields=["seq", "cursor", "position", "high", "updated_at"])
        # Exact, though it adds up: the row is locked, and what it counted was committed with its checkpoint.
        run.rows_kept += batch.rows.num_rows
        run.rows_rejected += len(batch.rejected)
        run.rows_read = run.rows_kept + run.rows_rejected
        run.bytes_landed += stored.size
        run.bytes_read = min(run.bytes_read + checkpoint.position - read_before, run.bytes_total)
        run.new_columns += [name for name in _landing(plan, batch.rows.schema.names) if name not in _known(run, plan)]
        run.samples = sampled(run, now=timezone.now())
        run.save(
            update_fields=[
                "rows_kept",
                "rows_rejected",
                "rows_read",
                "bytes_read",
                "bytes_landed",
                "new_columns",
                "samples",
            ]
        )
    return run


def restart_part(*, lease: Lease[Checkpoint], checkpoint: Checkpoint) -> None:
    """Read this part again from its start: what had landed of it goes, since its records come in no order."""
    part = {"run": checkpoint.run_id, "part": checkpoint.part}
    with transaction.atomic():
        lease.lock()
        run: Run = Run.objects.defer("plan").select_for_update(of=("self",)).get(pk=checkpoint.run_id)
        Segment.objects.filter(**part).delete()
        Rejection.objects.filter(**part).delete()
        checkpoint.seq, checkpoint.cursor, checkpoint.high, checkpoint.position = 0, None, None, 0
        checkpoint.save(update_fields=["seq", "cursor", "high", "position", "updated_at"])
        count_again(run)


def complete_part(*, lease: Lease[Checkpoint]) -> None:
    """Remember that this part was read to its end, and let go of it."""
    lease.release(is_complete=True, updated_at=timezone.now())


def count_again(run: Run) -> None:
    """Set the counters of a run, which the transaction has locked, to what has landed."""
    landed = run.segments.aggregate(rows=Sum("rows"), size=Sum("size"))
    run.rows_kept, run.bytes_landed = landed["rows"] or 0, landed["size"] or 0
    run.rows_rejected = run.rejections.count()
    run.rows_read = run.rows_kept + run.rows_rejected
    run.bytes_read = min(run.checkpoints.aggregate(read=Sum("position"))["read"] or 0, run.bytes_total)
    run.save(update_fields=["rows_kept", "rows_rejected", "rows_read", "bytes_read", "bytes_landed"])


def sampled(run: Run, *, now: datetime) -> list[list[float]]:
    """The samples of a run with one more: seconds since it started, records read so far. Few, however long it lasts."""
    seconds = round((now - (run.started_at or now)).total_seconds(), 1)
    samples = [*run.samples, [seconds, run.rows_read]]
    return samples if len(samples) <= SAMPLES_KEPT else [*samples[:-1:2], samples[-1]]


def delete_files_of_run(run_id: int) -> int:
    """Delete all that a run ever wrote in the lake, recorded or not, drafts of killed processes included; how many."""
    folder = f"{RUNS}/{run_id}"
    storage = lake.storage()
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return 0
    lake.delete(f"{folder}/{name}" for name in names)
    with suppress(OSError):  # where folders exist; one that is not empty is for the next pass
        storage.delete(folder)
    return len(names)


def _landing(plan: Plan, found: Sequence[str]) -> list[str]:
    """The columns that a batch with these columns lands. Raises ColumnsChanged."""
    names = [name for name in found if name != ROW]
    if plan.is_sparse:
        asked = [name for name in names if not plan.asked or name in plan.asked]
        return [*plan.columns, *(name for name in asked if name not in plan.columns)]
    columns = set(plan.columns)
    if not columns <= set(names) or (not plan.asked and columns < set(names)):
        raise ColumnsChanged
    return list(plan.columns)


def _known(run: Run, plan: Plan) -> set[str]:
    return {*plan.columns, *run.new_columns}


def _replace_rejections(run: Run, part: Part, seq: int, rejected: Sequence[Rejected], *, keep_text: bool) -> None:
    Rejection.objects.filter(run=run, part=part.key, seq=seq).delete()
    Rejection.objects.bulk_create(
        (
            Rejection(
                run=run,
                part=part.key,
                seq=seq,
                row=each.row,
                reason=each.reason,
                details=_storable(each.details),
                text=_storable(each.text[:MAX_REJECTED_TEXT]) if keep_text else "",
            )
            for each in rejected
        ),
        batch_size=REJECTIONS_PER_INSERT,
    )


def _storable(value: Any) -> Any:
    """The same, without what PostgreSQL cannot hold: a zero byte, half of a surrogate pair."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    return value
