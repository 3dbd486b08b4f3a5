"""Applying a project: the instance comes to match it, or stays as it was."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from apps.core.declarations import Outcome
from apps.core.errors import RuleViolation
from apps.core.projects.reading import read_project
from apps.core.projects.refusals import Fault, ProjectRefused


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of one object of a project."""

    kind: str
    key: str
    outcome: Outcome


@transaction.atomic
def apply_project(*, root: Path, dry_run: bool = False) -> list[Applied]:
    """Make the instance match the project in this folder, all of it or nothing, and say what became of each object.

    What the project does not name is left alone. A dry run does everything, then takes it back. Raises ProjectRefused
    if a document is not well made or breaks a rule of its app, RuleViolation if there is no project in the folder.
    """
    applied = []
    for document in read_project(root):
        try:
            outcome = document.bundle.apply(document.content)
        except RuleViolation as refusal:
            raise ProjectRefused([Fault(document.place, "", str(refusal.message))]) from refusal
        applied.append(Applied(kind=document.bundle.kind, key=document.key, outcome=outcome))
    if dry_run:
        transaction.set_rollback(True)
    return applied
