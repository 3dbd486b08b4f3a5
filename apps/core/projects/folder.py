"""The folder of a project: which of its files are read, and that nothing outside of it is."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from apps.core.errors import RuleViolation

SUFFIXES = {".yaml", ".yml"}
# What documents name stands here, and is never read as a document: data may well be YAML.
FILES = "files"


class Folder:
    """A project's folder. Raises RuleViolation if there is none at `root`."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise RuleViolation(_("There is no folder %(path)s.") % {"path": root})
        self.root = root.resolve()

    def yaml_files(self) -> Iterator[Path]:
        """The files that hold documents, in a stable order; hidden ones and those below `files/` are not."""
        for place, folders, names in os.walk(self.root):
            folders[:] = sorted(
                name for name in folders if not name.startswith(".") and (name != FILES or Path(place) != self.root)
            )
            for name in sorted(names):
                if Path(name).suffix in SUFFIXES and not name.startswith("."):
                    yield Path(place, name)

    def find(self, name: str) -> Path:
        """The file that a document names, from the project's folder. Raises RuleViolation, which says what to do.

        Names are relative to the project's folder, not to the YAML file: a document can be moved, or split in two,
        and still name the same file, and no name ever needs to climb with `..`.
        """
        written = PurePosixPath(name)
        if written.is_absolute() or ".." in written.parts or "\\" in name or "\0" in name:
            raise RuleViolation(
                _("A file is named from the project’s folder, as files/towns.csv, and never outside of it.")
            )
        path = (self.root / written).resolve()
        if not self.holds(path):
            raise RuleViolation(_("This file is a link that leaves the project’s folder: copy it there."))
        if not path.is_file():
            raise RuleViolation(_("There is no such file in the project’s folder: add it, or correct its name."))
        return path

    def holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root)

    def name_of(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()
