"""Batches: asking for one, starting it, stopping it, forgetting it. Workers answer them (`batch_answering`)."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import lake
from apps.datasets.models import VersionTable
from apps.inference.batch_failures import BatchUnreadable
from apps.inference.batch_limits import refuse_rows
from apps.inference.enums import BatchFormat, BatchState, Slot
from apps.inference.exceptions import BatchGoesOn, BatchOver, BatchRefused, BatchStarted, NotInService
from apps.inference.models import Batch, Model, ModelVersion

MOST_UNFINISHED = 3
MOST_BYTES = 2 * 1024**3
PIECE = 1024 * 1024


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
    names += batch.parts
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
