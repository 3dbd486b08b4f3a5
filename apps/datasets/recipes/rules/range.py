"""Values between two bounds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import model_validator

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.rules.base import ColumnsRule, Value, as_literal, why_not_read
from apps.datasets.recipes.steps.base import Objection, titles
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Range(ColumnsRule):
    """Each of `columns` is from `min` to `max`, both included; one of them may be left out."""

    rule: Literal["range"]
    min: Value | None = None
    max: Value | None = None

    label: ClassVar[Text] = gettext_lazy("Between two bounds")

    fits = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME})

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError(_("a range needs “min”, “max” or both"))
        return self

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        for name in self.columns:
            if name in schema.names and schema.column(name).type in self.fits:
                for bound in filter(None, (self.min, self.max)):
                    if objection := why_not_read(bound, schema.column(name)):
                        yield objection

    def is_wrong(self, value: "ir.Value", column: ColumnSchema) -> "ir.BooleanValue":
        import ibis

        under = () if self.min is None else (value < as_literal(self.min, value),)
        over = () if self.max is None else (value > as_literal(self.max, value),)
        return ibis.or_(*under, *over)

    def tell(self, schema: EntitySchema) -> str:
        told = {"columns": titles(self.columns, schema), "min": self.min, "max": self.max}
        if self.max is None:
            return _("At least %(min)s: %(columns)s.") % told
        if self.min is None:
            return _("At most %(max)s: %(columns)s.") % told
        return _("From %(min)s to %(max)s: %(columns)s.") % told
