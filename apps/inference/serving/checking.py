"""What is wrong with the rows that somebody asks about: each fault, where it is and in what words. Pure.

Only asked once the decoder (`decoding`) has refused: it is slower, and tells everything. Both hold the same rules.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.inference.enums import FieldType, UnknownPolicy
from apps.inference.exceptions import RowFault
from apps.inference.signature import Field, Signature

# The largest number that a float32 holds: beyond it, a model would be given an infinity, and answer with assurance.
LARGEST = 3.4028234663852886e38
INTEGERS = (-(2**63), 2**63 - 1)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Enough to correct what was sent; nobody reads more at once.
MOST_FAULTS = 100
MOST_CHOICES = 30

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between what the values of a field lie, both included."""

    lowest: float
    highest: float


def bounds_of(field: Field) -> Bounds:
    """Those that it declares, and those that computers set: a float32, or a whole number of 64 bits."""
    low, high = INTEGERS if field.type == FieldType.INTEGER else (-LARGEST, LARGEST)
    if field.minimum is not None:
        low = max(low, math.ceil(field.minimum) if field.type == FieldType.INTEGER else field.minimum)
    if field.maximum is not None:
        high = min(high, math.floor(field.maximum) if field.type == FieldType.INTEGER else field.maximum)
    return Bounds(lowest=low, highest=high)


def is_closed(field: Field) -> bool:
    """Whether only the categories that training saw are accepted."""
    is_refused = field.unknown == UnknownPolicy.REFUSE
    return field.type == FieldType.CATEGORY and is_refused and bool(field.choices)


def faults_of(signature: Signature, rows: Sequence[Any], *, path: Path = ("rows",)) -> list[RowFault]:
    """All that is wrong with these rows, in order, as far as anybody reads."""
    found: list[RowFault] = []
    for number, row in enumerate(rows):
        found.extend(_of_row(signature, row, (*path, number)))
        if len(found) >= MOST_FAULTS:
            break
    return found[:MOST_FAULTS]


def column_faults(field: Field, values: Sequence[Any]) -> list[RowFault]:
    """The same of the values of one field, in a tensor."""
    found = ((rank, fault_of(field, value)) for rank, value in enumerate(values))
    faults = [RowFault(path=("inputs", field.name, rank), code=why[0], message=why[1]) for rank, why in found if why]
    return faults[:MOST_FAULTS]


def words_of(field: Field, code: str) -> str:
    """What is wrong with a value that was written in a file, of which the code of the fault alone is known."""
    bounds = bounds_of(field)
    match code:
        case "null":
            return _("The value is missing.")
        case "blank":
            return _("The text may not be empty.")
        case "min_value":
            return _("At least %(bound)s is expected.") % {"bound": _written(bounds.lowest)}
        case "max_value":
            return _("At most %(bound)s is expected.") % {"bound": _written(bounds.highest)}
        case "max_length":
            return _("At most %(count)d characters are expected.") % {"count": field.max_length}
        case "invalid_choice":
            return _("One of these is expected: %(choices)s.") % {"choices": listed(field.choices)}
    return {
        FieldType.NUMBER: _("A number is expected."),
        FieldType.INTEGER: _("A whole number is expected."),
        FieldType.BOOLEAN: _("Yes or no is expected."),
        FieldType.DATE: _("A date is expected, as 2026-01-31."),
        FieldType.CATEGORY: _("A text is expected."),
        FieldType.TEXT: _("Null characters and halves of characters are not accepted."),
    }[field.type]


def _of_row(signature: Signature, row: Any, path: Path) -> Iterator[RowFault]:
    if not isinstance(row, Mapping):
        yield RowFault(path=path, code="invalid", message=_("An object is expected, with a member for each field."))
        return
    for field in signature.fields:
        if field.name not in row:
            if field.is_required:
                yield RowFault(path=(*path, field.name), code="required", message=_("The value is missing."))
        elif why := fault_of(field, row[field.name]):
            yield RowFault(path=(*path, field.name), code=why[0], message=why[1])
    known = set(signature.names)
    for name in row:
        if name not in known:
            told = _("There is no such field. Known: %(names)s.") % {"names": listed(signature.names)}
            yield RowFault(path=(*path, str(name)), code="unknown_field", message=told)


def fault_of(field: Field, value: Any) -> tuple[str, str] | None:
    """The code and the words of what is wrong with a value, if anything is."""
    if value is None:
        return ("null", _("The value may not be null.")) if field.is_required else None
    if field.type in {FieldType.NUMBER, FieldType.INTEGER}:
        return _of_number(field, value)
    if field.type == FieldType.BOOLEAN:
        return None if isinstance(value, bool) else ("invalid", _("true or false is expected."))
    if field.type == FieldType.DATE:
        return None if _is_date(value) else ("invalid", _("A date is expected, as 2026-01-31."))
    return _of_text(field, value)


def _of_number(field: Field, value: Any) -> tuple[str, str] | None:
    is_whole = field.type == FieldType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if is_whole else (int, float)):
        return "invalid", _("A whole number is expected.") if is_whole else _("A number is expected.")
    if isinstance(value, float) and not math.isfinite(value):
        return "invalid", _("A finite number is expected.")
    bounds = bounds_of(field)
    if value < bounds.lowest:
        return "min_value", _("At least %(bound)s is expected.") % {"bound": _written(bounds.lowest)}
    if value > bounds.highest:
        return "max_value", _("At most %(bound)s is expected.") % {"bound": _written(bounds.highest)}
    return None


def _of_text(field: Field, value: Any) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "invalid", _("A text is expected.")
    if is_closed(field):
        if value in field.choices:
            return None
        return "invalid_choice", _("One of these is expected: %(choices)s.") % {"choices": listed(field.choices)}
    if field.is_required and not value:
        return "blank", _("The text may not be empty.")
    if len(value) > field.max_length:
        return "max_length", _("At most %(count)d characters are expected.") % {"count": field.max_length}
    if not is_storable(value):
        return "invalid", _("Null characters and halves of characters are not accepted.")
    return None


def is_storable(text: str) -> bool:
    """Whether PostgreSQL has such a text, and UTF-8 too."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_date(value: Any) -> bool:
    if isinstance(value, date):
        return not isinstance(value, datetime)
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def listed(names: Sequence[str]) -> str:
    told = ", ".join(_("“%(name)s”") % {"name": Truncator(name).chars(60)} for name in names[:MOST_CHOICES])
    return f"{told}…" if len(names) > MOST_CHOICES else told


def _written(bound: float) -> str:
    return f"{bound:.15g}"
