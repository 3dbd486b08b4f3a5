"""Say what a column must read as before the steps that follow."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import read
from apps.datasets.recipes.steps.base import FAULT, Draft, Objection, Scope, Step, mark
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What reads as the first also reads as these. The dataset's own type is always asked for in the end.
ALSO = {
    ColumnType.INTEGER: {ColumnType.FLOAT, ColumnType.DECIMAL},
    ColumnType.DECIMAL: {ColumnType.FLOAT},
    ColumnType.DATE: {ColumnType.DATETIME},
}


class Cast(Step):
    """`columns` says what each must read as: the type of the dataset's column, or one that fits in it."""

    step: Literal["cast"]
    columns: dict[str, ColumnType] = Field(min_length=1)

    label: ClassVar[Text] = gettext_lazy("Say the type of a text")
    faults: ClassVar[frozenset[RejectReason]] = frozenset(
        {
            RejectReason.NOT_A_NUMBER,
            RejectReason.NOT_AN_INTEGER,
            RejectReason.NOT_A_DATE,
            RejectReason.NOT_A_BOOLEAN,
            RejectReason.OUT_OF_RANGE,
        }
    )

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name, kind in self.columns.items():
            column = draft.find(name)
            if column and column.type not in {kind, ColumnType.TEXT} | ALSO.get(kind, set()):
                yield (
                    name,
                    gettext_lazy("it is cast to “%(cast)s”, but the dataset says “%(type)s”: one of them must change.")
                    % {"cast": kind.label, "type": column.type.label},
                )

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        faults = {}
        for name, kind in self.columns.items():
            column = scope.column(name)
            if kind != column.type:  # otherwise the end asks for the same
                reading = read(table[name].nullif(""), ColumnSchema(name=name, type=kind))
                faults[FAULT.format(name)] = mark(table, name, reading.fails, reading.reason)
        return table.mutate(**faults) if faults else table

    def tell(self, schema: EntitySchema) -> str:
        by_name = {column.name: column.title for column in schema.columns}
        read_as = [
            _("“%(column)s” as %(type)s") % {"column": by_name.get(name, name), "type": str(kind.label).lower()}
            for name, kind in self.columns.items()
        ]
        return _("Read %(columns)s.") % {"columns": ", ".join(read_as)}
