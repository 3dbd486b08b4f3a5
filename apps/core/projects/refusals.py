"""What is wrong with a project, and where: everything at once, so that a person corrects it in one go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.translation import ngettext

from apps.core.errors import RuleViolation

# The keys and the indexes that lead to a value of a document.
Steps: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Place:
    """Where something is written: the file from the project's folder, the line and the column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to correct. `path` leads to the field, as `columns[2].name`; `message` never quotes a value."""

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.message}" if self.path else f"{self.place}: {self.message}"


class ProjectRefused(RuleViolation):
    """The project cannot be applied, and nothing of it was. `faults` say all that is known to be wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        count = len(self.faults)
        told = ngettext(
            "Nothing was applied: there is %(count)d error to correct.",
            "Nothing was applied: there are %(count)d errors to correct.",
            count,
        ) % {"count": count}
        super().__init__("\n".join([told, *map(str, self.faults)]))


def as_path(steps: Steps) -> str:
    """The way to a field as people write it: `columns[2].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")
