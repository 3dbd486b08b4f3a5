"""The table that is read today, found on each request: one small query, and what a process remembers.

Whether the dataset may be seen, and which version is read, are asked of the database each time. What a version is made
of never changes once it is published, so that is remembered: measured, two thirds of what finding a table costs.
"""

from copy import copy
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connection

from apps.core.interface import Viewer
from apps.datasets.models import Dataset, VersionTable
from apps.datasets.reading.table import Table

REMEMBERED = 512
# What tells who reads a dataset and what of it: the rest is loaded if it is asked for.
FIELDS = ("id", "name", "slug", "visibility", "current_version_id", "schema_version", "created_by_id")
# Written here rather than by the ORM, which takes longer to write it than the database to answer it.
SERVED = f"""
SELECT {", ".join(f"dataset.{field}" for field in FIELDS)}, stored.id, stored."table"
FROM {Dataset._meta.db_table} dataset
JOIN {VersionTable._meta.db_table} stored ON stored.version_id = dataset.current_version_id
WHERE dataset.slug = %s AND stored."table" <> '' AND
"""  # noqa: S608 -- names are ours


def served_table(slug: str, entity: str, viewer: Viewer) -> Table | None:
    """That of an entity (the main one if it is not said) in the version that is read; None if this viewer sees none."""
    condition, value = ("stored.entity = %s", entity) if entity else ("stored.position = %s", 0)
    with connection.cursor() as cursor:
        cursor.execute(SERVED + condition, [slug, value])
        found = cursor.fetchone()
    if found is None:
        return None
    return _seen_by(found, viewer) if viewer.is_authenticated else _seen_by_anyone(found)


@lru_cache(maxsize=REMEMBERED)
def _seen_by_anyone(found: tuple[Any, ...]) -> Table | None:
    """What the database just answered decides all of it."""
    return _seen_by(found, AnonymousUser())


def _seen_by(found: tuple[Any, ...], viewer: Viewer) -> Table | None:
    *values, stored_id, stored_table = found
    dataset = Dataset.from_db(DEFAULT_DB_ALIAS, FIELDS, values)
    if not dataset.is_visible_to(viewer):
        return None
    remembered = _published(stored_id, stored_table, dataset.schema_version)
    # Copies: another thread sets the same attributes on its own.
    stored, version = copy(remembered), copy(remembered.version)
    version.dataset = dataset
    return Table.reading(stored, version, viewer)


@lru_cache(maxsize=REMEMBERED)
def _published(pk: int, table: str, schema_version: int) -> VersionTable:
    """What a version holds of one entity, for as long as its rows are in this table and the structure of the dataset is
    not changed: what becomes confidential then is so in what was published before.
    """
    stored: VersionTable = (
        VersionTable.objects.select_related("version").defer("version__manifest", "version__note").get(pk=pk)
    )
    _ = stored.version.pinned_schema  # parsed once for all: the copies have it too
    return stored
