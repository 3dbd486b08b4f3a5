"""The steps of a plan: what a system does to answer a query, in the order in which it does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StepKind(TextChoices):
    SCAN = "scan", _("Whole table read")
    INDEX = "index", _("Records found by an index")
    JOIN = "join", _("Join")
    SORT = "sort", _("Sort")
    GROUP = "group", _("Grouping")
    LIMIT = "limit", _("Limit")
    OTHER = "other", _("Other step")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `depth`: how many steps wait for it. `subject`: the table, `index` the index, `condition` as the system
    writes it. `rows`: how many the system expects it to give, `read` to look at; None where it does not say. `native`:
    what the system calls it.
    """

    kind: StepKind
    native: str
    depth: int = 0
    subject: str = ""
    index: str = ""
    condition: str = ""
    rows: int | None = None
    read: int | None = None
    cost: float | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{**stored, "kind": StepKind(stored["kind"])})
