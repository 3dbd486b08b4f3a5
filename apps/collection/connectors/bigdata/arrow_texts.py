"""Columns of Arrow as the texts that land: ISO dates, exact decimals, nested values as JSON.

Arrow writes whole columns at once where its writing is that of `connectors.texts`, or reads back the same.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apps.collection.connectors.texts import text_array

# 2024-05-01 10:00:00.000000Z: a fraction even when it is nought.
_NO_FRACTION = r"\.0+(Z?)$"
# The exponent of a small decimal, which no recipe expects.
_EXPONENT = "E"


def as_texts(array: pa.Array) -> tuple[pa.Array, list[int]]:
    """The column as text, and the ranks of the values that are not text as they claim to be, null in the column."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_texts(array.dictionary_decode())
    if _is_string(kind):
        return _checked(array.cast(pa.binary()))
    return _written(array), []


def texts_of_bytes(values: Sequence[bytes], mask: Any) -> tuple[pa.Array, list[int]]:
    """The same for the bytes of a text, in UTF-8, as they come off the network; `mask` is true where it is null."""
    return _checked(pa.array(values, pa.binary(), mask=mask))


def instants(array: pa.Array) -> pa.Array:
    """Instants in text, as systems write them, in ISO 8601."""
    written = pc.replace_substring(array, " ", "T", max_replacements=1)
    # An expression costs ten times as much as the rest: only where there is something for it to do.
    is_needed = pc.any(pc.match_substring(written, ".0")).as_py()
    return pc.replace_substring_regex(written, _NO_FRACTION, r"\1") if is_needed else written


def _written(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_timestamp(kind):
        return instants(_in_seconds(array.cast(pa.timestamp(kind.unit, "UTC" if kind.tz else None))).cast(pa.string()))
    if pa.types.is_decimal(kind):
        written = array.cast(pa.string())
        return text_array(array.to_pylist()) if pc.any(pc.match_substring(written, _EXPONENT)).as_py() else written
    if pa.types.is_nested(kind):
        return text_array(_nested(array))
    if _is_binary(kind) or pa.types.is_duration(kind) or pa.types.is_float16(kind):
        return text_array(array.to_pylist())
    return array.cast(pa.string())


def _in_seconds(array: pa.Array) -> pa.Array:
    """The same instants without a fraction, if none of them has one."""
    try:
        return array.cast(pa.timestamp("s", array.type.tz))
    except pa.ArrowInvalid:
        return array


def _nested(array: pa.Array) -> list[Any]:
    try:
        return list(array.to_pylist(maps_as_pydicts="strict"))
    except KeyError:  # a map that has a key twice: as a list of pairs, nothing is lost
        return list(array.to_pylist())


def _checked(array: pa.Array) -> tuple[pa.Array, list[int]]:
    try:
        return array.cast(pa.string()), []
    except pa.ArrowInvalid:
        values = array.to_pylist()
        wrong = [rank for rank, value in enumerate(values) if value is not None and not _is_text(value)]
        for rank in wrong:
            values[rank] = None
        return pa.array(values, pa.binary()).cast(pa.string()), wrong


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))
