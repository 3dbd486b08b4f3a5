"""Exporting a project: the instance written down, in files that are the same as long as the objects are."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from django.core.exceptions import ImproperlyConfigured
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from pydantic import BaseModel

from apps.core import declarations
from apps.core.declarations import Bundle
from apps.core.errors import RuleViolation
from apps.core.projects.folder import FILES
from apps.core.projects.notation import write_document
from apps.core.projects.values import ProjectFile

FILE_NAME = re.compile(r"\w[\w.-]*")


def export_project(*, root: Path, kinds: Collection[str] = (), force: bool = False) -> list[str]:
    """Write each object as `<kind>s/<key>.yaml`, with the files that it names, and say which documents were written.

    Only `kinds`, if there are any. Raises RuleViolation for a kind that nobody declares, and for a folder that is not
    empty unless `force`d: files of the same names are then replaced, the others left alone.
    """
    bundles = sorted(declarations.bundles.all(), key=lambda bundle: (bundle.order, bundle.kind))
    known = [bundle.kind for bundle in bundles]
    if unknown := sorted(set(kinds) - set(known)):
        told = {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))}
        raise RuleViolation(_("No such kind: %(unknown)s. There are: %(known)s.") % told)
    if root.exists() and not root.is_dir():
        raise RuleViolation(_("%(path)s is a file: a project is a folder.") % {"path": root})
    if root.is_dir() and any(root.iterdir()) and not force:
        raise RuleViolation(_("%(path)s is not empty: choose another folder, or force it.") % {"path": root})
    root.mkdir(parents=True, exist_ok=True)
    # Each is written before the next is asked for: a bundle may hold a file open around its `yield`.
    return [
        _write(root, bundle, document)
        for bundle in bundles
        if not kinds or bundle.kind in kinds
        for document in bundle.export()
    ]


def _write(root: Path, bundle: Bundle, document: BaseModel) -> str:
    key = str(getattr(document, bundle.key))
    if not FILE_NAME.fullmatch(key):
        raise ImproperlyConfigured(f"{bundle.kind}: the key {key!r} cannot be the name of a file.")
    files = _Files(root, PurePosixPath(FILES, f"{bundle.kind}s", key))
    fields = document.model_dump(mode="json", by_alias=True, exclude_defaults=True, context=files)
    path = root / f"{bundle.kind}s" / f"{key}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(write_document({"kind": bundle.kind} | fields), encoding="utf-8", newline="\n")
    return path.relative_to(root).as_posix()


class _Files:
    """Copies the files of one object into a folder of its own, and says how the document names them."""

    def __init__(self, root: Path, folder: PurePosixPath) -> None:
        self.root = root
        self.folder = folder
        self.names: set[str] = set()

    def keep(self, file: ProjectFile) -> str:
        wanted = Path(get_valid_filename(file.name))
        name, number = wanted.name, 1
        while name in self.names:
            number += 1
            name = f"{wanted.stem}-{number}{wanted.suffix}"
        self.names.add(name)
        relative = self.folder / name
        target = self.root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
        return str(relative)
