"""A folder of the server, beneath those that the operator lists (COLLECT_FOLDERS), and nowhere else.

A link may lead to another place of the same root, never out of it: what is judged is where it leads, and what is opened
is judged again, so that a link changed in between opens nothing.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.exceptions import FileChanged, FolderNotOpen, FolderNotThere, TooManyFiles
from apps.collection.connectors.file.origins.base import MAX_FILES, Fetched, FoundFile, incoming
from apps.collection.connectors.file.patterns import Pattern
from apps.collection.connectors.opened import root_of, whole_path

# Files that are looked at, matching or not.
_MAX_LOOKED_AT = 1_000_000
_CHUNK = 1024 * 1024


class Folder:
    def __init__(self, config: FileConfig) -> None:
        self._folder = whole_path(config.folder or "/")
        self._matches = Pattern(config.wanted_files)

    def files(self) -> Iterator[FoundFile]:
        root = self._root()
        found = []
        for name in self._names():
            try:
                known = self._stat(root, name)
            except FileNotFoundError:
                continue  # it went while the folder was listed
            if known is not None:
                found.append(_found(name, known))
            if len(found) > MAX_FILES:
                raise TooManyFiles(limit=MAX_FILES)
        yield from sorted(found, key=lambda file: file.name)

    def beginning(self, found: FoundFile, *, size: int) -> bytes:
        with self._opened(found) as file:
            return file.read(size)

    @contextmanager
    def fetched(self, found: FoundFile) -> Iterator[Fetched]:
        with incoming() as directory:
            path, digest = directory / "file", sha256()
            with self._opened(found) as file, path.open("wb") as copy:
                while data := file.read(_CHUNK):
                    digest.update(data)
                    copy.write(data)
                if _found(found.name, os.fstat(file.fileno())) != found:
                    raise FileChanged(name=found.name)
            yield Fetched(path=path, digest=digest.hexdigest())

    def _root(self) -> Path:
        """The root that the folder is beneath, links resolved. Raises FolderNotOpen or FolderNotThere."""
        try:
            folder = self._folder.resolve(strict=True)
        except (OSError, RuntimeError):
            folder = None
        root = root_of(folder or Path(os.path.realpath(self._folder)))
        if root is None:
            # Whether it is there is nobody's business.
            raise FolderNotOpen
        if folder is None or not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            raise FolderNotThere
        return root

    def _names(self) -> Iterator[str]:
        looked_at = 0
        for directory, _folders, names in os.walk(self._folder):
            within = Path(directory).relative_to(self._folder)
            for name in names:
                looked_at += 1
                if looked_at > _MAX_LOOKED_AT:
                    raise TooManyFiles(limit=_MAX_LOOKED_AT)
                relative = (within / name).as_posix()
                if self._matches(relative) and relative.isprintable():
                    yield relative

    def _stat(self, root: Path, name: str) -> os.stat_result | None:
        """What is known of a file; None if it is none, or a link out of the root."""
        real = Path(os.path.realpath(self._folder / name))
        known = real.stat()
        return known if stat.S_ISREG(known.st_mode) and real.is_relative_to(root) else None

    @contextmanager
    def _opened(self, found: FoundFile) -> Iterator[BinaryIO]:
        """The file that was found. Raises FileChanged if there is another, or none, or where a link leads out."""
        real = Path(os.path.realpath(self._folder / found.name))
        if not real.is_relative_to(self._root()):
            raise FolderNotOpen
        try:
            # A pipe would wait for its writer; a link, made since its path was resolved, is not followed.
            descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            raise FileChanged(name=found.name) from None
        with open(descriptor, "rb") as file:
            known = os.fstat(descriptor)
            if not stat.S_ISREG(known.st_mode) or _found(found.name, known) != found:
                raise FileChanged(name=found.name)
            if not _is_still_there(real, known):
                raise FileChanged(name=found.name)
            yield file


def _is_still_there(real: Path, known: os.stat_result) -> bool:
    """Whether the path leads, without any link, to what was opened: no folder of it became a link meanwhile."""
    try:
        now = os.stat(real, follow_symlinks=False)
    except OSError:
        return False
    return os.path.realpath(real) == str(real) and (now.st_dev, now.st_ino) == (known.st_dev, known.st_ino)


def _found(name: str, known: os.stat_result) -> FoundFile:
    return FoundFile(name=name, fingerprint=f"{known.st_size}-{known.st_mtime_ns}", size=known.st_size)
