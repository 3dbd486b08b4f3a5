"""What a quality rule is: what it asks of rows or of a table, how that is measured, and what the gate makes of it.

A rule blocks (the version is not published), warns, or quarantines: the rows that break it are set aside, as those that
cannot be read are. Measuring is Ibis expressions, all those of an entity in one query; judging is pure.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RuleSeverity
from apps.datasets.recipes.steps.base import Columns, Objection, unknown
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

Percents = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]
# What JSON can hold.
Number: TypeAlias = int | float | str | None


def _as_text(given: Any) -> Any:
    """What YAML reads as a number or a date, as the text it was."""
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given) if isinstance(given, int | float | Decimal | date | datetime) else given


# A value as it is written in a recipe, read as the type of its column.
Value = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=200)]


class RuleCheck(StrEnum):
    """What a rule has the gate look at; each is a `Check.name`."""

    BROKEN = "rule_broken"
    SET_ASIDE = "rule_set_aside"
    FILLED = "rule_filled"
    AGE = "rule_age"
    ROWS = "rule_rows"
    CHANGE = "rule_change"
    SHIFT = "rule_shift"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One comparison that a rule makes, as numbers: `telling` puts them in words."""

    check: RuleCheck
    passed: bool
    measured: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows to be measured, typed. `outline` is what a rule noted of the version before (see `Rule.outline`)."""

    rows: "ir.Table"
    schema: EntitySchema
    outline: Mapping[str, Any] = field(default_factory=dict)

    def values(self, names: Iterable[str]) -> "list[ir.Value]":
        return [self.rows[name] for name in names]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a rule judges by: what it measured of the rows kept and of the version before (nothing if there is none, or
    if it cannot be compared), and the count of rows of both. `set_aside` are the rows that it had set aside, of all
    `read`.
    """

    now: datetime
    schema: EntitySchema
    rows: int
    rows_before: int | None = None
    found: Mapping[str, Number] = field(default_factory=dict)
    found_before: Mapping[str, Number] = field(default_factory=dict)
    set_aside: int = 0
    read: int = 0


