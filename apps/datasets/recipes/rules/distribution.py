"""Values spread as they were in the version before."""

from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.core.numbers import format_number
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.rules.base import Facts, Finding, Rule, RuleCheck, Table
from apps.datasets.recipes.steps.base import Objection, titles
from apps.datasets.schema import DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

NUMBERS = (ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL)
CATEGORIES = (ColumnType.TEXT, ColumnType.BOOLEAN)
# Numbers are counted by tenths of the version before; texts by its most frequent values, the others together.
BINS = 10
MOST_CATEGORIES = 30
# What stands for a share of nothing, of which there is no logarithm.
LEAST_SHARE = 1e-4


class Distribution(Rule):
    """The values of `column` are spread as in the version before, by `max_shift` at most.

    For numbers the shift is the population stability index over the tenths of the version before: under 0.1 little
    moved, over 0.25 much did. For texts and conditions it is the total variation distance: the share of the rows, from
    0 to 1, that have another value than they would have had. Missing values count as one value.
    """

    rule: Literal["distribution"]
    column: str
    max_shift: Annotated[float, Field(gt=0, le=10)]

    label: ClassVar[Text] = gettext_lazy("Spread as before")

    looks_back: ClassVar[bool] = True

    @property
    def looked_at(self) -> tuple[str, ...]:
        return (self.column,)

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        if self.column in schema.names and schema.column(self.column).type not in NUMBERS + CATEGORIES:
            yield self.column, gettext_lazy("only numbers, texts, and yes or no are compared in this way.")

    def is_of_categories(self, schema: EntitySchema) -> bool:
        """Whether the most frequent values of the version before are to be in `Table.outline`, as `categories`."""
        return schema.column(self.column).type in CATEGORIES

    def outline(self, before: Table) -> "Mapping[str, ir.Scalar]":
        if self.is_of_categories(before.schema):
            return {}
        value = before.rows[self.column].cast("float64")
        return {f"edge_{rank}": value.quantile(rank / BINS) for rank in range(1, BINS)}

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        """How many rows are in each bin. Nothing if there is no version to compare with."""
        if not table.outline:
            return {}
        value = table.rows[self.column]
        if self.is_of_categories(table.schema):
            counted = _by_category(value.cast("string"), table.outline["categories"])
        else:
            edges = sorted({float(each) for each in table.outline.values() if each is not None})
            counted = _by_bin(value.cast("float64"), edges)
        return {"missing": value.isnull().sum()} | {f"bin_{rank}": each.sum() for rank, each in enumerate(counted)}

    def judge(self, facts: Facts) -> Iterator[Finding]:
        if not facts.found or not facts.found_before or not facts.rows or not facts.rows_before:
            return
        names = list(facts.found)
        now, before = (
            [int(found.get(name) or 0) / rows for name in names]
            for found, rows in ((facts.found, facts.rows), (facts.found_before, facts.rows_before))
        )
        compare = total_variation if self.is_of_categories(facts.schema) else stability_index
        shift = compare(before, now)
        yield Finding(
            check=RuleCheck.SHIFT, passed=shift <= self.max_shift, measured=f"{shift:.4f}", expected=f"{self.max_shift}"
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("The values of %(column)s are spread as in the version before, by %(shift)s at most.") % {
            "column": titles([self.column], schema),
            "shift": format_number(self.max_shift),
        }


def stability_index(before: Sequence[float], now: Sequence[float]) -> float:
    """The PSI of two lists of shares: the sum of (q - p) ln(q / p)."""
    pairs = [(max(p, LEAST_SHARE), max(q, LEAST_SHARE)) for p, q in zip(before, now, strict=True)]
    return sum((q - p) * log(q / p) for p, q in pairs)


def total_variation(before: Sequence[float], now: Sequence[float]) -> float:
    """Half the sum of the differences between two lists of shares."""
    return sum(abs(p - q) for p, q in zip(before, now, strict=True)) / 2


def _by_bin(value: "ir.Value", edges: Sequence[float]) -> "Iterator[ir.BooleanValue]":
    """Whether a number is up to the first edge, over it and up to the second one… over the last."""
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        over = value.notnull() if low is None else value > low
        yield over if high is None else over & (value <= high)


def _by_category(value: "ir.StringValue", categories: Sequence[Any]) -> "Iterator[ir.BooleanValue]":
    for each in categories:
        yield value == str(each)
    yield value.notin([str(each) for each in categories]) if categories else value.notnull()
