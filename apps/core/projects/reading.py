"""Reading a project: every document of every file is checked before anything is applied, and all faults are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from apps.core import declarations
from apps.core.declarations import Bundle
from apps.core.errors import RuleViolation
from apps.core.projects import notation
from apps.core.projects.folder import Folder
from apps.core.projects.notation import Written
from apps.core.projects.refusals import Fault, Place, ProjectRefused, Steps, as_path
from apps.core.projects.wording import tell


@dataclass(frozen=True, kw_only=True)
class Document:
    """An object as a project describes it, checked."""

    bundle: Bundle
    key: str
    content: BaseModel
    place: Place


def read_project(root: Path) -> list[Document]:
    """The documents of the project in this folder, in the order in which they are to be applied.

    Raises ProjectRefused with all that is wrong, RuleViolation if there is no folder or no document in it.
    """
    reading = _Reading(Folder(root))
    documents = [document for file in reading.folder.yaml_files() for document in reading.file(file)]
    if reading.faults:
        raise ProjectRefused(reading.faults)
    if not documents:
        raise RuleViolation(_("%(path)s holds no document: a project is made of .yaml files.") % {"path": root})
    return _in_order(
        sorted(documents, key=lambda document: (document.bundle.order, document.bundle.kind, document.key))
    )


def _in_order(documents: list[Document]) -> list[Document]:
    """These, each after those of its kind that it refers to. What refers in a circle is left to be refused."""
    known = {(document.bundle.kind, document.key): document for document in documents}
    ordered: dict[tuple[str, str], Document] = {}
    begun: set[tuple[str, str]] = set()

    def visit(document: Document) -> None:
        kind = document.bundle.kind
        if (kind, document.key) in begun:
            return
        begun.add((kind, document.key))
        for key in document.bundle.refers(document.content):
            if before := known.get((kind, key)):
                visit(before)
        ordered[kind, document.key] = document

    for document in documents:
        visit(document)
    return list(ordered.values())


class _Reading:
    """What is found in a folder: the documents are given, the faults gathered."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.bundles = {bundle.kind: bundle for bundle in declarations.bundles.all()}
        self.seen: dict[tuple[str, str], Place] = {}

    def file(self, path: Path) -> Iterator[Document]:
        name = self.folder.name_of(path)
        try:
            text = self.text_of(path)
        except RuleViolation as refusal:
            self.faults.append(Fault(Place(name), "", str(refusal)))
            return
        written, faults = notation.read_documents(text, file=name)
        self.faults += faults
        for each in written:
            if document := self.document(each):
                yield document

    def text_of(self, path: Path) -> str:
        if not self.folder.holds(path):
            raise RuleViolation(_("This file is a link that leaves the project’s folder: copy it there."))
        if not path.is_file():
            raise RuleViolation(_("This is not a file that can be read: remove it."))
        with path.open("rb") as file:
            content = file.read(notation.MAX_BYTES + 1)
        if len(content) > notation.MAX_BYTES:
            raise RuleViolation(_("This file is above 1 MB: split it, and keep data in files of their own."))
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise RuleViolation(_("This file is not in UTF-8 (line %(line)d): save it so.") % {"line": line}) from error

    def document(self, written: Written) -> Document | None:
        if not isinstance(written.value, dict):
            if not written.unreadable:
                self.tell(written, (), _("A document is made of fields, the first of which is its kind."))
            return None
        fields = dict(written.value)
        kind = fields.pop("kind", None)
        if not isinstance(kind, str) or kind not in self.bundles:
            self.tell(written, ("kind",), _("A document says its kind, one of: %(kinds)s.") % {"kinds": self.kinds})
            return None
        bundle = self.bundles[kind]
        content = self.validated(bundle, fields, written)
        key = getattr(content, bundle.key) if content else fields.get(bundle.key)
        if not self.is_first(bundle, key, written) or content is None:
            return None
        return Document(bundle=bundle, key=str(key), content=content, place=written.place)

    @property
    def kinds(self) -> str:
        return ", ".join(sorted(self.bundles))

    def validated(self, bundle: Bundle, fields: dict[str, Any], written: Written) -> BaseModel | None:
        try:
            return bundle.document.model_validate(fields, context=self.folder, extra="forbid")
        except ValidationError as refusal:
            for error in refusal.errors(include_url=False, include_input=False):
                self.tell(written, follow(error, fields), tell(error), of_key=error["type"] == "extra_forbidden")
            return None

    def is_first(self, bundle: Bundle, key: Any, written: Written) -> bool:
        """Whether no document before describes the same object; told if there is one."""
        place = written.values.get((bundle.key,), written.place)
        first = self.seen.setdefault((bundle.kind, str(key)), place)
        if key is None or first is place:
            return True
        message = _("This object is described already in %(place)s: keep one of the two.") % {"place": first}
        self.faults.append(Fault(place, bundle.key, message))
        return False

    def tell(self, written: Written, steps: Steps, message: str, *, of_key: bool = False) -> None:
        """Keep the fault, unless it only follows from one that the notation had already."""
        if any(steps[:length] in written.unreadable for length in range(len(steps) + 1)):
            return
        places = written.keys if of_key else written.values
        near = next(
            (places[steps[:length]] for length in range(len(steps), -1, -1) if steps[:length] in places), written.place
        )
        fault = Fault(near, as_path(steps), message)
        if fault not in self.faults:  # each member of a union may say the same
            self.faults.append(fault)


def follow(error: ErrorDetails, fields: dict[str, Any]) -> Steps:
    """The way to the value at fault: pydantic's location, without the names of union members that it puts in."""
    steps: list[str | int] = []
    value: Any = fields
    for step in error["loc"]:
        if step in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            steps.append(step)
            value = value[step]
    if error["type"] == "missing":
        steps.append(error["loc"][-1])
    return tuple(steps)
