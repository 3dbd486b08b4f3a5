"""Rows by the hundred thousand, as columns of Arrow: checked and encoded a column at a time. For workers.

The rules are those of `checking`, and the arrays those of `encoding`, but for what texts cannot say otherwise: in a CSV
file a number, a date, a yes or no is written in letters, and nothing is what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apps.inference.encoding import Array, inputs_of
from apps.inference.enums import FieldType
from apps.inference.serving.checking import bounds_of, is_closed
from apps.inference.signature import Field, Signature

NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
# In a file that somebody sent, why a row could not be read: it keeps its place, and has no value.
UNREAD = "_unread"
# In the same, what the columns that are kept as they were sent are called after.
SENT = "_sent."
CODES = ("", "null", "invalid", "invalid_choice", "blank", "max_length", "min_value", "max_value")
_NAMES = np.array(CODES)
TRUE, FALSE = ("true", "1", "yes", "oui", "vrai"), ("false", "0", "no", "non", "faux")


@dataclass(frozen=True, kw_only=True)
class Vetted:
    """Rows that were looked at: `is_right` tells those that hold, in order, whose `inputs` these are; `faults` what is
    wrong with the others, by field: the code of the fault of each row, "" if there is none. Those of the field "" are
    of rows that could not be read."""

    is_right: Array
    inputs: Mapping[str, Array]
    faults: Mapping[str, Array]


def vet(signature: Signature, rows: pa.RecordBatch) -> Vetted:
    """Look at the rows of a batch. A column that is not there is missing in each of its rows."""
    count = rows.num_rows
    encoded: dict[str, Array] = {}
    faults: dict[str, Array] = {}
    for field in signature.fields:
        values = rows.column(field.name) if field.name in rows.schema.names else pa.nulls(count)
        if (plain := _plain_numbers(field, values)) is not None:
            encoded[field.name] = plain
            continue
        codes = np.zeros(count, np.int8)
        arrays = _of_field(field, values, codes)
        encoded.update(zip(inputs_of(field), arrays, strict=True))
        if codes.any():
            faults[field.name] = _NAMES[codes]
    if UNREAD in rows.schema.names:
        faults = _with_unread(faults, rows.column(UNREAD))
    is_right = np.ones(count, bool)
    for codes in faults.values():
        is_right &= codes == ""
    kept = encoded if is_right.all() else {name: array[is_right] for name, array in encoded.items()}
    return Vetted(is_right=is_right, inputs={name: array.reshape(-1, 1) for name, array in kept.items()}, faults=faults)


def _with_unread(faults: Mapping[str, Array], unread: Any) -> dict[str, Array]:
    """The faults of rows of which some could not be read: those have no other."""
    codes: Array = pc.fill_null(unread, "").to_numpy(zero_copy_only=False).astype(str)
    others = {name: np.where(codes == "", found, "") for name, found in faults.items()}
    return others | {"": codes}


def _plain_numbers(field: Field, values: Any) -> Array | None:
    """A column of numbers of which none is missing or out of bounds, which is most of them: two readings are enough.
    None if it is another, to be looked at value by value."""
    is_whole = pa.types.is_integer(values.type)
    is_right_type = is_whole or (field.type == FieldType.NUMBER and pa.types.is_floating(values.type))
    if (
        not is_right_type
        or field.type not in {FieldType.NUMBER, FieldType.INTEGER}
        or values.null_count
        or not len(values)
    ):
        return None
    numbers: Array = values.to_numpy(zero_copy_only=False)
    bounds = bounds_of(field)
    # A NaN makes either comparison false.
    if numbers.min() >= bounds.lowest and numbers.max() <= bounds.highest:
        return numbers.astype(np.float32)
    return None


def _of_field(field: Field, values: Any, codes: Array) -> list[Array]:
    """The arrays of a field, and its faults, written into `codes`."""
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    is_written = field.type not in {FieldType.CATEGORY, FieldType.TEXT}
    if _is_text(values) and (is_written or not field.is_required):
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
    missing = _mask(pc.is_null(values, nan_is_null=True))
    if field.is_required:
        _tell(codes, missing, "null")
    if field.type in {FieldType.NUMBER, FieldType.INTEGER}:
        return [_numbers(field, values, missing, codes)]
    if field.type == FieldType.BOOLEAN:
        return [_booleans(values, missing, codes)]
    if field.type == FieldType.DATE:
        return _dates(values, missing, codes)
    return [_texts(field, values, missing, codes)]


def values_of(field: Field, values: Any, inputs: Mapping[str, Array]) -> Any:
    """The values of a field in rows that hold, as `drift` counts them: numbers as they were sent, of which `inputs`,
    what the model was given, are the nearest float32."""
    if field.type in {FieldType.NUMBER, FieldType.INTEGER} and not pa.types.is_float32(values.type):
        return _exact(values)
    arrays = [inputs[name].ravel() for name in inputs_of(field)]
    if field.type == FieldType.DATE:
        return _days(*arrays[:3])
    return arrays[0] if field.type.is_numeric else [value or None for value in arrays[0]]


def _days(year: Array, month: Array, day: Array) -> Array:
    """Days since year 1; NaN where one is missing."""
    is_there = ~np.isnan(year)
    found = np.full(len(year), np.nan)
    months = (year[is_there].astype(int) - 1970) * 12 + month[is_there].astype(int) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(int) + day[is_there].astype(int) - 1
    found[is_there] = days + date(1970, 1, 1).toordinal()
    return found


def _exact(values: Any) -> Array:
    """Numbers, NaN in the place of what is none."""
    if _is_text(values):
        values = _only(values, pc.match_substring_regex(values, NUMBER))
    elif not (
        pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
    ):
        values = pa.nulls(len(values))
    numbers: Array = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers


def _numbers(field: Field, values: Any, missing: Array, codes: Array) -> Array:
    numbers = _exact(values)
    bounds = bounds_of(field)
    with np.errstate(over="ignore", invalid="ignore"):
        _tell(codes, ~missing & ~np.isfinite(numbers), "invalid")
        if field.type == FieldType.INTEGER:
            _tell(codes, ~missing & (numbers != np.floor(numbers)), "invalid")
        _tell(codes, numbers < bounds.lowest, "min_value")
        _tell(codes, numbers > bounds.highest, "max_value")
        return numbers.astype(np.float32)


def _booleans(values: Any, missing: Array, codes: Array) -> Array:
    if not pa.types.is_boolean(values.type):
        if not _is_text(values):
            values = pa.nulls(len(values), pa.string())
        lower = pc.utf8_lower(values)
        yes, no = (pc.is_in(lower, pa.array(words, lower.type)) for words in (TRUE, FALSE))
        values = pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))
    numbers: Array = pc.cast(values, pa.float32()).to_numpy(zero_copy_only=False)
    _tell(codes, ~missing & np.isnan(numbers), "invalid")
    return numbers


def _dates(values: Any, missing: Array, codes: Array) -> list[Array]:
    if _is_text(values):
        written = _only(values, pc.match_substring_regex(values, DATE))
        read = pc.strptime(written, format="%Y-%m-%d", unit="s", error_is_null=True)
        # Arrow reads the 30th of February as the 1st of March, and the year 0 as one.
        is_same = pc.and_(pc.equal(pc.strftime(read, format="%Y-%m-%d"), written), pc.greater(pc.year(read), 0))
        values = _only(read, is_same)
    elif not (pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)):
        values = pa.nulls(len(values), pa.date32())
    _tell(codes, ~missing & _mask(pc.is_null(values)), "invalid")
    parts = (pc.year(values), pc.month(values), pc.day(values), pc.day_of_week(values))
    return [pc.cast(part, pa.float32()).to_numpy(zero_copy_only=False) for part in parts]


def _texts(field: Field, values: Any, missing: Array, codes: Array) -> Array:
    texts = values if pa.types.is_string(values.type) else pc.cast(values, pa.string(), safe=False)
    if is_closed(field):
        known = pc.is_in(texts, pa.array(field.choices, pa.string()))
        _tell(codes, ~missing & ~_mask(known), "invalid_choice")
    else:
        length = pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False)
        if field.is_required:
            _tell(codes, ~missing & (length == 0), "blank")
        _tell(codes, length > field.max_length, "max_length")
        _tell(codes, _mask(pc.fill_null(pc.match_substring(texts, "\0"), False)), "invalid")
    found: Array = pc.fill_null(texts, "").to_numpy(zero_copy_only=False)
    return found


def _is_text(values: Any) -> bool:
    return bool(pa.types.is_string(values.type) or pa.types.is_large_string(values.type))


def _only(values: Any, is_of_form: Any) -> Any:
    """The values of this form; null in the place of the others."""
    return pc.if_else(pc.fill_null(is_of_form, False), values, pa.scalar(None, values.type))


def _mask(values: Any) -> Array:
    mask: Array = values.to_numpy(zero_copy_only=False).astype(bool)
    return mask


def _tell(codes: Array, where: Array, code: str) -> None:
    """The first thing that is found is told."""
    if where.any():
        codes[where & (codes == 0)] = CODES.index(code)
