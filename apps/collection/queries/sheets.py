"""The sheet of a query, as it is kept and shown: JSON, and texts that its author wrote."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.collection.queries.measuring import Timing
from apps.collection.queries.plans import Plan


class ClauseKind(TextChoices):
    SELECTION = "selection", _("Selection")
    SOURCE = "source", _("Table read")
    JOIN = "join", _("Join")
    FILTER = "filter", _("Filter")
    CONDITION = "condition", _("Condition on groups")
    GROUPING = "grouping", _("Grouping")
    ORDER = "order", _("Order")
    LIMIT = "limit", _("Limit")


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A piece of a query: its text, where it stands ("" for the query itself, else the name of a part of it), and why
    it is there, in the words of the author.
    """

    kind: ClauseKind
    text: str
    within: str = ""
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.kind, self.within, self.text)


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """Something done to make the query faster, in the words of the author, and what it changed when it was measured."""

    what: str
    before: Timing | None = None
    after: Timing | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster it made the query."""
        if self.before is None or self.after is None or not self.after.seconds:
            return None
        return self.before.seconds / self.after.seconds


@dataclass(frozen=True, kw_only=True)
class QuerySheet:
    """`dialect` is sqlglot's name of the language; `parameters` are names and values; `plan` is None until asked."""

    text: str
    dialect: str = ""
    purpose: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    plan: Plan | None = None
    timing: Timing | None = None
    optimisations: tuple[Optimisation, ...] = ()

    @classmethod
    def of(cls, text: str, *, dialect: str = "", parameters: Mapping[str, str] | None = None) -> Self:
        """The sheet that the text alone gives: no clause where it cannot be read."""
        from apps.collection.queries.describing import describe_query

        clauses = describe_query(text, dialect=dialect)
        return cls(text=text, dialect=dialect, parameters=dict(parameters or {}), clauses=clauses)

    def of_kind(self, kind: ClauseKind) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.kind == kind)

    def reworded(self, text: str) -> Self:
        """The sheet of another text of the query: the reasons stay with the clauses that did not change."""
        reasons = {clause.key: clause.why for clause in self.clauses}
        sheet = type(self).of(text, dialect=self.dialect, parameters=self.parameters)
        clauses = tuple(replace(clause, why=reasons.get(clause.key, "")) for clause in sheet.clauses)
        return replace(sheet, clauses=clauses, purpose=self.purpose, optimisations=self.optimisations)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **stored,
                "clauses": tuple(Clause(**each | {"kind": ClauseKind(each["kind"])}) for each in stored["clauses"]),
                "plan": Plan.from_json(stored["plan"]) if stored["plan"] else None,
                "timing": _timing(stored["timing"]),
                "optimisations": tuple(
                    Optimisation(what=each["what"], before=_timing(each["before"]), after=_timing(each["after"]))
                    for each in stored["optimisations"]
                ),
            }
        )


def _timing(stored: Mapping[str, Any] | None) -> Timing | None:
    return Timing(**stored) if stored else None
