"""Values of expressions, and what is done to numbers so that each engine finds the same.

Whole numbers and decimals are added and multiplied exactly, as decimals of the width that the result needs; past the 38
digits that engines hold, as numbers of 64 bits. Nothing here can overflow, and a division by zero is null: one row must
not stop a build.
"""

from enum import StrEnum
from functools import cache, reduce
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.operations as ops
    import ibis.expr.types as ir

MOST_DIGITS = 38
INT64_DIGITS = 19
BEYOND_64_BITS = 19
# Numbers of 64 bits are whole past this, and exact as whole numbers up to it.
EXACT = float(2**53)
MOMENT = "timestamp('UTC')"


class Kind(StrEnum):
    """What a value is, as people think of it."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    NOTHING = "nothing"

    @property
    def label(self) -> str | Promise:
        return LABELS[self]


LABELS = {
    Kind.TEXT: _("a text"),
    Kind.NUMBER: _("a number"),
    Kind.BOOLEAN: _("a condition"),
    Kind.DATE: _("a date"),
    Kind.DATETIME: _("a date and time"),
    Kind.NOTHING: _("null"),
}


def kind_of(value: "ir.Value") -> Kind:
    kind = value.type()
    if kind.is_null():
        return Kind.NOTHING
    if kind.is_string():
        return Kind.TEXT
    if kind.is_boolean():
        return Kind.BOOLEAN
    if kind.is_date():
        return Kind.DATE
    return Kind.DATETIME if kind.is_timestamp() else Kind.NUMBER


def alike(values: "list[ir.Value]") -> "list[ir.Value]":
    """These values, of one kind or null, as one type that holds all of them."""
    import ibis

    filled = [value for value in values if kind_of(value) != Kind.NOTHING]
    if not filled:
        return values
    kinds = {kind_of(value) for value in filled}
    kind = _common(filled) if kinds == {Kind.NUMBER} else MOMENT if Kind.DATETIME in kinds else filled[0].type()
    return [
        ibis.null(kind) if kind_of(value) == Kind.NOTHING else value if value.type() == kind else value.cast(kind)
        for value in values
    ]


def add(left: "ir.Value", right: "ir.Value", *, sign: int = 1) -> "ir.Value":
    """Their sum, or their difference."""
    (whole, decimals), (others, more) = _width(left), _width(right)
    scale = max(decimals, more)
    kind = _decimal(max(whole, others) + 1, scale)
    left, right = left.cast(kind), right.cast(kind)
    return (left + right if sign > 0 else left - right).cast(kind)


def multiply(left: "ir.Value", right: "ir.Value") -> "ir.Value":
    (whole, decimals), (others, more) = _width(left), _width(right)
    kind = _decimal(whole + others, decimals + more)
    if not kind.is_decimal():
        return left.cast(kind) * right.cast(kind)
    # Of two that hold in 64 bits, DuckDB would want the product to hold in them too.
    left = left.cast(_decimal(max(whole, BEYOND_64_BITS - decimals), decimals))
    return _product(kind)(left, right.cast(_decimal(others, more))).to_expr()


def divide(left: "ir.Value", right: "ir.Value") -> "ir.Value":
    return left.cast("float64") / right.cast("float64").nullif(0.0)


def absolute(value: "ir.Value") -> "ir.Value":
    if value.type().is_integer():
        # The least whole number of 64 bits has no opposite.
        value = value.cast(f"decimal({INT64_DIGITS}, 0)")
    return (value < 0).ifelse(-value, value)


def floor(value: "ir.Value") -> "ir.Value":
    """The greatest whole number that is not over it."""
    if value.type().is_integer():
        return value
    if value.type().is_decimal():
        near = rounded(value, 0)
        return (near > value).ifelse(near - _one(near), near)
    small = _if_small(value)
    return (value.abs() < EXACT).ifelse(small.floor().cast("float64"), value)


def ceil(value: "ir.Value") -> "ir.Value":
    """The least whole number that is not under it."""
    return value if value.type().is_integer() else -floor(-value)


def rounded(value: "ir.Value", decimals: int) -> "ir.Value":
    """To so many decimals, half away from zero, by the same operations on each engine."""
    kind = value.type()
    if kind.is_integer():
        return value
    if kind.is_decimal():
        if decimals >= (kind.scale or 0):
            return value
        return value.cast(
            f"decimal({min(sum(_width(value)) - (kind.scale or 0) + decimals + 1, MOST_DIGITS)}, {decimals})"
        )
    power = float(10**decimals)
    up = _if_small(value.abs() * power + 0.5).floor().cast("float64") / power
    is_small = value.abs() * power + 0.5 < EXACT
    return is_small.ifelse((value < 0).ifelse(-up, up), value)


def written(value: "ir.Value") -> "ir.StringValue":
    """As a text that reads as what it is. Engines do not write alike the numbers of 64 bits that have many digits."""
    import ibis

    match kind_of(value):
        case Kind.NOTHING:
            return ibis.null("string")
        case Kind.DATETIME:
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case Kind.NUMBER if value.type().is_floating():
            small = _if_small(value)
            is_whole = (value.abs() < EXACT) & (small.floor().cast("float64") == value)
            return is_whole.ifelse(small.floor().cast("int64").cast("string"), value.cast("string"))
        case Kind.NUMBER if value.type().is_decimal() and value.type().scale:
            # `1.50`, and `2` for `2.00`: what is whole may go to a column of whole numbers.
            return value.cast("string").re_replace("[.]0+$", "")
        case _:
            return value.cast("string")


def _width(value: "ir.Value") -> tuple[int, int]:
    """How many digits an exact number has before the decimal sign, and after; more than can be held for others."""
    kind = value.type()
    if kind.is_decimal():
        return (kind.precision or MOST_DIGITS) - (kind.scale or 0), kind.scale or 0
    return (INT64_DIGITS, 0) if kind.is_integer() else (MOST_DIGITS + 1, 0)


def _decimal(whole: int, decimals: int) -> "dt.DataType":
    """The exact numbers of this width; numbers of 64 bits if engines hold none so wide."""
    import ibis.expr.datatypes as dt

    # Spark counts one more digit for a product, at the expense of its decimals.
    fits = whole + decimals < MOST_DIGITS or (whole + decimals == MOST_DIGITS and not decimals)
    return dt.Decimal(whole + decimals, decimals) if fits else dt.float64


@cache
def _product(kind: "dt.DataType") -> "type[ops.NumericBinary]":
    """The product of two decimals, which is of this type: Ibis knows how to write it, but not what it is."""
    import ibis.expr.operations as ops

    class Multiply(ops.NumericBinary):  # type: ignore[misc]  # Ibis does not tell its types
        dtype = kind

    return Multiply


def _common(values: "list[ir.Value]") -> "dt.DataType":
    import ibis.expr.datatypes as dt

    if all(value.type().is_integer() for value in values):
        return dt.int64
    whole, decimals = reduce(lambda one, other: (max(one[0], other[0]), max(one[1], other[1])), map(_width, values))
    return _decimal(whole, decimals)


def _if_small(value: "ir.Value") -> "ir.Value":
    """This number of 64 bits where it fits in a whole one, null elsewhere, whatever is computed of it afterwards."""
    import ibis

    return (value.abs() < EXACT).ifelse(value, ibis.null("float64"))


def _one(like: "ir.Value") -> "ir.Value":
    import ibis

    return ibis.literal(1).cast(like.type())
