"""Publishing a version: its tables are loaded and become what readers get, in one transaction.

No table is renamed, and none that is read is locked: the dataset points to the version whose tables are to be read. A
reader that chose the version before finishes on its own, which are dropped a while later (see `retention.py`). A load
that does not end leaves nothing, so a table that no version names belongs to nobody.
"""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.audit import record
from apps.core import lake
from apps.core.leases import Lease
from apps.datasets import tables
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.manifests import manifest_of, write_manifest
from apps.datasets.models import Build, Dataset, Version, VersionTable
from apps.datasets.schema import ROW_ID, EntitySchema
from apps.datasets.snapshots import Snapshot, folder_of
from apps.datasets.sql_access import follow_dataset

# Compared at once, in rows.
COMPARED_ROWS = 65_536
# A table of the same name that is still there belonged to a dataset that is gone; nobody reads it for long.
LOCK_TIMEOUT_S = 30


def is_published_already(build: Build, *, snapshots: Sequence[Snapshot]) -> bool:
    """Whether the current version was made by these very recipes, for this very schema, and has these very rows."""
    current: Version | None = build.dataset.current_version
    if current is None or (current.build.recipes, current.schema) != (build.recipes, build.schema):
        return False
    before = {table.entity: table for table in current.tables.all()}
    if [(each.entity, each.count) for each in snapshots] != [(each.entity, each.rows) for each in before.values()]:
        return False
    schema = build.pinned_schema
    try:
        return all(
            _hold_the_same(before[each.entity].snapshot, each.rows.name, schema.entity(each.entity))
            for each in snapshots
        )
    except FileNotFoundError:
        return False


def publish(*, lease: Lease[Build], snapshots: Sequence[Snapshot]) -> Version:
    """Load the snapshots of a build that passed its gate, and let readers have them. The build is over once it commits.

    Raises LeaseLost, or IndexedValueTooLong, with nothing changed.
    """
    build = lease.row
    schema = build.pinned_schema
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_S}s"])
        parent: Version | None = build.dataset.versions.order_by("-number").first()
        number = parent.number + 1 if parent else 1
        loaded = {each.entity: _load(build, each, number=number) for each in snapshots}
        tables.finish_tables({table: schema.entity(entity) for entity, table in loaded.items()})
        now = timezone.now()
        manifest = manifest_of(build, snapshots, number=number, parent=parent, now=now)
        write_manifest(manifest, folder=folder_of(build))

        held = lease.lock()
        dataset = Dataset.objects.select_for_update().get(pk=held.dataset_id)
        version = Version.objects.create(
            dataset=dataset,
            number=number,
            build=held,
            parent=parent,
            schema=held.schema,
            schema_version=held.schema_version,
            rows=held.rows_kept,
            size=sum(each.rows.size for each in snapshots),
            manifest=manifest,
            note=held.note,
            published_at=now,
        )
        VersionTable.objects.bulk_create(
            VersionTable(
                version=version,
                position=position,
                entity=each.entity,
                rows=each.count,
                size=each.rows.size,
                sha256=each.rows.sha256,
                snapshot=each.rows.name,
                table=loaded[each.entity],
            )
            for position, each in enumerate(snapshots)
        )
        dataset.versions.exclude(pk=version.pk).filter(replaced_at=None).update(replaced_at=now)
        dataset.current_version = version
        dataset.save(update_fields=["current_version"])
        follow_dataset(dataset)
        held.state, held.phase, held.finished_at = BuildState.PUBLISHED, BuildPhase.PUBLISH, now
        held.save(update_fields=["state", "phase", "finished_at"])
        record(
            action=AuditAction.VERSION_PUBLISHED,
            actor=held.requested_by,
            subject=dataset,
            details={"version": number, "rows": version.rows} | _restored(build),
        )
    return version


def _restored(build: Build) -> dict[str, int]:
    return {"restores": build.restores.number} if build.restores else {}


def _load(build: Build, snapshot: Snapshot, *, number: int) -> str:
    """Make the table of an entity and fill it; its name."""
    schema = build.pinned_schema.entity(snapshot.entity)
    table = tables.table_name(dataset=build.dataset.slug, entity=schema.name, number=number)
    tables.create_table(table=table, schema=schema)
    with lake.reading(snapshot.rows.name) as path:
        tables.copy_rows(table=table, schema=schema, path=path)
    return table


def _hold_the_same(before: str, after: str, schema: EntitySchema) -> bool:
    """Whether two snapshots have the same values in these columns, in the same order; read side by side."""
    import pyarrow.parquet as pq

    columns = [ROW_ID, *schema.names]
    with (
        lake.reading(before) as one_path,
        lake.reading(after) as other_path,
        pq.ParquetFile(one_path) as left,
        pq.ParquetFile(other_path) as right,
    ):
        if left.metadata.num_rows != right.metadata.num_rows:
            return False
        pairs = zip(
            left.iter_batches(COMPARED_ROWS, columns=columns),
            right.iter_batches(COMPARED_ROWS, columns=columns),
            strict=True,
        )
        return all(one.equals(other) for one, other in pairs)
