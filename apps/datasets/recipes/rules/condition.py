"""Anything that an expression can say of a row."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.expressions import ExpressionRefused, Kind, Written, bind, columns_of, kind_over
from apps.datasets.recipes.rules.base import RowRule
from apps.datasets.recipes.steps.base import Objection
from apps.datasets.schema import DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Condition(RowRule):
    """`where` is true of each row. As in a CHECK of SQL, what is null for want of a value breaks nothing."""

    rule: Literal["condition"]
    where: Written

    label: ClassVar[Text] = gettext_lazy("A condition holds")

    @property
    def looked_at(self) -> tuple[str, ...]:
        try:
            return columns_of(self.where)
        except ExpressionRefused:  # `check` says why
            return ()

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        kind, objection = kind_over(self.where, schema.columns)
        if objection:
            yield "", objection
        elif kind != Kind.BOOLEAN:
            yield (
                "",
                gettext_lazy("the expression gives %(kind)s: a condition is true or false.") % {"kind": kind.label},
            )

    def breaks(self, values: "Mapping[str, ir.Value]", schema: EntitySchema) -> "ir.BooleanValue":
        return ~bind(self.where, values).fill_null(True)

    def tell(self, schema: EntitySchema) -> str:
        return _("In each row: %(condition)s.") % {"condition": self.where}
