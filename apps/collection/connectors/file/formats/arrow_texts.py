"""Columns of Arrow as the texts that land: by Arrow where it writes as JSON and ISO 8601 do, else value by value."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from apps.collection.connectors.file.decoding import MARKING
from apps.collection.connectors.texts import double_texts, text_array


def as_texts(column: pa.Array) -> pa.Array:
    """The same values as texts, bytes that are no character marked; null stays null."""
    kind = column.type
    if types.is_dictionary(kind):
        return as_texts(column.dictionary).take(column.indices)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _valid(column)
    if types.is_null(kind) or types.is_boolean(kind) or types.is_integer(kind) or types.is_date32(kind):
        return column.cast(pa.string())
    if types.is_decimal(kind) and kind.scale >= 0:
        return column.cast(pa.string())
    if types.is_timestamp(kind) and kind.tz in (None, "UTC"):
        return _instants(column)
    if types.is_float64(kind):
        return double_texts(column)
    return text_array(_plain(column))


def _valid(column: pa.Array) -> pa.Array:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        found = column.cast(pa.large_binary()).to_pylist()
        return pa.array([None if value is None else value.decode("utf-8", MARKING) for value in found], pa.string())
    return column.cast(pa.string())


def _instants(column: pa.Array) -> pa.Array:
    """2024-12-31T08:30:00, and Z where the column says that its instants are universal."""
    texts = pc.replace_substring(column.cast(pa.string()), " ", "T", max_replacements=1)
    return pc.replace_substring_regex(texts, r"\.0+(Z?)$", r"\1")


def _plain(column: pa.Array) -> list[Any]:
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # nanoseconds, or a year that Python does not have
        found = [None if value is None else str(value) for value in column.cast(pa.string()).to_pylist()]
    return found
