"""Batches: asking for one, answering it chunk after chunk, stopping it, forgetting it.

    upload, or a table of a dataset ──▶ chunks ──▶ checked ──▶ answered ──▶ parts, in order ──▶ one result
                  │                                  └──▶ refused rows, each with its field and its fault    ▲
                  └──▶ the columns that were sent ───────────────────────────────────────────────────────────┘

Each part is in the lake before the row of the batch says so, under a name that follows from its rank: a worker that
dies is replaced, and the part that it was writing is written again, the same.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import lake
from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.datasets.models import VersionTable
from apps.datasets.reading import Table
from apps.datasets.schema import ROW_ID
from apps.inference import traffic
from apps.inference.batch_failures import BatchLimitReached, BatchNoRoom, BatchUnexpected, BatchUnreadable
from apps.inference.batch_limits import refuse_rows, rows_left, spend_rows
from apps.inference.enums import BatchFormat, BatchState, Channel, Slot
from apps.inference.exceptions import BatchGoesOn, BatchOver, BatchRefused, BatchStarted, NotInService
from apps.inference.models import Batch, Model, ModelVersion
from apps.inference.serving import measures, swapping
from apps.inference.serving.swapping import Loaded
from apps.inference.watching import add_traffic

if TYPE_CHECKING:
    import pyarrow as pa

MOST_UNFINISHED = 3
MOST_BYTES = 2 * 1024**3
PIECE = 1024 * 1024
REFUSED_COLUMNS = ("row", "field", "code")


@transaction.atomic
def request_batch(
    *,
    model: Model,
    by: User | None,
    upload: IO[bytes] | None = None,
    source_format: BatchFormat = BatchFormat.PARQUET,
    table: VersionTable | None = None,
    result_format: BatchFormat = BatchFormat.PARQUET,
) -> Batch:
    """Ask the version in service about the rows of a file, or of a table of a dataset that this person may read.

    Raises NotInService, BatchRefused if the file is too large, if this person has too many batches already, or if more
    rows than are left to them today are counted in it.
    """
    version = version_in_service(model)
    refuse_one_more(model=model, by=by)
    refuse_rows(table.rows if table else None, model=model, by=by)
    batch: Batch = Batch.objects.create(
        model=model,
        version=version,
        requested_by=by,
        table=table,
        source_format=source_format,
        result_format=result_format,
        rows_total=table.rows if table else None,
    )
    if upload is not None:
        batch.upload = f"{batch.folder}/upload-{uuid4().hex}"
        _keep(upload, batch)
        batch.save(update_fields=["upload", "rows_total"])
    return batch


@transaction.atomic
def start_batch(*, batch: Batch) -> Batch:
    """Have a draft answered. Raises BatchStarted, NotInService, BatchRefused if another version came in service since
    (what was looked at was read as the one before reads it), or if more rows than are left today are in it."""
    held = _locked(batch)
    subject = f"inference.batch:{held.pk}"
    if not held.is_draft:
        raise BatchStarted(_("This batch was started already."), subject=subject)
    if version_in_service(held.model).pk != held.version_id:
        told = _("Another version of the model came in service since you sent this file: send it again.")
        raise BatchRefused(told, subject=subject)
    refuse_rows(held.rows_total, model=held.model, by=held.requested_by)
    held.state = BatchState.WAITING
    held.save(update_fields=["state"])
    return held


@transaction.atomic
def cancel_batch(*, batch: Batch) -> Batch:
    """Stop a batch: at once if nobody works on it yet, after the chunk that is being answered otherwise.

    Raises BatchOver.
    """
    held = _locked(batch)
    if held.is_over:
        raise BatchOver(_("This batch is over already."), subject=f"inference.batch:{held.pk}")
    held.cancel_requested_at = timezone.now()
    if not held.is_held:
        held.state, held.finished_at = BatchState.CANCELLED, held.cancel_requested_at
    held.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    return held


def answer_batch(*, batch_id: int) -> Batch | None:
    """Answer this batch to its end. None if it does not wait, or if another process has it."""
    batch = carry_out(Batch.objects.waiting(), batch_id, do=_answer, unexpected=BatchUnexpected, no_room=BatchNoRoom)
    if batch is not None and batch.is_over:
        lake.delete(_part_names(batch))
    return batch


def forget_old_batches(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the batches that are no longer kept, with their files; how many."""
    old = list(Batch.objects.past(at=now))
    if not dry_run:
        for batch in old:
            delete_batch(batch=batch)
    return len(old)