class Rule(BaseModel, ABC):
    """One thing that is asked of the rows. A module of `apps/datasets/recipes/rules/` per kind, registered by being
    there. `message` is what people read when it is broken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    severity: RuleSeverity = RuleSeverity.BLOCK
    message: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    # What people call this kind of rule.
    label: ClassVar[Text]
    # Whether the rows that break it can be told, and set aside.
    is_about_rows: ClassVar[bool] = False
    # Whether it compares with the version before.
    looks_back: ClassVar[bool] = False

    @property
    @abstractmethod
    def looked_at(self) -> tuple[str, ...]:
        """The columns that it looks at."""

    @property
    def title(self) -> str:
        """What it is called among the rules of its recipe."""
        return self.name or f"{self.rule}({', '.join(self.looked_at)})"

    @property
    def quarantines(self) -> bool:
        return self.severity == RuleSeverity.QUARANTINE

    @abstractmethod
    def tell(self, schema: EntitySchema) -> str:
        """What it asks as a sentence, in the language of the moment."""

    @abstractmethod
    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        """What is measured of these rows: aggregates by name, which give what JSON holds, or dates."""

    @abstractmethod
    def judge(self, facts: Facts) -> Iterator[Finding]:
        """What the gate is to think of what was measured."""

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        """What is wrong with this rule on this entity; `dataset` is the one it belongs to, if it is known."""
        for name in self.looked_at:
            if name not in schema.names:
                yield name, unknown(name, schema.names)
        if self.quarantines and not self.is_about_rows:
            yield "", _("it is about the whole table: it may block or warn, not set rows aside.")

    def outline(self, before: Table) -> "Mapping[str, ir.Scalar]":
        """What is to be noted of the version before so that both are measured alike: aggregates by name."""
        return {}


class RowsRule(Rule, ABC):
    """A rule that some rows break and others not. `max_share` is the share of them that is tolerated, in %: none if it
    is not said. Rows that are set aside block nothing, unless there are more of them than `max_share`.
    """

    max_share: Percents | None = None

    is_about_rows: ClassVar[bool] = True

    def judge(self, facts: Facts) -> Iterator[Finding]:
        if self.quarantines:
            share = _percents(facts.set_aside, facts.read)
            passed = self.max_share is None or share <= self.max_share
            expected = "" if self.max_share is None else f"{self.max_share:f}"
            yield Finding(
                check=RuleCheck.SET_ASIDE, passed=passed, measured=_counted(facts.set_aside, share), expected=expected
            )
        elif "broken" in facts.found:
            broken = int(facts.found["broken"] or 0)  # a sum over no row is null
            share, most = _percents(broken, facts.rows), self.max_share or Decimal(0)
            yield Finding(
                check=RuleCheck.BROKEN,
                passed=share <= most,
                measured=_counted(broken, share),
                expected=f"{most:f}",
            )


class RowRule(RowsRule, ABC):
    """A rule that each row breaks or not by itself."""

    @abstractmethod
    def breaks(self, values: "Mapping[str, ir.Value]", schema: EntitySchema) -> "ir.BooleanValue":
        """Whether a row of these typed values breaks it: true or false, never null."""

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        values = {name: table.rows[name] for name in table.schema.names}
        return {"broken": self.breaks(values, table.schema).sum()}


class ColumnsRule(RowRule, ABC):
    """A rule that asks the same of each of these columns. A value that is missing breaks nothing: `required` does."""

    columns: Columns

    # What the columns may hold; anything, if empty.
    fits: ClassVar[frozenset[ColumnType]] = frozenset()

    @property
    def looked_at(self) -> tuple[str, ...]:
        return self.columns

    @abstractmethod
    def is_wrong(self, value: "ir.Value", column: ColumnSchema) -> "ir.BooleanValue":
        """Whether this value is not as asked; null where it is missing."""

    def breaks(self, values: "Mapping[str, ir.Value]", schema: EntitySchema) -> "ir.BooleanValue":
        import ibis

        wrong = [self.is_wrong(values[name], schema.column(name)).fill_null(False) for name in self.columns]
        return ibis.or_(*wrong)

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        for name in self.columns:
            if self.fits and name in schema.names and schema.column(name).type not in self.fits:
                yield (
                    name,
                    _("this rule is not for a column of type “%(type)s”.") % {"type": schema.column(name).type.label},
                )


def why_not_read(text: str, column: ColumnSchema) -> Objection | None:
    """What is wrong with a value of a recipe for this column; None if nothing is."""
    if reads(text, column.type):
        return None
    message = _("“%(value)s” is not of the type of the column: %(type)s.")
    return column.name, message % {"value": text, "type": column.type.label}


def reads(text: str, kind: ColumnType) -> bool:
    try:
        match kind:
            case ColumnType.INTEGER:
                return abs(int(text)) < 2**63
            case ColumnType.FLOAT | ColumnType.DECIMAL:
                return Decimal(text).is_finite()
            case ColumnType.BOOLEAN:
                return text in ("true", "false")
            case ColumnType.DATE:
                return bool(date.fromisoformat(text))
            case ColumnType.DATETIME:
                return bool(datetime.fromisoformat(text))
    except (ValueError, ArithmeticError):
        return False
    return True


def as_literal(text: str, like: "ir.Value") -> "ir.Value":
    """A value of a recipe, of the type of this one."""
    import ibis

    return ibis.literal(text, type="string") if like.type().is_string() else ibis.literal(text).cast(like.type())


def _percents(part: int, whole: int) -> Decimal:
    return Decimal(100) * part / whole if whole else Decimal(0)


def _counted(count: int, share: Decimal) -> str:
    """As `telling` reads it: how many, and which share in %."""
    return f"{count} {share:.3f}"
