"""Values that must be there."""

from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.rules.base import ColumnsRule
from apps.datasets.recipes.steps.base import titles
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Required(ColumnsRule):
    """Each of `columns` has a value."""

    rule: Literal["required"]

    label: ClassVar[Text] = gettext_lazy("Filled")

    def is_wrong(self, value: "ir.Value", column: ColumnSchema) -> "ir.BooleanValue":
        return value.isnull()

    def tell(self, schema: EntitySchema) -> str:
        return _("There is a value in: %(columns)s.") % {"columns": titles(self.columns, schema)}
