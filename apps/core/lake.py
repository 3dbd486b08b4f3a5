"""The lake: immutable files (segments, snapshots, quarantined rows, uploads), written whole or not at all.

    with lake.writing("runs/12/all-0001.parquet") as draft:
        write_parquet(draft.path)
    draft.stored                     # name, size, sha256: what the database records, in its own transaction
    with lake.reading("runs/12/all-0001.parquet") as path:
        read_parquet(path)

A file is written under a temporary name, synced to the disk, then renamed: a reader, or a process that starts after a
crash, sees all of it or nothing. Names are deterministic, so that work done again replaces what it did. What a killed
process was writing stays under its temporary name until it is swept.

It is Django's storage `lake` (setting STORAGES). Where that storage has no local paths (S3), files are copied to and
from a temporary one: libraries that read Parquet want a path.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

# Longer than any writing lasts: a task is ended after two hours.
STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file of the lake: its name there, its size in bytes, its digest in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(kw_only=True)
class Draft:
    """A file being written at `path`; `stored` tells of it once it is in the lake, if it is to be described."""

    path: Path
    stored: Stored = field(init=False)


class LakeStorage(FileSystemStorage):
    """Files on a local disk: replaced whole, and on the disk when `save` returns."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        with self.draft(name) as path, path.open("wb") as file:
            # From the start of the content, wherever its last reader left it.
            file.writelines(content.chunks())
        return name

    @contextmanager
    def draft(self, name: str) -> Iterator[Path]:
        """A temporary path beside the final one, which takes its name when the block ends well."""
        final = Path(self.path(name))
        missing = [folder for folder in final.parents if not folder.exists()]
        final.parent.mkdir(parents=True, exist_ok=True)
        path = final.with_name(f".{final.name}.{uuid4().hex}.tmp")
        try:
            yield path
            if self.file_permissions_mode is not None:
                path.chmod(self.file_permissions_mode)
            _sync(path)
            path.replace(final)
            # A name is on the disk once the folder that holds it is; those made here are names too.
            for folder in [final.parent, *(folder.parent for folder in missing)]:
                _sync(folder)
        finally:
            path.unlink(missing_ok=True)

    def stale_drafts(self, *, before: datetime) -> list[Path]:
        """The temporary files that nobody has written to since then: their writers were killed."""
        return [path for path in Path(self.location).rglob(".*.tmp") if _modified_at(path) < before.timestamp()]


def storage() -> Storage:
    return storages["lake"]


@contextmanager
def writing(name: str, *, is_described: bool = True) -> Iterator[Draft]:
    """A draft to write at its `path`; in the lake under `name`, replacing what was there, when the block ends well.

    Unless `is_described`, nothing tells of it then: a digest takes a third of the time of writing.
    """
    where = storage()
    if isinstance(where, LakeStorage):
        with where.draft(name) as path:
            draft = Draft(path=path)
            yield draft
            if is_described:
                draft.stored = _describe(name, path)
        return
    with TemporaryDirectory() as directory:
        draft = Draft(path=Path(directory) / Path(name).name)
        yield draft
        if is_described:
            draft.stored = _describe(name, draft.path)
        # A storage that would choose another name than this one does not replace files.
        if where.get_available_name(name) != name:
            where.delete(name)
        with draft.path.open("rb") as file:
            where.save(name, File(file))


@contextmanager
def reading(name: str) -> Iterator[Path]:
    """A local path to read this file at. Raises FileNotFoundError if the lake has no such file."""
    where = storage()
    if isinstance(where, LakeStorage):
        path = Path(where.path(name))
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path
        return
    with TemporaryDirectory() as directory:
        path = Path(directory) / Path(name).name
        with where.open(name) as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        yield path


def delete(names: Iterable[str]) -> None:
    """Delete these files; those that are already gone are no error."""
    for name in names:
        with suppress(FileNotFoundError):
            storage().delete(name)


def sweep(*, now: datetime, older_than: timedelta = STALE_AFTER) -> int:
    """Delete what killed processes were writing, and tell how many files that was."""
    where = storage()
    if not isinstance(where, LakeStorage):
        return 0  # what is being written lies in the temporary directory of the system, which sweeps it
    stale = where.stale_drafts(before=now - older_than)
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _describe(name: str, path: Path) -> Stored:
    with path.open("rb") as file:
        return Stored(name=name, size=path.stat().st_size, sha256=file_digest(file, "sha256").hexdigest())


def _modified_at(path: Path) -> float:
    """The instant of the last change, in seconds; for a file that has just taken its final name, never."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
