"""What became of rows at each stage of a recipe: values, and how they are counted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from apps.datasets.engine.rejects import ReasonCount
from apps.datasets.enums import RejectReason

SHOWN_ROWS = 10
SHOWN_CHANGES = 8

Place: TypeAlias = tuple[int, ...]
# Why rows do not go on, by their place: codes and columns.
Standing: TypeAlias = Mapping[Place, Sequence[tuple[str, str]]]


class StageKind(StrEnum):
    """What is done at a stage: a step, then what the entity asks for of each row, then of all rows together."""

    STEP = "step"
    READ = "read"
    UNIQUE = "unique"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Cells of a column that were all alike, and are all alike once the step is done."""

    column: str
    before: str | None
    after: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`input` and `step` count from 1: the steps of an input, or the common ones (0); no step is 0 too. `rows` are the
    first that go on, by name of column; `added` the columns that had no value before; `cells` how many values changed.
    """

    kind: StageKind = StageKind.STEP
    input: int = 0
    step: int = 0
    rows_in: int
    rows_out: int
    left_out: int = 0
    reasons: tuple[ReasonCount, ...] = ()
    added: tuple[str, ...] = ()
    cells: int = 0
    changes: tuple[Change, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0

    @property
    def set_aside(self) -> int:
        return self.rows_in - self.rows_out - self.left_out

    def __add__(self, other: "Stage") -> "Stage":
        """The same stage of two inputs."""
        counts: Counter[tuple[str, str]] = Counter()
        for each in (*self.reasons, *other.reasons):
            counts[each.code, each.column] += each.count
        return replace(
            self,
            rows_in=self.rows_in + other.rows_in,
            rows_out=self.rows_out + other.rows_out,
            left_out=self.left_out + other.left_out,
            reasons=ranked(counts),
            added=tuple(dict.fromkeys([*self.added, *other.added])),
            cells=self.cells + other.cells,
            changes=tuple(sorted([*self.changes, *other.changes], key=lambda each: -each.count)[:SHOWN_CHANGES]),
            columns=tuple(dict.fromkeys([*self.columns, *other.columns])),
            rows=(*self.rows, *other.rows)[:SHOWN_ROWS],
            seconds=self.seconds + other.seconds,
        )


def summed(stages: Sequence[Stage]) -> Stage:
    first, *others = stages
    for each in others:
        first = first + each
    return first


def counted(before: Standing, after: Standing, total: int) -> Stage:
    """How many of all the rows come to a stage, go on, do not, and why."""
    gone = {place: why for place, why in after.items() if place not in before}
    left_out = [place for place, why in gone.items() if not any(RejectReason(code).is_fault for code, _name in why)]
    return Stage(
        rows_in=total - len(before),
        rows_out=total - len(before) - len(gone),
        left_out=len(left_out),
        reasons=ranked(Counter(reason for why in gone.values() for reason in why)),
    )


def corrected(standings: Sequence[Standing]) -> list[Standing]:
    """Without the faults of the rows that a filter leaves out in the end."""
    on_purpose = {place for place, why in standings[-1].items() if _is_left_out(why)}
    return [
        {place: why for place, why in standing.items() if place not in on_purpose or _is_left_out(why)}
        for standing in standings
    ]


def _is_left_out(why: Collection[tuple[str, str]]) -> bool:
    return any(code == RejectReason.FILTERED for code, _column in why)


def ranked(counts: Mapping[tuple[str, str], int]) -> tuple[ReasonCount, ...]:
    found = [ReasonCount(code=RejectReason(code), column=name, count=count) for (code, name), count in counts.items()]
    return tuple(sorted(found, key=lambda each: (-each.count, each.code, each.column)))
