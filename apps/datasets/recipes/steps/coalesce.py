"""Take the first value that is written among several columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Coalesce(Step):
    """`into` takes what the first of `columns` that is not empty holds. It may be one of them."""

    step: Literal["coalesce"]
    columns: Columns
    into: str

    label: ClassVar[Text] = gettext_lazy("Take the first that is written")

    def check(self, draft: Draft) -> Iterator[Objection]:
        if len(self.columns) < 2:
            yield self.into, gettext_lazy("name at least two columns to choose from.")
        yield from self.check_targets(self.columns, draft)
        yield from self.check_new([self.into], draft, own=self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        return table.mutate(**{self.into: ibis.coalesce(*(trimmed(table[name]).nullif("") for name in self.columns))})

    def tell(self, schema: EntitySchema) -> str:
        return _("In %(into)s, put the first that is written of: %(columns)s.") % {
            "into": titles([self.into], schema),
            "columns": titles(self.columns, schema),
        }
