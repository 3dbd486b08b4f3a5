"""Where batches land: a Parquet file in the lake, then, in one transaction, all that makes it true.

A segment has the columns of the source that are to be collected, as text, then `_run`, `_part` (the rank of the part in
the plan), `_seq` (the rank of the segment in its part) and `_row` (the number of the record in its part, from 1). Its
name is deterministic: a batch that is read again after a crash replaces the file that nothing recorded.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.collection.connectors.base import ROW, Batch, Part, Rejected
from apps.collection.exceptions import ColumnsChanged
from apps.collection.models import Checkpoint, Rejection, Run, Segment
from apps.collection.planning import PART, RUN, SEQ, Plan
from apps.core import lake
from apps.core.lake import Stored
from apps.core.leases import Lease

RUNS = "runs"
# A rejected record is kept to be recognised and corrected at its source, not to be collected by the back door.
MAX_REJECTED_TEXT = 2_000
REJECTIONS_PER_INSERT = 1_000


def write_segment(*, run_id: int, rank: int, plan: Plan, seq: int, batch: Batch) -> Stored:
    """Write the rows of a batch in the lake, with the columns of the plan and no other.

    Raises ColumnsChanged if it has not all of them, or if all are asked for and it has more.
    """
    # Imported here: whoever lists runs has no use for them.
    import pyarrow as pa
    from pyarrow import parquet

    rows, columns = batch.rows, plan.columns
    found = set(rows.schema.names) - {ROW}
    if not found >= set(columns) or (not plan.asked and found > set(columns)):
        raise ColumnsChanged
    arrays = [rows.column(name) for name in columns]
    arrays += [pa.repeat(pa.scalar(run_id, pa.int64()), rows.num_rows)]
    arrays += [pa.repeat(pa.scalar(rank, pa.int16()), rows.num_rows)]
    arrays += [pa.repeat(pa.scalar(seq, pa.int32()), rows.num_rows)]
    arrays += [rows.column(ROW)]
    table = pa.Table.from_arrays(arrays, names=[*columns, RUN, PART, SEQ, ROW])
    with lake.writing(f"{RUNS}/{run_id}/{plan.parts[rank].key}-{seq:06d}.parquet") as draft:
        # Texts of a source repeat little: dictionaries of them cost a third of the time and make larger files.
        parquet.write_table(table, draft.path, compression="zstd", use_dictionary=False, write_statistics=[ROW])
    return draft.stored


def begin_part(*, lease: Lease[Run], plan: Plan, part: Part) -> Checkpoint:
    """How far this run read this part; without a checkpoint of its own, from the start, and nothing landed counts.

    Another run may have overwritten the checkpoint since this one stopped. Read from the start, the batches need not be
    cut where they were: what had landed of the part goes, to land again.
    """
    run = lease.row
    key: dict[str, Any] = {"source": run.source, "stream": plan.stream, "part": part.key}
    with transaction.atomic():
        run = lease.lock()
        checkpoint = Checkpoint.objects.filter(**key, run=run).first()
        if checkpoint is None:
            Segment.objects.filter(run=run, part=part.key).delete()
            Rejection.objects.filter(run=run, part=part.key).delete()
            # Written now, so that two runs can never both believe that it is theirs.
            checkpoint, _created = Checkpoint.objects.update_or_create(
                **key, defaults={"run": run, "seq": 0, "cursor": {}, "is_complete": False}
            )
        count_again(run)
    return checkpoint


def record_batch(
    *, lease: Lease[Run], plan: Plan, rank: int, checkpoint: Checkpoint, stored: Stored, batch: Batch, keep_text: bool
) -> Run:
    """Make a written segment true: the segment, the rejected records, the checkpoint and the counters, or none of them.

    Raises LeaseLost if the run was taken over.
    """
    part = plan.parts[rank]
    with transaction.atomic():
        run = lease.lock()
        Segment.objects.update_or_create(
            run=run,
            part=part.key,
            seq=checkpoint.seq,
            defaults={
                "name": stored.name,
                "rows": batch.rows.num_rows,
                "size": stored.size,
                "sha256": stored.sha256,
            },
        )
        _replace_rejections(run, part, checkpoint.seq, batch.rejected, keep_text=keep_text)
        checkpoint.seq, checkpoint.cursor = checkpoint.seq + 1, batch.cursor
        checkpoint.save(update_fields=["seq", "cursor", "updated_at"])
        # Exact, though it adds up: the row is locked, and what it counted was committed with its checkpoint.
        run.rows_kept += batch.rows.num_rows
        run.rows_rejected += len(batch.rejected)
        run.rows_read = run.rows_kept + run.rows_rejected
        run.bytes_read = min(plan.size_before(rank) + batch.position, run.bytes_total)
        run.save(update_fields=["rows_kept", "rows_rejected", "rows_read", "bytes_read"])
    return run


def complete_part(*, lease: Lease[Run], checkpoint: Checkpoint) -> None:
    """Remember that this part was read to its end."""
    with transaction.atomic():
        lease.lock()
        checkpoint.is_complete = True
        checkpoint.save(update_fields=["is_complete", "updated_at"])


def count_again(run: Run) -> None:
    """Set the counters of a run, which the transaction has locked, to what has landed."""
    run.rows_kept = run.segments.aggregate(rows=Sum("rows"))["rows"] or 0
    run.rows_rejected = run.rejections.count()
    run.rows_read = run.rows_kept + run.rows_rejected
    run.save(update_fields=["rows_kept", "rows_rejected", "rows_read"])


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
