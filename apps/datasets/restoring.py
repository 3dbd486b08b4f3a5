"""Restoring a version: what was published once is published again, from its snapshots, under a new number.

The dataset does not point back to the former version, for three reasons. Readers: numbers, entity tags and
`Last-Modified` would go back, so a client that asks what changed since the version that went wrong would be told that
nothing did, and keep it; a cursor would go on in a version that is no longer served. Lineage: what readers got, and
when, would no longer be told by the list of versions, nor would the datasets made from this one be built again.
Safety: the tables of a replaced version are dropped after a while, and making them again is long work, which needs a
lease, an end whatever happens, and one transaction at the end: all that a build has.

So a restoration is a build that reads nothing: it copies the files of the version, each checked against its digest,
then publishes them as any build does. What is told of them (recipes, runs, rows set aside, gate) is what was told when
they were made: nothing is judged again. The files are copied, not shared, so that each has one owner, who deletes it.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.enums import Trigger
from apps.core import lake
from apps.datasets.audit_actions import AuditAction
from apps.datasets.exceptions import AlreadyServed, CleaningCancelled
from apps.datasets.failures import VersionFilesDamaged, VersionFilesGone
from apps.datasets.models import Build, BuildOutput, Dataset, Version, VersionTable
from apps.datasets.reading.engines import SnapshotGone
from apps.datasets.requesting import one_build_at_a_time
from apps.datasets.schema import ColumnSchema
from apps.datasets.snapshots import Snapshot, folder_of

# What a restoration says of its rows, as the build that made them did.
TOLD = ("rows_in", "rows_kept", "rows_rejected", "rows_left_out", "verdict", "sql")
PINNED = ("model", "recipes", "recipe_number", "schema_version", "engine")


@transaction.atomic
def request_restoration(
    *, version: Version, by: User | None, trigger: Trigger = Trigger.PERSON, note: str = ""
) -> Build:
    """Ask for a former version to be published again.

    Raises AlreadyServed if readers get it today, SnapshotGone if its files are no longer kept, BuildAlreadyActive while
    another build waits or goes on.
    """
    dataset: Dataset = Dataset.objects.select_for_update().get(pk=version.dataset_id)
    subject = f"datasets.dataset:{dataset.pk}"
    if dataset.current_version_id == version.pk:
        raise AlreadyServed(_("Readers get this version today."), subject=subject)
    if not all(lake.storage().exists(table.snapshot) for table in version.tables.all()):
        raise SnapshotGone(_("The rows of this version are no longer kept."), subject=subject)
    made = version.build
    with one_build_at_a_time(subject):
        build: Build = Build.objects.create(
            dataset=dataset,
            trigger=trigger,
            requested_by=by,
            restores=version,
            note=note,
            schema=_as_confidential_as_today(version.schema, dataset.current_version),
            **{name: getattr(made, name) for name in PINNED},
        )
    build.runs.set(made.runs.all())
    build.read_versions.set(made.read_versions.all())
    details = {"version": version.number, "build": build.pk}
    record(action=AuditAction.RESTORATION_REQUESTED, actor=by, subject=dataset, details=details)
    return build


def copy_files(build: Build, *, should_stop: Callable[[], bool]) -> list[Snapshot]:
    """The files of the version that this build restores, all of them in its own folder, or none.

    Raises VersionFilesGone, VersionFilesDamaged, CleaningCancelled.
    """
    tables = list(VersionTable.objects.filter(version=build.restores_id))
    with ExitStack() as stack:
        drafts = []
        for table in tables:
            if should_stop():
                raise CleaningCancelled(_("The build was cancelled."))
            try:
                path = stack.enter_context(lake.reading(table.snapshot))
            except FileNotFoundError as error:
                raise VersionFilesGone from error
            draft = stack.enter_context(lake.writing(f"{folder_of(build)}/{PurePosixPath(table.snapshot).name}"))
            shutil.copyfile(path, draft.path)
            _check(draft.path, table)
            drafts.append(draft)
    return [
        Snapshot(entity=table.entity, count=table.rows, rows=draft.stored)
        for table, draft in zip(tables, drafts, strict=True)
    ]


def told_of(version: Version) -> dict[str, Any]:
    """What was measured of these rows when they were made."""
    return {name: getattr(version.build, name) for name in TOLD}


def outputs_of(build: Build, version: Version, snapshots: Sequence[Snapshot]) -> list[BuildOutput]:
    """What came of each entity, as it was told then. The rows set aside stay with the build that set them aside."""
    files = {each.entity: each.rows.name for each in snapshots}
    outputs = list(version.build.outputs.all())
    for output in outputs:
        output.pk, output.build = None, build
        output.snapshot, output.rejects = files[output.entity], ""
    return outputs


def _check(path: Path, table: VersionTable) -> None:
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != table.sha256:
            raise VersionFilesDamaged(file=table.snapshot)


def _as_confidential_as_today(schema: dict[str, Any], current: Version | None) -> dict[str, Any]:
    """The schema, where what is confidential today is too: going back shows nobody more than they see now."""
    today = {
        (entity.name, column.name): column
        for entity in (current.pinned_schema.entities if current else ())
        for column in entity.columns
    }
    entities = [
        {
            **entity,
            "columns": [_covered(column, today.get((entity["name"], column["name"]))) for column in entity["columns"]],
        }
        for entity in schema["entities"]
    ]
    return schema | {"entities": entities}


def _covered(column: dict[str, Any], today: ColumnSchema | None) -> dict[str, Any]:
    """The column as it was, with what is said of its confidentiality today if that is stricter."""
    if today is None or ColumnSchema.from_json(column).level.covers(today.level):
        return column
    said = {"personal_data": today.personal_data, "confidentiality": today.confidentiality, "mask": today.mask}
    return column | {name: value.value for name, value in said.items()}
