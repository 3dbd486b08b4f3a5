"""Whether the rows, those to learn from and those to judge by, hold what the signature says: what serving refuses."""

from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite
from numbers import Real
from typing import Any

from apps.core.gates import Check
from apps.inference.enums import FieldType, UnknownPolicy
from apps.inference.gates.case import Case, CheckName, at_most, highest, standing_out
from apps.inference.signature import Field

FLOAT32_MAX = 3.4028235e38


def look(case: Case) -> Iterator[Check]:
    """How many rows hold something else, in each field."""
    yield from standing_out(_of_fields(case), by=highest)


def _of_fields(case: Case) -> Iterator[Check]:
    learnt = len(case.sets.train)
    for field in case.signature.fields:
        values = case.both[field.name]
        # A category that only the test set has is what will come again once the model serves.
        unknown = _unknown(field, values[:learnt])
        refused = sum(not fits(field, value) for value in values) + unknown
        yield at_most(CheckName.FORMAT, refused, 0, subject=field.title)


def fits(field: Field, value: Any) -> bool:
    """Whether this value is one that the field may have, categories aside."""
    if value is None:
        return not field.is_required
    match field.type:
        case FieldType.NUMBER | FieldType.INTEGER:
            return _is_number(value, field.type == FieldType.INTEGER) and _is_within(field, float(value))
        case FieldType.BOOLEAN:
            return isinstance(value, bool) or value in {0, 1}
        case FieldType.DATE:
            return isinstance(value, date)  # an instant has its day too
        case FieldType.TEXT:
            return isinstance(value, str) and len(value) <= field.max_length
        case _:
            return isinstance(value, str)


def _is_number(value: Any, is_whole: bool) -> bool:
    if isinstance(value, bool) or not (isinstance(value, Real) or hasattr(value, "as_integer_ratio")):
        return False
    number = float(value)
    return isfinite(number) and abs(number) <= FLOAT32_MAX and (number.is_integer() or not is_whole)


def _is_within(field: Field, value: float) -> bool:
    return (field.minimum is None or value >= field.minimum) and (field.maximum is None or value <= field.maximum)


def _unknown(field: Field, learnt: Sequence[Any]) -> int:
    """The categories of the rows to learn from that the signature does not list, though it refuses what it does not."""
    if field.type != FieldType.CATEGORY or field.unknown != UnknownPolicy.REFUSE:
        return 0
    known = set(field.choices)
    return sum(bool(value) and value not in known for value in learnt)
