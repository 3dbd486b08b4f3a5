"""Columns that are filled often enough."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.core.numbers import format_percent
from apps.datasets.recipes.rules.base import Facts, Finding, Percents, Rule, RuleCheck, Table
from apps.datasets.recipes.steps.base import Columns, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Completeness(Rule):
    """Each of `columns` has a value in `min_share` % of the rows at least."""

    rule: Literal["completeness"]
    columns: Columns
    min_share: Percents

    label: ClassVar[Text] = gettext_lazy("Filled often enough")

    @property
    def looked_at(self) -> tuple[str, ...]:
        return self.columns

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        return {name: table.rows[name].count() for name in self.columns}

    def judge(self, facts: Facts) -> Iterator[Finding]:
        """By the column that is the least filled."""
        if not facts.rows or not facts.found:
            return
        least = min(Decimal(100) * int(facts.found[name] or 0) / facts.rows for name in self.columns)
        yield Finding(
            check=RuleCheck.FILLED,
            passed=least >= self.min_share,
            measured=f"{least:.3f}",
            expected=f"{self.min_share:f}",
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("A value in %(share)s of the rows at least: %(columns)s.") % {
            "share": format_percent(float(self.min_share / 100), 0 if self.min_share % 1 == 0 else 1),
            "columns": titles(self.columns, schema),
        }
