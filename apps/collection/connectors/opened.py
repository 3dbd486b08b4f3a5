"""What may be read of this server: the folders that an operator opens (COLLECT_FOLDERS), and what lies beneath them."""

import os
from pathlib import Path

from django.conf import settings


def opened_roots() -> list[Path]:
    """The folders that are opened, links followed. What is not a whole path opens nothing."""
    return [Path(os.path.realpath(each)) for each in settings.COLLECT_FOLDERS if os.path.isabs(each)]


def root_of(path: Path) -> Path | None:
    """The opened folder that this path, which no link is left in, lies beneath; None if it lies beneath none."""
    return next((root for root in opened_roots() if path.is_relative_to(root)), None)


def whole_path(written: str) -> Path:
    """The path that a source names: as it is, or, if it does not begin with /, beneath the first folder that has it.

    So a project can name a place without saying where an instance keeps it. Whether it may be read is another question.
    """
    places = [root / written for root in opened_roots()] or [Path("/", written)]
    return next((place for place in places if os.path.exists(place)), places[0])


def find_opened_file(written: str) -> Path | None:
    """The file that a source names, links followed; None if it is not there or may not be read, alike."""
    path = Path(os.path.realpath(whole_path(written)))
    return path if root_of(path) and path.is_file() and os.access(path, os.R_OK) else None
