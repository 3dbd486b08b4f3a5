"""What is to be read of a source of files, pinned: one part for each file, and a bookmark that names them all."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from apps.collection.connectors.base import Part, Reading
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.exceptions import NoFileThere, OtherColumns, TooManyFiles
from apps.collection.connectors.file.fetching import check_kept, download_version, is_same_version, kept
from apps.collection.connectors.file.formats.base import Described
from apps.collection.connectors.file.looking import glimpsed, looked_at
from apps.collection.connectors.file.naming import free_name
from apps.collection.connectors.file.origins.base import MAX_PARTS, ManyFiles, capped

# The only part of a file: it is read from its start to its end.
KEY = "all"
# How a fingerprint says that it is a digest, where the site has no name for the version of a file.
_DIGEST = "sha256:"
_NAMES_SHOWN = 200

Fingerprints = Mapping[str, str]


def parts_of_one(config: FileConfig, known: Fingerprints) -> Reading:
    """The file sent or at an address: one part, or one for each of the files of a zip; none if it is known already."""
    fingerprint = known.get(config.name, "")
    same = Reading(parts=(), bookmark={"files": {config.name: fingerprint}})
    if config.upload:
        digest, current = config.upload.digest, _DIGEST + config.upload.digest
    elif fingerprint and not fingerprint.startswith(_DIGEST) and is_same_version(config.url or "", fingerprint):
        return same
    else:
        digest, version = download_version(config.url or "")
        current = version or _DIGEST + digest
    if current == fingerprint:
        return same
    return Reading(parts=tuple(_parts_in(config, digest)), bookmark={"files": {config.name: current}})


def parts_of_many(config: FileConfig, origin: ManyFiles, known: Fingerprints) -> Reading:
    """The files of an origin that are new, or not as they were.

    Raises NoFileThere, TooManyFiles, and the errors of the place.
    """
    found = capped(origin.files())
    if not found and not known:
        raise NoFileThere(name=config.name, files=config.wanted_files)
    bookmark = {"files": {file.name: file.fingerprint for file in found}}
    changed = [file for file in found if known.get(file.name) != file.fingerprint]
    if len(changed) > MAX_PARTS:
        raise TooManyFiles(limit=MAX_PARTS)
    if not changed:
        return Reading(parts=(), bookmark=bookmark)
    with glimpsed(config) as content:
        columns = [column.name for column in looked_at(content, config).columns]
    shared = {"columns": columns, **_file_column(config, columns)}
    parts = (
        Part(key=f"{rank:05d}", details={"file": file.as_json(), **shared}, size=file.size)
        for rank, file in enumerate(changed)
    )
    return Reading(parts=tuple(parts), bookmark=bookmark)


def check_columns(described: Described, expected: Iterable[str], *, name: str) -> None:
    """Raises OtherColumns unless the file has those of the others, in any order; those of records may differ."""
    if described.is_sparse:
        return
    found = {column.name for column in described.columns}
    missing, added = set(expected) - found, found - set(expected)
    if missing or added:
        raise OtherColumns(name=name, missing=_shown(missing), added=_shown(added))


def _shown(names: set[str]) -> str:
    return ", ".join(sorted(names))[:_NAMES_SHOWN] or "–"


def _parts_in(config: FileConfig, digest: str) -> Iterable[Part]:
    with kept(digest=digest, name=config.name) as path:
        check_kept(path, digest=digest, name=config.name)
        size = path.stat().st_size
        whole = Content(path=path, name=config.name, limit=settings.COLLECT_MAX_FILE_BYTES, size=size)
        tables = whole.tables(config.members)
        columns: list[str] = []
        for rank, content in enumerate(tables):
            described = looked_at(content, config, is_thorough=True)
            columns = columns or [column.name for column in described.columns]
            check_columns(described, columns, name=content.told)
            details: dict[str, Any] = {"digest": digest, "name": config.name, "size": size, "layout": described.layout}
            if content.member:
                details |= {"member": content.member, "columns": columns}
            details |= _file_column(config, columns)
            yield Part(key=KEY if len(tables) == 1 else f"{rank:05d}", details=details, size=content.size)


def _file_column(config: FileConfig, columns: list[str]) -> dict[str, str]:
    return {"file_column": free_name("file", columns)} if config.add_file_name else {}
