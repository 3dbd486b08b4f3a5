"""Receiving a file that somebody sends from a page: read whatever its format, kept as a draft to look at first."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import lake
from apps.core.numbers import format_size
from apps.inference.batch_limits import refuse_rows
from apps.inference.batching import refuse_one_more, version_in_service
from apps.inference.enums import BatchFormat, BatchState
from apps.inference.models import Batch, Model

# Of what is read while its sender waits, decompressed.
MOST_BYTES = 50 * 1024**2


@transaction.atomic
def receive_file(*, model: Model, by: User, file: "UploadedFile[bytes]", result_format: BatchFormat) -> Batch:
    """A draft of the rows of this file, for the version in service: nothing is answered before it is started.

    Raises NotInService, BatchRefused with what is wrong with the file.
    """
    # pyarrow takes 45 MB, which a process that only shows pages has no use for.
    from apps.inference.serving import tables

    version = version_in_service(model)
    refuse_one_more(model=model, by=by)
    batch: Batch = Batch.objects.create(
        model=model,
        version=version,
        requested_by=by,
        state=BatchState.DRAFT,
        name=(file.name or "")[:255],
        size=file.size,
        source_format=BatchFormat.PARQUET,
        result_format=result_format,
    )
    batch.upload = f"{batch.folder}/upload-{uuid4().hex}"
    with NamedTemporaryFile() as copy, lake.writing(batch.upload) as draft:
        copy.writelines(file.chunks())
        copy.flush()
        batch.rows_total = tables.rewrite(Path(copy.name), name=batch.name, signature=version.signed, into=draft.path)
        refuse_rows(batch.rows_total, model=model, by=by)
    batch.save(update_fields=["upload", "rows_total"])
    return batch


def told_too_large() -> str:
    size = format_size(MOST_BYTES)
    return _("The file is too large: %(size)s at most. Send its rows in several files.") % {"size": size}
