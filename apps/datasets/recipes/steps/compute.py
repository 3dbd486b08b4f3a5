"""Give a column a value that is computed from others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.expressions import Kind, Written, bind, columns_of, kind_of, kind_over, values_of, written
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Draft, Objection, Scope, Step, unknown
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What may be written in a column of each type. A text is read as any value is.
FITS = {
    ColumnType.TEXT: frozenset(Kind),
    ColumnType.INTEGER: {Kind.NUMBER, Kind.TEXT, Kind.NOTHING},
    ColumnType.FLOAT: {Kind.NUMBER, Kind.TEXT, Kind.NOTHING},
    ColumnType.DECIMAL: {Kind.NUMBER, Kind.TEXT, Kind.NOTHING},
    ColumnType.BOOLEAN: {Kind.BOOLEAN, Kind.TEXT, Kind.NOTHING},
    ColumnType.DATE: {Kind.DATE, Kind.TEXT, Kind.NOTHING},
    ColumnType.DATETIME: {Kind.DATETIME, Kind.DATE, Kind.TEXT, Kind.NOTHING},
}


class Compute(Step):
    """`columns` says, for each column, the expression that gives its value, from those that the row has before.

    A column of the entity is read as its type, null where it does not read; a working column is a text.
    """

    step: Literal["compute"]
    columns: dict[str, Written] = Field(min_length=1, max_length=100)

    label: ClassVar[Text] = gettext_lazy("Compute")

    def check(self, draft: Draft) -> Iterator[Objection]:
        for name, text in self.columns.items():
            column = draft.find(name)
            if column is None:
                yield name, unknown(name, draft.schema.names)
            kind, objection = kind_over(text, draft.readable)
            if objection:
                yield name, objection
            elif column and kind not in FITS[column.type]:
                yield (
                    name,
                    gettext_lazy("the expression gives %(kind)s, and the column is of type “%(type)s”.")
                    % {"kind": kind.label, "type": column.type.label},
                )
        for name in self.columns:
            draft.filled.add(name)
            draft.parsed.discard(name)
            (draft.trimmed.discard if _may_have_blanks(name, draft) else draft.trimmed.add)(name)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        texts = self.columns.values()
        values = values_of(
            table, [scope.column(name) for name in {each for text in texts for each in columns_of(text)}]
        )
        return table.mutate(
            **{name: _as_text(bind(text, values), scope.column(name).type) for name, text in self.columns.items()}
        )

    def tell(self, schema: EntitySchema) -> str:
        by_name = {column.name: column.title for column in schema.columns}
        given = [
            _("“%(column)s” = %(expression)s") % {"column": by_name.get(name, name), "expression": text}
            for name, text in self.columns.items()
        ]
        return _("Compute: %(columns)s.") % {"columns": "; ".join(given)}


def _may_have_blanks(name: str, draft: Draft) -> bool:
    column = draft.find(name)
    return column is None or column.type == ColumnType.TEXT


def _as_text(value: "ir.Value", kind: ColumnType) -> "ir.StringValue":
    """What is computed as the text that is read as the type of the column."""
    if kind_of(value) == Kind.TEXT:
        return value if kind == ColumnType.TEXT else trimmed(value)
    return written(value)
