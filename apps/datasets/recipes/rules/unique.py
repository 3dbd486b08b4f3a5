"""Values that no two rows share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.rules.base import RowsRule, Table
from apps.datasets.recipes.steps.base import Columns, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Unique(RowsRule):
    """No two rows have the same values in `columns`, taken together; a row without one of them is apart.

    The first of those that have the same breaks nothing.
    """

    rule: Literal["unique"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Different in each row")

    @property
    def looked_at(self) -> tuple[str, ...]:
        return self.columns

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        import ibis

        values = table.values(self.columns)
        is_filled = ibis.and_(*(value.notnull() for value in values))
        whole = values[0] if len(values) == 1 else ibis.struct(dict(zip(self.columns, values, strict=True)))
        return {"broken": is_filled.sum() - whole.nunique(where=is_filled)}

    def tell(self, schema: EntitySchema) -> str:
        return _("No two rows have the same: %(columns)s.") % {"columns": titles(self.columns, schema)}
