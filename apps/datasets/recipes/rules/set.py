"""Values of a list."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.recipes.rules.base import ColumnsRule, Value, as_literal, why_not_read
from apps.datasets.recipes.steps.base import Objection, quoted, titles
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class OneOf(ColumnsRule):
    """Each of `columns` is one of `values`."""

    rule: Literal["set"]
    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=1_000)]

    label: ClassVar[Text] = gettext_lazy("One of some values")

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        for name in self.columns:
            if name in schema.names:
                for each in self.values:
                    if objection := why_not_read(each, schema.column(name)):
                        yield objection

    def is_wrong(self, value: "ir.Value", column: ColumnSchema) -> "ir.BooleanValue":
        return value.notin([as_literal(each, value) for each in self.values])

    def tell(self, schema: EntitySchema) -> str:
        return _("One of %(values)s: %(columns)s.") % {
            "values": quoted(self.values),
            "columns": titles(self.columns, schema),
        }
