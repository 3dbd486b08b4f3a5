"""A table whose newest row is recent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext_lazy, ngettext
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.rules.base import Facts, Finding, Rule, RuleCheck, Table
from apps.datasets.recipes.steps.base import Objection, titles
from apps.datasets.schema import DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Freshness(Rule):
    """The latest value of `column` is of `max_days` ago at most, on the day of the build (in UTC)."""

    rule: Literal["freshness"]
    column: str
    max_days: Annotated[int, Field(ge=0, le=100_000)]

    label: ClassVar[Text] = gettext_lazy("Fresh enough")

    @property
    def looked_at(self) -> tuple[str, ...]:
        return (self.column,)

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        if self.column in schema.names and schema.column(self.column).type not in (
            ColumnType.DATE,
            ColumnType.DATETIME,
        ):
            yield self.column, gettext_lazy("only a date is more or less recent.")

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        return {"newest": table.rows[self.column].max()}

    def judge(self, facts: Facts) -> Iterator[Finding]:
        """A table without any date is not recent."""
        if "newest" not in facts.found:
            return
        newest = facts.found["newest"]
        age = facts.now.astimezone(UTC).date() - _day(str(newest)) if newest else None
        yield Finding(
            check=RuleCheck.AGE,
            passed=age is not None and age <= timedelta(days=self.max_days),
            measured="" if age is None else str(age.days),
            expected=str(self.max_days),
        )

    def tell(self, schema: EntitySchema) -> str:
        told = ngettext(
            "The latest %(column)s is %(count)d day old at most.",
            "The latest %(column)s is %(count)d days old at most.",
            self.max_days,
        )
        return told % {"column": titles([self.column], schema), "count": self.max_days}


def _day(written: str) -> date:
    """The day, in UTC, of a date or a moment."""
    at = datetime.fromisoformat(written)
    return at.astimezone(UTC).date() if at.tzinfo else at.date()
