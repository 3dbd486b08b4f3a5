"""What is to be made of an entity, and what came of it: values, for whoever asks for a cleaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.datasets.engine.inputs import Landed
from apps.datasets.engine.rejects import ReasonCount, Reject
from apps.datasets.recipes import together
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.rules.unique import Unique
from apps.datasets.recipes.steps.deduplicate import Deduplicate
from apps.datasets.schema import EntitySchema


@dataclass(frozen=True, kw_only=True)
class Base:
    """What was made before of the first rows of the only input, to which the others are added: the rows, and those set
    aside; `read` is how many there were.
    """

    rows: Path
    rejects: Path
    read: int


@dataclass(frozen=True, kw_only=True)
class Making:
    """One entity to be made: what it is, how, from what; and where its rows go, and those that it sets aside.

    With `is_update`, the last input is the version before (see `Recipe.after`): its rows stay if they are not seen
    again, and those that are say nothing more: they are counted, and not set aside.
    """

    schema: EntitySchema
    recipe: Recipe
    inputs: tuple[Landed, ...]
    is_update: bool = False
    base: Base | None = None
    rows_to: Path
    rejects_to: Path

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def deduplications(self) -> tuple[Deduplicate, ...]:
        return tuple(step for step in self.recipe.steps if isinstance(step, Deduplicate))

    @property
    def unique_rules(self) -> tuple[Unique, ...]:
        """Those that set aside the rows that break them."""
        return tuple(rule for rule in self.recipe.rules if isinstance(rule, Unique) and rule.quarantines)

    @property
    def refers_to(self) -> tuple[str, ...]:
        """The entities that its rows must refer to."""
        return tuple(link.entity for link, _reason in together.links(self.recipe, self.schema))


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of rows: `left_out` are those that the recipe does not want, `rejected` those that have a fault."""

    read: int = 0
    kept: int = 0
    rejected: int = 0
    left_out: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            read=self.read + other.read,
            kept=self.kept + other.kept,
            rejected=self.rejected + other.rejected,
            left_out=self.left_out + other.left_out,
        )


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an update did to the rows of the version before, by their key: `kept` are those that were not seen again,
    `removed` those that are there no more (they break a rule of today, or refer to none).
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    removed: int = 0


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What became of the rows of one entity, for each of its inputs; those of the version before are in `before`."""

    entity: str
    by_input: tuple[Counts, ...]
    reasons: tuple[ReasonCount, ...]
    before: Counts = Counts()
    update: Update | None = None

    @property
    def counts(self) -> Counts:
        return sum(self.by_input, self.before)


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What became of the rows of a dataset. `sql` is what was run, in order."""

    entities: tuple[Cleaned, ...]
    sql: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a recipe does to the first records. `rows` hold Python values by name of column."""

    records: int
    rows: tuple[Mapping[str, Any], ...]
    rejects: tuple[Reject, ...]
