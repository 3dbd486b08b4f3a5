"""What the platform cannot do without, and what it can do without for a while."""

import shutil
from datetime import timedelta
from functools import cache as once
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import HealthCheck
from apps.core.errors import TemporaryFailure
from apps.core.queues import count_workers, queue_lengths
from apps.core.schedules import last_tick

TICK_TOLERANCE = timedelta(minutes=3)
MEBIBYTE = 1024 * 1024


class Unwell(TemporaryFailure):
    """A part of the platform does not do its work; the message says which and what to look at."""

    code = "unwell"


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    if not _migrations_are_applied():
        _migrations_are_applied.cache_clear()
        raise Unwell(_("The database is not at the version of the code: run migrate."))


@once
def _migrations_are_applied() -> bool:
    """Once it is true it stays so for the life of this process, whose code does not change."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_cache() -> None:
    now = timezone.now().isoformat()
    cache.set("health:probe", now, timeout=60)
    if cache.get("health:probe") is None:
        raise Unwell(_("The cache forgets what it is given."))


def check_broker() -> None:
    queue_lengths()


def check_workers() -> None:
    if not count_workers():
        raise Unwell(_("No worker answers: background work waits."))


def check_beat() -> None:
    tick = last_tick()
    if tick is None or timezone.now() - tick > TICK_TOLERANCE:
        raise Unwell(_("The clock has not ticked for minutes: nothing scheduled starts."))


def check_storage() -> None:
    """Files can be written, with room left; what is not on a disk of ours is only asked whether it answers."""
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.exists("health")
        return
    folder = Path(default_storage.location)
    folder.mkdir(parents=True, exist_ok=True)  # as the first file that is kept would do
    with TemporaryFile(dir=folder) as file:
        file.write(b"ok")
    if shutil.disk_usage(folder).free < settings.MIN_FREE_DISK_MB * MEBIBYTE:
        raise Unwell(_("The disk is almost full."))


DECLARED = [
    HealthCheck(name="database", label=_("Database"), check=check_database, critical=True),
    HealthCheck(name="migrations", label=_("Database version"), check=check_migrations, critical=True),
    HealthCheck(name="cache", label=_("Cache"), check=check_cache, critical=True),
    HealthCheck(name="storage", label=_("File storage"), check=check_storage),
    HealthCheck(name="broker", label=_("Task queue"), check=check_broker),
    HealthCheck(name="workers", label=_("Workers"), check=check_workers),
    HealthCheck(name="beat", label=_("Clock"), check=check_beat),
]