@transaction.atomic
def discard_batch(*, batch: Batch) -> None:
    """Delete a batch that somebody no longer wants, and its files. Raises BatchGoesOn: it is cancelled first."""
    held = _locked(batch)
    if not (held.is_over or held.is_draft):
        raise BatchGoesOn(_("Cancel this batch before you delete it."), subject=f"inference.batch:{held.pk}")
    delete_batch(batch=held)


def delete_batch(*, batch: Batch) -> None:
    """Delete a batch, then what was uploaded for it and what was answered."""
    names = [name for name in (batch.upload, batch.result, batch.refused) if name]
    names += _part_names(batch)
    batch.delete()
    lake.delete(names)


def version_in_service(model: Model) -> ModelVersion:
    """Raises NotInService."""
    version: ModelVersion | None = model.deployed(Slot.CHAMPION)
    if version is None:
        raise NotInService(_("No version of this model is in service."), subject=f"inference.model:{model.pk}")
    return version


def refuse_one_more(*, model: Model, by: User | None) -> None:
    """Raise BatchRefused if this person has as many batches that are not over as one may have."""
    if Batch.objects.unfinished().filter(requested_by=by).count() >= MOST_UNFINISHED:
        told = _("Wait for the end of your other batches, or delete those that you have not started.")
        raise BatchRefused(told, subject=f"inference.model:{model.pk}")


def _locked(batch: Batch) -> Batch:
    held: Batch = Batch.objects.select_for_update(of=("self",)).select_related("model").get(pk=batch.pk)
    return held


def _keep(upload: IO[bytes], batch: Batch) -> None:
    """Write the file that is being received, and count its rows, where it says so. Raises BatchRefused: no file is kept
    then."""
    written = 0
    with lake.writing(batch.upload) as draft:
        with draft.path.open("wb") as file:
            while piece := upload.read(PIECE):
                written += len(piece)
                if written > MOST_BYTES:
                    raise BatchRefused(_("The file is too large: send its rows in several batches."))
                file.write(piece)
        batch.rows_total = _counted(draft.path, BatchFormat(batch.source_format))
        refuse_rows(batch.rows_total, model=batch.model, by=batch.requested_by)


def _counted(path: Path, form: BatchFormat) -> int | None:
    """How many rows a file says that it has; of one that cannot be read, the batch tells."""
    # pyarrow takes 45 MB, which a process that receives no Parquet has no use for.
    if form != BatchFormat.PARQUET:
        return None
    from apps.inference.serving import chunks

    with suppress(BatchUnreadable):
        return chunks.count_rows(path)
    return None


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
        with lake.writing(_part(batch, kind, rank)) as draft:
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
    with lake.writing(result) as draft:
        results.write(
            draft.path,
            BatchFormat(batch.result_format),
            given=results.sent(path, BatchFormat(batch.source_format), _given_back(batch, path)),
            answers=_parts(batch, "answers"),
            schema=chunks.answer_schema(loaded.signature),
        )
    with lake.writing(refused) as draft, draft.path.open("w", newline="") as file:
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
        with lake.reading(_part(batch, kind, rank)) as path:
            yield pq.read_table(path)


def _goes_on(lease: Lease[Batch], held: Held) -> bool:
    """Whether the batch is still ours, and wanted. Raises LeaseLost."""
    held.check()
    return not Batch.objects.filter(pk=lease.row.pk).exclude(cancel_requested_at=None).exists()


def _part_names(batch: Batch) -> list[str]:
    return [_part(batch, kind, rank) for rank in range(batch.chunks_done) for kind in ("answers", "refused")]


def _part(batch: Batch, kind: str, rank: int) -> str:
    return f"{batch.folder}/{kind}-{rank:06d}.parquet"


@contextmanager
def _source(batch: Batch) -> Iterator[Path]:
    """The file of its rows."""
    name = batch.upload or (batch.table.snapshot if batch.table else "")
    with lake.reading(name) as path:
        yield path
