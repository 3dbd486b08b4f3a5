"""The manifest of a version: all that it took to make it, for whoever has nothing but its files.

Two builds of the same input have the same manifest, but for its number, its parent and the times. That of a version
that was restored is what it was, with the number of that version under `restores`. Files are named from the folder of
the manifest.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings

from apps.core import lake
from apps.datasets.enums import Engine
from apps.datasets.models import Build, Version
from apps.datasets.snapshots import Snapshot

FORMAT = 2


def manifest_of(
    build: Build, snapshots: Sequence[Snapshot], *, number: int, parent: Version | None, now: datetime
) -> dict[str, Any]:
    if build.restores:
        return _made_again(build.restores, number=number, parent=parent, now=now)

    outputs = {output.entity: output for output in build.outputs.all()}
    return {
        "format": FORMAT,
        "dataset": build.dataset.slug,
        "version": number,
        "parent": parent.number if parent else None,
        "built_at": now.isoformat(),
        "model": build.model,
        "schema": build.schema,
        "schema_version": build.schema_version,
        "recipes": build.recipes,
        "sql": build.sql,
        "engine": engine_of(Engine(build.engine)),
        "gate": build.verdict,
        "entities": [
            {
                "entity": each.entity,
                "rows": {
                    "read": outputs[each.entity].rows_in,
                    "kept": outputs[each.entity].rows_kept,
                    "rejected": outputs[each.entity].rows_rejected,
                    "left_out": outputs[each.entity].rows_left_out,
                    "reasons": outputs[each.entity].reasons,
                    "inputs": outputs[each.entity].inputs,
                    **({"update": update} if (update := outputs[each.entity].update) else {}),
                },
                "files": [
                    {"role": role, "name": PurePosixPath(file.name).name, "size": file.size, "sha256": file.sha256}
                    for role, file in (("rows", each.rows), ("rejects", each.rejects))
                    if file
                ],
            }
            for each in snapshots
        ],
        "base": build.base.number if build.base else None,
        "read": [*_runs(build), *_versions(build), *_receipts(build)],
    }


def _made_again(version: Version, *, number: int, parent: Version | None, now: datetime) -> dict[str, Any]:
    """That of a version which is published again: nothing else was made than its files of rows."""
    made: dict[str, Any] = version.manifest
    return made | {
        "version": number,
        "parent": parent.number if parent else None,
        "restores": version.number,
        "restored_at": now.isoformat(),
        "entities": [
            {**entity, "files": [file for file in entity["files"] if file["role"] == "rows"]}
            for entity in made["entities"]
        ],
    }


def engine_of(engine: Engine) -> dict[str, str]:
    """What computes the recipes, and the versions of all that makes rows."""
    names = ["ibis-framework", "duckdb", "pyarrow", *(["pyspark"] if engine == Engine.SPARK else [])]
    return {"name": engine.value, "ecluse": settings.VERSION} | {name: version(name) for name in names}


def write_manifest(manifest: dict[str, Any], *, folder: str) -> None:
    with lake.writing(f"{folder}/manifest.json") as draft:
        draft.path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _runs(build: Build) -> list[dict[str, Any]]:
    return [
        {
            "source": run.source.slug,
            "run": run.pk,
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "segments": [
                {"name": segment.name, "rows": segment.rows, "sha256": segment.sha256} for segment in run.segments.all()
            ],
        }
        for run in build.runs.order_by("pk").select_related("source").prefetch_related("segments")
    ]


def _versions(build: Build) -> list[dict[str, Any]]:
    return [
        {
            "dataset": read.dataset.slug,
            "version": read.number,
            "tables": [
                {"name": table.snapshot, "rows": table.rows, "sha256": table.sha256} for table in read.tables.all()
            ],
        }
        for read in build.read_versions.order_by("pk").select_related("dataset").prefetch_related("tables")
    ]


def _receipts(build: Build) -> list[dict[str, Any]]:
    """What programs wrote: the receipts up to a number, and the digest of theirs, one after the other."""
    told = []
    for entity, number in sorted(build.received.items()):
        read = build.dataset.receipts.filter(entity=entity, number__lte=number).order_by("number")
        digest, rows = sha256(), 0
        for each, count in read.values_list("digest", "count").iterator():
            digest.update(bytes.fromhex(each))
            rows += count
        told.append({"received": entity, "receipts": number, "rows": rows, "sha256": digest.hexdigest()})
    return told
