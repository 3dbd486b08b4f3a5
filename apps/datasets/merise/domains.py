"""The values that a column may take: what their bounds, choices and patterns mean, and what is wrong with them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import TypeAlias

from django.utils.translation import gettext as _

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema

Value: TypeAlias = str | int | float | Decimal | date | datetime

BIGINT = 2**63
# What RE2, Java and PostgreSQL read alike: groups are plain or `(?:…)`, escapes stand for a class or for themselves.
FOREIGN_GROUP = re.compile(r"(?<!\\)\(\?(?!:)")
FOREIGN_ESCAPE = re.compile(r"\\(?![dDwWsSnrt])\w")
FOREIGN_QUANTIFIER = re.compile(r"(?<!\\)[*+?}]\+")
MAX_REPEATS = 255  # PostgreSQL's limit


def read_value(text: str, column: ColumnSchema) -> Value:
    """A bound or a choice, as the type of its column reads it. Instants without offset are in UTC.

    Raises ValueError if it is not one, or does not fit in the column.
    """
    value = READERS[column.type](text)
    if isinstance(value, Decimal):
        # The least number of digits that say it, whole and decimal.
        _sign, digits, exponent = value.normalize().as_tuple()
        decimals = max(0, -int(exponent))
        if decimals > column.decimals or len(digits) + int(exponent) > column.digits - column.decimals:
            raise ValueError(text)
    if isinstance(value, str) and column.max_length and len(value) > column.max_length:
        raise ValueError(text)
    return value


def faults_of_domain(column: ColumnSchema) -> Iterator[Text]:
    """What is wrong with the bounds, the choices and the pattern of a column."""
    if column.type in {ColumnType.TEXT, ColumnType.BOOLEAN} and (column.minimum or column.maximum):
        yield _("only a number, a date or an instant has a minimum or a maximum.")
        return
    if column.type == ColumnType.BOOLEAN and column.choices:
        yield _("a yes or no has no other choice.")
        return
    values: dict[str, Value] = {}
    for text in (*filter(None, (column.minimum, column.maximum)), *column.choices):
        try:
            values[text] = read_value(text, column)
        except (ValueError, InvalidOperation, OverflowError):
            yield _("“%(text)s” is not a value that this column can hold.") % {"text": text}
    yield from _faults_of_bounds(column, values)
    if len({values.get(text, text) for text in column.choices}) < len(column.choices):
        yield _("a choice is there twice.")
    if column.pattern:
        yield from _faults_of_pattern(column)


def _faults_of_bounds(column: ColumnSchema, values: dict[str, Value]) -> Iterator[Text]:
    low, high = values.get(column.minimum), values.get(column.maximum)
    if low is not None and high is not None and low > high:  # type: ignore[operator] # of one type: that of the column
        yield _("its minimum is above its maximum.")
    for text in column.choices:
        value = values.get(text)
        if value is None:
            continue
        if (low is not None and value < low) or (high is not None and value > high):  # type: ignore[operator] # the same
            yield _("the choice “%(text)s” is not between the minimum and the maximum.") % {"text": text}


def _faults_of_pattern(column: ColumnSchema) -> Iterator[Text]:
    if column.type != ColumnType.TEXT:
        yield _("only a text has a pattern.")
        return
    pattern = column.pattern
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        yield _("its pattern is not a regular expression.")
        return
    plain = pattern.replace(r"\\", "")
    repeats = (int(number) for found in re.findall(r"\{(\d*),?(\d*)\}", plain) for number in found if number)
    if FOREIGN_GROUP.search(plain) or FOREIGN_ESCAPE.search(plain) or FOREIGN_QUANTIFIER.search(plain):
        yield _("its pattern may use classes, choices, groups and repetitions, but nothing that looks around or back.")
    elif any(number > MAX_REPEATS for number in repeats):
        yield _("its pattern repeats something more than %(count)d times.") % {"count": MAX_REPEATS}


def _read_integer(text: str) -> int:
    value = int(text)
    if not -BIGINT <= value < BIGINT:
        raise ValueError(text)
    return value


def _read_float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _read_decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _read_instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _read_text(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    return text


def _read_boolean(text: str) -> bool:
    raise ValueError(text)


READERS: dict[ColumnType, Callable[[str], Value]] = {
    ColumnType.TEXT: _read_text,
    ColumnType.INTEGER: _read_integer,
    ColumnType.FLOAT: _read_float,
    ColumnType.DECIMAL: _read_decimal,
    ColumnType.BOOLEAN: _read_boolean,
    ColumnType.DATE: date.fromisoformat,
    ColumnType.DATETIME: _read_instant,
}
