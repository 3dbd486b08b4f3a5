"""The plan of a query: read from what each system says of it, then told in plain words, with what could be done."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from apps.collection.queries.steps import Step, StepKind
from apps.collection.queries.systems import read_mysql, read_postgresql, read_sqlite

__all__ = ["Plan", "PlanTold", "Step", "StepKind", "read_plan"]


@dataclass(frozen=True, kw_only=True)
class PlanTold:
    """A plan in plain words, in the reader's language: what is done, and what could be done better."""

    sentences: Sequence[str] = ()
    advice: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rows`: how many the system expects the query to give; `cost` in its own unit; `raw`: what it said, whole."""

    system: str
    steps: tuple[Step, ...] = ()
    rows: int | None = None
    cost: float | None = None
    raw: Any = None

    @property
    def sentences(self) -> list[str]:
        """What is done, in the order in which it is done, in the reader's language."""
        from apps.collection.queries.wording import sentence

        return [sentence(step) for step in self.steps]

    @property
    def advice(self) -> list[str]:
        """What could make it faster, in the reader's language; nothing where nothing stands out."""
        from apps.collection.queries.wording import advice

        return list(dict.fromkeys(each for step in self.steps for each in advice(step)))

    def tell(self) -> PlanTold:
        return PlanTold(sentences=self.sentences, advice=self.advice)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{**stored, "steps": tuple(Step.from_json(each) for each in stored["steps"])})


def read_plan(raw: Any, *, system: str, table_rows: Mapping[str, int] | None = None) -> Plan:
    """Read what a system answers to EXPLAIN.

    `raw` is the JSON of PostgreSQL, MySQL and MariaDB; the rows (id, parent, _, detail) of SQLite; lines of text for
    the others, which are kept as they are. `table_rows`: how many records each table holds, where it is known.
    """
    readers = {"postgresql": read_postgresql, "mysql": read_mysql, "sqlite": read_sqlite}
    if system in readers:
        steps, rows, cost = readers[system](raw, dict(table_rows or {}))
    else:
        lines: Sequence[str] = raw.splitlines() if isinstance(raw, str) else raw
        steps = [Step(kind=StepKind.OTHER, native=line.strip()) for line in lines if line.strip()]
        rows = cost = None
    return Plan(system=system, steps=tuple(steps), rows=rows, cost=cost, raw=raw)
