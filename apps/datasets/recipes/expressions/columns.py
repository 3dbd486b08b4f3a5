"""The columns that expressions read: what is known of them before there are rows, and their values in rows of texts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from apps.datasets.recipes.expressions.binding import bind
from apps.datasets.recipes.expressions.parsing import ExpressionRefused
from apps.datasets.recipes.expressions.values import Kind, kind_of
from apps.datasets.recipes.reading import TYPES, read, trimmed
from apps.datasets.schema import ColumnSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


def kind_over(text: str, columns: Iterable[ColumnSchema]) -> tuple[Kind, str]:
    """What this expression gives over columns of these types, and what is wrong with it, "" if nothing is."""
    import ibis

    kinds = {column.name: TYPES[column.type](column) for column in columns}
    table = ibis.table(kinds or {"_none": "string"}, name="columns")
    try:
        return kind_of(bind(text, {name: table[name] for name in kinds})), ""
    except ExpressionRefused as error:
        return Kind.NOTHING, str(error)


def values_of(table: "ir.Table", columns: Iterable[ColumnSchema]) -> "dict[str, ir.Value]":
    """The values of these columns, which are texts in this table: each read as its type, null where it does not."""
    return {
        column.name: read(trimmed(table[column.name]).nullif(""), column).value
        if column.type != "text"
        else table[column.name].nullif("")
        for column in columns
    }
