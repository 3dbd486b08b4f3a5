"""The types of a lake's columns, and conditions on them as Arrow applies them."""

from collections.abc import Iterable
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.exceptions import (
    ColumnNotComparable,
    ColumnOfTwoTypes,
    UnknownColumn,
    ValueOfAnotherType,
)


def widest(name: str, one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """The type that holds both without changing a value. Raises ColumnOfTwoTypes."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    for is_kind in (pa.types.is_signed_integer, pa.types.is_unsigned_integer, pa.types.is_floating):
        if is_kind(one) and is_kind(other):
            return one if one.bit_width >= other.bit_width else other
    if _is_text(one) and _is_text(other):
        return pa.large_string()
    if pa.types.is_timestamp(one) and pa.types.is_timestamp(other) and one.tz == other.tz:
        units = ("s", "ms", "us", "ns")
        return max(one, other, key=lambda each: units.index(each.unit))
    raise ColumnOfTwoTypes(column=name, one=str(one), other=str(other))


def proposed_type(kind: pa.DataType) -> str:
    """In the words of the datasets' types."""
    for is_kind, name in (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_decimal, "decimal"),
        (pa.types.is_floating, "float"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "datetime"),
    ):
        if is_kind(kind):
            return name
    return "text"


def expression(conditions: Iterable[Condition], schema: pa.Schema) -> Any:
    """The conditions as Arrow applies them, None if there are none. Raises UnknownColumn, ValueOfAnotherType."""
    expressions = [_compared(condition, schema) for condition in conditions]
    return reduce(lambda one, other: one & other, expressions) if expressions else None


def _compared(condition: Condition, schema: pa.Schema) -> Any:
    name = condition.column
    if name not in schema.names:
        raise UnknownColumn(column=name)
    kind, field = schema.field(name).type, ds.field(name)
    if pa.types.is_nested(kind):
        raise ColumnNotComparable(column=name, type=str(kind))
    try:
        values = [_scalar(value, kind) for value in condition.values]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ValueOfAnotherType(column=name, type=str(kind)) from None
    match condition.operator:
        case "is null":
            return field.is_null()
        case "is not null":
            return field.is_valid()
        case "in":
            return field.isin(values)
        case "not in":
            return field.is_valid() & ~field.isin(values)
        case "=":
            return field == values[0]
        case "!=":
            return field != values[0]
        case "<":
            return field < values[0]
        case "<=":
            return field <= values[0]
        case ">":
            return field > values[0]
    return field >= values[0]


def _scalar(value: str, kind: pa.DataType) -> Any:
    text = pa.scalar(value)
    if pa.types.is_dictionary(kind):
        return text.cast(kind.value_type)
    return text.cast(kind)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
