"""What sources give as numbers, dates or trees, as the texts that land.

Segments hold text, and typing is the recipe's job: a value lands as JSON or ISO 8601 writes it (true, 1.5, 2024-12-31),
so that reading it back gives the same value, and null only where the source says null.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from apps.collection.connectors.base import ROW

if TYPE_CHECKING:
    import pyarrow as pa


def as_text(value: Any) -> str | None:
    """One value; bytes are written in hexadecimal, as PostgreSQL does."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return f"PT{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "S"
        case bytes() | bytearray() | memoryview():
            return f"\\x{bytes(value).hex()}"
        case dict() | list() | tuple():
            return orjson.dumps(value, default=as_text, option=orjson.OPT_NON_STR_KEYS).decode()
    return str(value)


def text_array(values: Sequence[Any]) -> "pa.Array":
    """A column of them. Those that are all of one kind, as they mostly are, are written by Arrow, in one go."""
    import pyarrow as pa

    kinds = set(map(type, values)) - {type(None)}
    try:
        if kinds == {bool}:
            return pa.array(values, pa.bool_()).cast(pa.string())
        if kinds == {int}:
            return pa.array(values, pa.int64()).cast(pa.string())
        if kinds == {float}:
            return double_texts(pa.array(values, pa.float64()))
        return pa.array(values if kinds <= {str} else [as_text(value) for value in values], pa.string())
    except OverflowError:  # a whole number of more than 64 bits
        return pa.array([as_text(value) for value in values], pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which no text file may hold
        return pa.array([_whole(as_text(value)) for value in values], pa.string())


def double_texts(column: "pa.Array") -> "pa.Array":
    """A column of doubles, as `as_text` writes them: three times as fast as one by one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow writes 1 for 1.0, and nothing else with digits alone.
    texts = pc.replace_substring_regex(column.cast(pa.string()), r"^(-?\d+)$", r"\1.0")
    # The few that one of the two writes with an exponent.
    differs = pc.or_(pc.match_substring(texts, "e"), pc.match_substring_regex(texts, r"^-?0\.0000"))
    if not pc.any(differs).as_py():
        return texts
    return pc.if_else(differs, pa.array([as_text(value) for value in column.to_pylist()], pa.string()), texts)


def text_batch(
    records: Sequence[Mapping[str, Any]], columns: Iterable[str], *, rows: Sequence[int] | range
) -> "pa.RecordBatch":
    """Records as a batch of these columns, null where a record has not one; `rows` are their numbers in the part."""
    import pyarrow as pa

    names = list(columns)
    arrays = [text_array([record.get(name) for record in records]) for name in names]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(rows, pa.int64())], names=[*names, ROW])


def columns_of(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every column that a record has, in the order in which they first come."""
    return list(dict.fromkeys(name for record in records for name in record))


def _whole(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()
