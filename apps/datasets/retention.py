"""What is no longer needed goes: tables of replaced versions, rows of builds that published nothing, rejected rows.

The snapshots of published versions are kept, all of them: a model that learned from one is explained by it.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from apps.accounts.audit import record
from apps.core import lake
from apps.datasets import tables
from apps.datasets.audit_actions import AuditAction
from apps.datasets.models import Build, BuildOutput, VersionTable

logger = logging.getLogger(__name__)

# Whoever chose the version before it was replaced has this long to begin to read its table.
REPLACED_TABLES_ARE_KEPT_FOR = timedelta(minutes=10)
# A drop that waits for a reader keeps the next readers waiting behind it: better not to wait.
LOCK_TIMEOUT_MS = 500


def drop_replaced_tables(*, now: datetime, dry_run: bool = False) -> int:
    """Drop the tables of versions replaced a while ago, and those that no version names; how many were dropped.

    One that is being read is left for the next time.
    """
    replaced = list(VersionTable.objects.replaced_before(at=now - REPLACED_TABLES_ARE_KEPT_FOR))
    # A table appears with its version, in one transaction: what no version names is what a deleted dataset left.
    there = tables.existing_tables()
    orphans = sorted(there - set(VersionTable.objects.exclude(table="").values_list("table", flat=True)))
    if dry_run:
        return len(replaced) + len(orphans)
    return sum(_drop_replaced(each) for each in replaced) + sum(drop_unless_read(table) for table in orphans)


def drop_unless_read(table: str) -> bool:
    """Drop a table, unless somebody reads it at this moment, or it is a version's; whether it was dropped."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
            tables.drop_table(table=table)
            # Asked once the table is ours: a new dataset may have taken the name of one that is gone.
            is_free = not VersionTable.objects.filter(table=table).exists()
            transaction.set_rollback(not is_free)
            return is_free
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        logger.info("table_still_read", extra={"subject": table})
        return False


def forget_rows(build: Build) -> None:
    """Delete the rows of a build that published nothing: nobody reads them. What it set aside stays to be read."""
    outputs = BuildOutput.objects.filter(build=build, build__version=None)
    lake.delete(outputs.exclude(snapshot="").values_list("snapshot", flat=True))
    outputs.update(snapshot="")


def forget_old_rejects(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the rejected rows that are past the retention of the sources that they come from; of how many builds."""
    builds = list(Build.objects.with_old_rejects(at=now))
    if dry_run or not builds:
        return len(builds)
    outputs = BuildOutput.objects.filter(build__in=builds)
    lake.delete(outputs.exclude(rejects="").values_list("rejects", flat=True))
    count = len(builds)
    with transaction.atomic():
        if outputs.exclude(rejects="").update(rejects=""):
            record(
                action=AuditAction.REJECTED_ROWS_DELETED,
                actor=None,
                subject="datasets.build",
                details={"count": count, "before": now.isoformat()},
            )
    return count


def delete_files_below(folder: str) -> None:
    """Delete every file of the lake below this folder."""
    storage = lake.storage()
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for inner in folders:
        delete_files_below(f"{folder}/{inner}")
    lake.delete(f"{folder}/{name}" for name in names)
    with suppress(OSError):  # where folders exist; one that is not empty is being written to
        storage.delete(folder)


def _drop_replaced(replaced: VersionTable) -> bool:
    with transaction.atomic():
        VersionTable.objects.filter(pk=replaced.pk).update(table="")
        is_dropped = drop_unless_read(replaced.table)
        transaction.set_rollback(not is_dropped)
    return is_dropped
