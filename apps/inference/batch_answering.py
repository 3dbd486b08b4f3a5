"""Answering a batch, chunk after chunk. For workers.

    upload, or a table of a dataset ──▶ chunks ──▶ checked ──▶ answered ──▶ parts, in order ──▶ one result
                  │                                  └──▶ refused rows, each with its field and its fault    ▲
                  └──▶ the columns that were sent ───────────────────────────────────────────────────────────┘

Each part is in the lake before the row of the batch says so, under a name that follows from its rank: a worker that
dies is replaced, and the part that it was writing is written again, the same.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from apps.core import lake
from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.datasets.reading import Table
from apps.datasets.schema import ROW_ID
from apps.inference import traffic
from apps.inference.batch_failures import BatchLimitReached, BatchNoRoom, BatchUnexpected
from apps.inference.batch_limits import rows_left, spend_rows
from apps.inference.enums import BatchFormat, BatchState, Channel, Slot
from apps.inference.models import Batch
from apps.inference.serving import measures, swapping
from apps.inference.serving.swapping import Loaded
from apps.inference.watching import add_traffic

if TYPE_CHECKING:
    import pyarrow as pa

REFUSED_COLUMNS = ("row", "field", "code")


def answer_batch(*, batch_id: int) -> Batch | None:
    """Answer this batch to its end. None if it does not wait, or if another process has it."""
    batch = carry_out(Batch.objects.waiting(), batch_id, do=_answer, unexpected=BatchUnexpected, no_room=BatchNoRoom)
    if batch is not None and batch.is_over:
        lake.delete(batch.parts)
    return batch


def _answer(lease: Lease[Batch], held: Held) -> dict[str, Any]:
    from apps.inference.serving import chunks
    from apps.inference.serving.vectors import UNREAD

    batch = lease.row
    loaded = swapping.load(batch.version_id)
    form = BatchFormat(batch.source_format)
    with _source(batch) as path:
        lease.note(started_at=batch.started_at or timezone.now())
        names = loaded.signature.names
        found = chunks.read(path, form, (*names, UNREAD) if batch.is_from_page else names)
        for rank, rows in enumerate(found):
            if batch.error_code:
                break
            if rank < batch.chunks_done:
                continue
            if not _goes_on(lease, held):
                return {"state": BatchState.CANCELLED}
            _answer_chunk(lease, loaded, rank, rows)
        return _put_together(batch, loaded, path)


def _answer_chunk(lease: Lease[Batch], loaded: Loaded, rank: int, rows: "pa.RecordBatch") -> None:
    """Answer one chunk, write its part, then say so, and count its rows for the watch in the same instant: each chunk
    is counted once, whoever takes it over. Rows are numbered from 1. Those beyond the limit of the day are left, and it
    is told: no chunk follows."""
    import pyarrow.parquet as pq

    from apps.inference.serving import chunks

    batch = lease.row
    whole, rows = rows.num_rows, rows.slice(0, rows_left(batch))
    told = chunks.answer(loaded, rows, first_row=batch.rows_done + 1)
    for kind, table in (("answers", told.answers), ("refused", told.refused)):
        with lake.writing(batch.part(kind, rank), is_described=False) as draft:
            pq.write_table(table, draft.path, **chunks.as_they_come(table.schema))
    refused = len(set(told.refused.column("row").to_pylist()))
    answered = rows.num_rows - refused
    with transaction.atomic():
        lease.note(
            chunks_done=rank + 1,
            rows_done=batch.rows_done + rows.num_rows,
            rows_refused=batch.rows_refused + refused,
            **(_limit_reached(batch, rows.num_rows) if rows.num_rows < whole else {}),
        )
        add_traffic(
            version_id=batch.version_id,
            slot=Slot.CHAMPION,
            at=timezone.now(),
            rows=answered,
            counts=told.counts,
            requests=traffic.answered_apart(Channel.BATCH, requests=int(rank == 0), rows=answered),
        )
    spend_rows(rows.num_rows, model=batch.model, by=batch.requested_by)
    measures.rows(batch.model.slug, Slot.CHAMPION).inc(answered)


def _limit_reached(batch: Batch, rows: int) -> dict[str, Any]:
    """What a batch says once so many more of its rows were answered, the last of the day."""
    details = {"limit": batch.model.declared.serving.batch_rows_per_day, "rows": batch.rows_done + rows}
    return {"error_kind": BatchLimitReached.kind, "error_code": BatchLimitReached.code, "error_details": details}


def refusals(batch: Batch) -> Iterator[tuple[int, str, str]]:
    """The faults of the rows that were refused, in order: row, field, code."""
    with lake.reading(batch.refused) as path, path.open(newline="") as file:
        for each in csv.DictReader(file):
            yield int(each["row"]), each["field"], each["code"]


def _put_together(batch: Batch, loaded: Loaded, path: Path) -> dict[str, Any]:
    """One file of the parts, in their order, beside the rows of the file of this path, and one of the refused rows. The
    parts stay until the row is over."""
    from apps.inference.serving import chunks, results

    result, refused = f"{batch.folder}/result.{batch.result_format}", f"{batch.folder}/refused.csv"
    with lake.writing(result, is_described=False) as draft:
        results.write(
            draft.path,
            BatchFormat(batch.result_format),
            given=results.sent(path, BatchFormat(batch.source_format), _given_back(batch, path)),
            answers=_parts(batch, "answers"),
            schema=chunks.answer_schema(loaded.signature),
        )
    with lake.writing(refused, is_described=False) as draft, draft.path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REFUSED_COLUMNS)
        for table in _parts(batch, "refused"):
            writer.writerows(zip(*(table.column(name).to_pylist() for name in REFUSED_COLUMNS), strict=True))
    measures.answered(batch.model.slug, Channel.BATCH).inc()
    if batch.error_code:
        return {"state": BatchState.STOPPED, "result": result, "refused": refused}
    return {"state": BatchState.DONE, "result": result, "refused": refused, "rows_total": batch.rows_done}


def _given_back(batch: Batch, path: Path) -> list[str] | None:
    """The columns that the result gives back: those of a file, whatever the model reads; of a dataset, those that tell
    its rows apart, as far as this person may read them now. None for all."""
    from apps.inference.serving import results

    if batch.table:
        seen = Table.reading(batch.table, batch.table.version, batch.requested_by or AnonymousUser())
        return [column.name for column in seen.key] or [ROW_ID]
    return results.names_sent(path) if batch.is_from_page else None


def _parts(batch: Batch, kind: str) -> "Iterator[pa.Table]":
    import pyarrow.parquet as pq

    for rank in range(batch.chunks_done):
        with lake.reading(batch.part(kind, rank)) as path:
            yield pq.read_table(path)


def _goes_on(lease: Lease[Batch], held: Held) -> bool:
    """Whether the batch is still ours, and wanted. Raises LeaseLost."""
    held.check()
    return not Batch.objects.filter(pk=lease.row.pk).exclude(cancel_requested_at=None).exists()


@contextmanager
def _source(batch: Batch) -> Iterator[Path]:
    """The file of its rows."""
    name = batch.upload or (batch.table.snapshot if batch.table else "")
    with lake.reading(name) as path:
        yield path
