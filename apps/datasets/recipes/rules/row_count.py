"""A table with as many rows as expected."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from apps.core.declarations import Text
from apps.core.numbers import format_number, format_percent
from apps.datasets.recipes.rules.base import Facts, Finding, Rule, RuleCheck, Table
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class RowCount(Rule):
    """There are from `min` to `max` rows; their number changed by `max_change` % at most since the version before."""

    rule: Literal["row_count"]
    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None
    max_change: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=3)] | None = None

    label: ClassVar[Text] = gettext_lazy("As many rows as expected")

    looks_back: ClassVar[bool] = True

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.min is None and self.max is None and self.max_change is None:
            raise ValueError(_("a count of rows needs “min”, “max” or “max_change”"))
        return self

    @property
    def looked_at(self) -> tuple[str, ...]:
        return ()

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        """Nothing more than the rows, which are always counted."""
        return {}

    def judge(self, facts: Facts) -> Iterator[Finding]:
        if self.min is not None or self.max is not None:
            yield Finding(
                check=RuleCheck.ROWS,
                passed=(self.min or 0) <= facts.rows and (self.max is None or facts.rows <= self.max),
                measured=str(facts.rows),
                expected=f"{'' if self.min is None else self.min} {'' if self.max is None else self.max}",
            )
        if self.max_change is not None and facts.rows_before:
            change = Decimal(100) * (facts.rows - facts.rows_before) / facts.rows_before
            yield Finding(
                check=RuleCheck.CHANGE,
                passed=abs(change) <= self.max_change,
                measured=f"{change:+.3f}",
                expected=f"{self.max_change:f}",
            )

    def tell(self, schema: EntitySchema) -> str:
        asked = []
        if self.min is not None:
            asked.append(_("at least %(count)s rows") % {"count": format_number(self.min)})
        if self.max is not None:
            asked.append(_("at most %(count)s rows") % {"count": format_number(self.max)})
        if self.max_change is not None:
            share = format_percent(float(self.max_change / 100), 0 if self.max_change % 1 == 0 else 1)
            asked.append(_("a count within %(share)s of the version before") % {"share": share})
        return _("There is: %(asked)s.") % {"asked": ", ".join(asked)}
