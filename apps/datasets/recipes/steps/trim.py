"""Take away the spaces around texts, unbreakable ones included: spreadsheets and web pages leave some."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, text_columns, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Trim(Step):
    """Without `columns`, all those that hold text and have a value by then. What is left empty is missing."""

    step: Literal["trim"]
    columns: Columns | None = None

    label: ClassVar[Text] = gettext_lazy("Take away the spaces around")

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns or (), draft)
        draft.trimmed.update(self.columns or draft.filled)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        texts = text_columns(table, scope)
        names = [name for name in self.columns or texts if name in texts]
        return table.mutate(**{name: trimmed(table[name]) for name in names}) if names else table

    def tell(self, schema: EntitySchema) -> str:
        if not self.columns:
            return _("Take away the spaces around each value.")
        return _("Take away the spaces around: %(columns)s.") % {"columns": titles(self.columns, schema)}
