"""Forgetting what was collected, in due time.

**What is past its retention goes, even if it is all that a source holds today.** Keeping data no longer than its
purpose needs (GDPR, article 5.1.e) knows no exception for the latest copy: a source that nobody collects any more must
empty itself. What follows is that a dataset built from it stays as published, under the retention of its own versions,
but cannot be built again until its source is collected again. A source that is still of use is collected more often
than its data expires, so that its latest run is never old.

The database forgets first, in one transaction per run; then the files go. A process that dies in between leaves files
that no row names: each pass looks for those too, so the next one ends what this one began.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.accounts.audit import record
from apps.collection.audit_actions import AuditAction
from apps.collection.connectors.file.fetching import FOLDER as FILES
from apps.collection.connectors.file.fetching import lake_name
from apps.collection.landing import RUNS, delete_files_of_run
from apps.collection.models import Run, StoredFile
from apps.core import lake

# Long enough to be sent, then chosen in a form the next day; or to be read by the run that downloaded it.
UNUSED_FILES_ARE_KEPT_FOR = timedelta(days=2)

# Where connectors write what they have not received whole.
DOWNLOADS = ".incoming-*"


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How much a pass has forgotten, or would."""

    runs: int = 0
    files: int = 0


def forget_old_runs(*, now: datetime, dry_run: bool = False) -> Forgotten:
    """Delete the segments and rejected records of runs past the retention of their source, and the files of no use.

    Runs themselves stay, with their counts and verdict: they hold no data. Never inside a transaction: files would be
    deleted that a rollback still names.
    """
    runs = list(Run.objects.to_forget(at=now).order_by("pk").values_list("pk", flat=True))
    if dry_run:
        return Forgotten(runs=len(runs), files=StoredFile.objects.unused_since(now - UNUSED_FILES_ARE_KEPT_FOR).count())
    forgotten = sum(_forget_run(pk=pk, now=now) for pk in runs)
    unused = list(StoredFile.objects.unused_since(now - UNUSED_FILES_ARE_KEPT_FOR).values_list("pk", flat=True))
    files = sum(_forget_file(digest=digest, before=now - UNUSED_FILES_ARE_KEPT_FOR) for digest in unused)
    _sweep_runs()
    _sweep_files(before=now - UNUSED_FILES_ARE_KEPT_FOR)
    _sweep_downloads(before=now - UNUSED_FILES_ARE_KEPT_FOR)
    return Forgotten(runs=forgotten, files=files)


def _forget_run(*, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        run = Run.objects.to_forget(at=now).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if run is None:
            return False  # retried or forgotten meanwhile
        segments, rejections = run.segments.count(), run.rejections.count()
        run.segments.all().delete()
        run.rejections.all().delete()
        run.files.clear()
        run.segments_deleted_at = now
        run.save(update_fields=["segments_deleted_at"])
        record(
            action=AuditAction.COLLECTED_DATA_DELETED,
            actor=None,
            subject=run,
            details={"segments": segments, "rejections": rejections},
        )
    delete_files_of_run(pk)
    return True


def _forget_file(*, digest: str, before: datetime) -> bool:
    """The row is locked while the file goes: whoever keeps the same file again waits, then keeps it anew."""
    with transaction.atomic():
        unused = StoredFile.objects.unused_since(before).select_for_update(of=("self",), skip_locked=True)
        file = unused.filter(pk=digest).first()
        if file is None:
            return False
        lake.delete([lake_name(digest)])
        file.delete()
    return True


def _sweep_runs() -> None:
    """Delete the folders of runs that are gone or forgotten, and in the others what processes that died left."""
    for name in _folders(RUNS):
        if not name.isdecimal():
            continue
        run = Run.objects.defer("plan").filter(pk=int(name), segments_deleted_at=None).first()
        if run is None:
            delete_files_of_run(int(name))
        elif run.is_over:
            _sweep_leftovers(run)


def _sweep_leftovers(run: Run) -> None:
    folder = f"{RUNS}/{run.pk}"
    recorded = set(run.segments.values_list("name", flat=True))
    _folders_in, names = lake.storage().listdir(folder)
    # Only a run that failed or was cancelled may be taken up again, and it then writes under other names.
    lake.delete(path for each in names if (path := f"{folder}/{each}") not in recorded and each.endswith(".parquet"))


def _sweep_files(*, before: datetime) -> None:
    """Delete the old files that no row names: a process died between a download and the run's transaction."""
    storage = lake.storage()
    for folder in _folders(FILES):
        _inner, names = storage.listdir(f"{FILES}/{folder}")
        known = set(StoredFile.objects.filter(pk__in=names).values_list("pk", flat=True))
        for name in set(names) - known:
            path = f"{FILES}/{folder}/{name}"
            with suppress(FileNotFoundError):
                if storage.get_modified_time(path) < before:
                    storage.delete(path)


def _sweep_downloads(*, before: datetime) -> None:
    """Delete what killed processes had begun to download."""
    for folder in settings.MEDIA_ROOT.glob(DOWNLOADS):
        if folder.stat().st_mtime < before.timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def _folders(parent: str) -> list[str]:
    try:
        return lake.storage().listdir(parent)[0]
    except FileNotFoundError:
        return []
