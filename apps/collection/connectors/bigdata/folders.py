"""The folders of this machine that may be read: those that an operator lists, and what lies beneath them."""

import os
from collections.abc import Iterator
from pathlib import Path

from apps.collection.connectors.bigdata.exceptions import FolderNotAllowed
from apps.collection.connectors.opened import root_of, whole_path


def find_folder(written: str) -> Path:
    """The folder, links followed: where it leads is what must be allowed. Raises FolderNotAllowed."""
    folder = whole_path(written).resolve()
    if root_of(folder) is None or not folder.is_dir():
        raise FolderNotAllowed
    return folder


def files_beneath(folder: Path) -> Iterator[Path]:
    """The files beneath a folder, in order of names; hidden ones, and links that lead out of it, are passed over."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith((".", "_")) and path.resolve().is_relative_to(folder):
                yield path
