"""Take away the spaces around texts, unbreakable ones included: spreadsheets and web pages leave some."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from apps.datasets.enums import ColumnType
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Step, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Trim(Step):
    """Without `columns`, all those that hold text and have a value by then. What is left empty is missing."""

    step: Literal["trim"]
    columns: Columns | None = None

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns or (), draft)
        draft.trimmed.update(self.columns or draft.filled)

    def apply(self, table: "ir.Table", schema: EntitySchema) -> "ir.Table":
        names = [
            column.name
            for column in schema.columns
            if column.type == ColumnType.TEXT and column.name in (self.columns or table.columns)
        ]
        return table.mutate(**{name: trimmed(table[name]) for name in names}) if names else table

    def tell(self, schema: EntitySchema) -> str:
        if not self.columns:
            return _("Take away the spaces around each value.")
        return _("Take away the spaces around: %(columns)s.") % {"columns": titles(self.columns, schema)}
