"""Publishing a version: its table is loaded and becomes what readers get, in one transaction.

No table is renamed, and none that is read is locked: the dataset points to the version whose table is to be read. A
reader that chose the version before finishes on its table, which is dropped a while later (see `retention.py`). A load
that does not end leaves nothing, so a table that no version names belongs to nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.audit import record
from apps.core import lake
from apps.core.lake import Stored
from apps.core.leases import Lease
from apps.datasets import tables
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.schema import ROW_ID

MANIFEST_FORMAT = 1
# Compared at once, in rows.
COMPARED_ROWS = 65_536
# A table of the same name that is still there belonged to a dataset that is gone; nobody reads it for long.
LOCK_TIMEOUT_S = 30


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a build has written in the lake: the rows of the version, and those that were set aside."""

    rows: Stored
    rejects: Stored


def folder_of(build: Build) -> str:
    """Where the files of a build are in the lake."""
    return f"datasets/{build.dataset_id}/builds/{build.pk}"


def is_published_already(build: Build, *, snapshot: Stored) -> bool:
    """Whether the current version was made by this very recipe, for this very schema, and has these very rows."""
    current: Version | None = build.dataset.current_version
    if current is None or current.rows != build.rows_kept:
        return False
    made_by = current.build
    if (made_by.recipe, current.schema) != (build.recipe, build.schema):
        return False
    try:
        with lake.reading(current.snapshot) as before, lake.reading(snapshot.name) as after:
            return _hold_the_same(before, after, columns=[ROW_ID, *build.pinned_schema.names])
    except FileNotFoundError:
        return False


def publish(*, lease: Lease[Build], snapshot: Snapshot) -> Version:
    """Load the snapshot of a build that passed its gate, and let readers have it. The build is over once it commits.

    Raises LeaseLost, or IndexedValueTooLong, with nothing changed.
    """
    build = lease.row
    schema = build.pinned_schema
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_S}s"])
        parent: Version | None = build.dataset.versions.order_by("-number").first()
        number = parent.number + 1 if parent else 1
        table = tables.table_name(dataset=build.dataset.slug, entity=schema.name, number=number)
        tables.create_table(table=table, schema=schema)
        with lake.reading(snapshot.rows.name) as path:
            tables.copy_rows(table=table, schema=schema, path=path)
        tables.finish_table(table=table, schema=schema)
        now = timezone.now()
        manifest = _manifest(build, snapshot, number=number, parent=parent, now=now)
        _write_manifest(build, manifest)

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
            size=snapshot.rows.size,
            sha256=snapshot.rows.sha256,
            snapshot=snapshot.rows.name,
            manifest=manifest,
            table=table,
            published_at=now,
        )
        dataset.versions.exclude(pk=version.pk).filter(replaced_at=None).update(replaced_at=now)
        dataset.current_version = version
        dataset.save(update_fields=["current_version"])
        held.state, held.phase, held.finished_at = BuildState.PUBLISHED, BuildPhase.PUBLISH, now
        held.save(update_fields=["state", "phase", "finished_at"])
        record(
            action=AuditAction.VERSION_PUBLISHED,
            actor=held.requested_by,
            subject=dataset,
            details={"version": number, "rows": version.rows},
        )
    return version


def _hold_the_same(before: Path, after: Path, *, columns: Sequence[str]) -> bool:
    """Whether two snapshots have the same values in these columns, in the same order; read side by side."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(before) as left, pq.ParquetFile(after) as right:
        if left.metadata.num_rows != right.metadata.num_rows:
            return False
        pairs = zip(
            left.iter_batches(COMPARED_ROWS, columns=columns),
            right.iter_batches(COMPARED_ROWS, columns=columns),
            strict=True,
        )
        return all(one.equals(other) for one, other in pairs)


def _manifest(
    build: Build, snapshot: Snapshot, *, number: int, parent: Version | None, now: datetime
) -> dict[str, Any]:
    """All that it took to make the version, for whoever has nothing but its files."""
    import duckdb
    import ibis
    import pyarrow as pa

    return {
        "format": MANIFEST_FORMAT,
        "dataset": build.dataset.slug,
        "version": number,
        "parent": parent.number if parent else None,
        "built_at": now.isoformat(),
        "schema": build.schema,
        "schema_version": build.schema_version,
        "recipe": {"number": build.recipe_number, **build.recipe},
        "sql": build.sql,
        "engine": {
            "ecluse": settings.VERSION,
            "ibis": ibis.__version__,
            "duckdb": duckdb.__version__,
            "pyarrow": pa.__version__,
        },
        "rows": {
            "read": build.rows_in,
            "kept": build.rows_kept,
            "rejected": build.rows_rejected,
            "reasons": build.reasons,
        },
        "gate": build.verdict,
        "files": [
            {"role": role, "name": file.name, "size": file.size, "sha256": file.sha256}
            for role, file in (("rows", snapshot.rows), ("rejects", snapshot.rejects))
        ],
        "runs": [
            {
                "run": run.pk,
                "source": run.source.slug,
                "finished_at": run.finished_at.isoformat() if run.finished_at else None,
                "segments": [
                    {"name": segment.name, "rows": segment.rows, "sha256": segment.sha256}
                    for segment in run.segments.all()
                ],
            }
            for run in build.runs.order_by("pk").select_related("source").prefetch_related("segments")
        ],
    }


def _write_manifest(build: Build, manifest: dict[str, Any]) -> None:
    with lake.writing(f"{folder_of(build)}/manifest.json") as draft:
        draft.path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
