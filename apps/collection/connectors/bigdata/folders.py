"""The folders of this machine that may be read: those that an operator lists, and what lies beneath them."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from apps.collection.connectors.bigdata.exceptions import FolderNotAllowed


def find_folder(written: str) -> Path:
    """The folder, links followed: where it leads is what must be allowed. Raises FolderNotAllowed.

    A path that does not begin with / is looked for beneath each of the listed folders.
    """
    roots = [Path(root).resolve() for root in settings.COLLECT_FOLDERS]
    for candidate in (root / written for root in roots):
        folder = candidate.resolve()
        if any(folder.is_relative_to(root) for root in roots) and folder.is_dir():
            return folder
    raise FolderNotAllowed


def files_beneath(folder: Path) -> Iterator[Path]:
    """The files beneath a folder, in order of names; hidden ones, and links that lead out of it, are passed over."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith((".", "_")) and path.resolve().is_relative_to(folder):
                yield path
