"""Values of columns, as they are written in an address: the way JSON writes them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.enums import ColumnType

MAX_TEXT = 1_000
SMALLEST, LARGEST = -(2**63), 2**63 - 1


def read_value(kind: ColumnType, text: str) -> Any:
    """A value of this type. Raises ValueError with a sentence."""
    read, message = VALUES[kind]
    try:
        return read(text)
    except (ValueError, InvalidOperation, OverflowError):
        raise ValueError(str(message)) from None


def read_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(_("Write true or false."))
    return text == "true"


def _text(text: str) -> str:
    if len(text) > MAX_TEXT or "\0" in text:
        raise ValueError
    return text


def _integer(text: str) -> int:
    value = int(text) if re.fullmatch(r"[+-]?[0-9]{1,19}", text) else LARGEST + 1
    if not SMALLEST <= value <= LARGEST:
        raise ValueError
    return value


def _float(text: str) -> float:
    value = float(text)
    if not (len(text) <= 100 and value - value == 0):  # neither infinite nor not a number
        raise ValueError
    return value


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or len(text) > 100 or abs(value.adjusted()) > 100:
        raise ValueError
    return value


def _datetime(text: str) -> datetime:
    # In an address, “+” is a space: +02:00 arrives as “ 02:00”.
    value = datetime.fromisoformat(text.replace(" ", "+") if re.search(r"T.* \d\d:?\d\d$", text) else text)
    # Told in UTC: PostgreSQL knows no offset beyond fifteen hours and no year before 1. Raises OverflowError.
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


VALUES: Mapping[ColumnType, tuple[Callable[[str], Any], Promise]] = {
    ColumnType.TEXT: (_text, gettext_lazy("Write a text of at most 1,000 characters.")),
    ColumnType.INTEGER: (_integer, gettext_lazy("Write a whole number.")),
    ColumnType.FLOAT: (_float, gettext_lazy("Write a number, with a point: 3.14.")),
    ColumnType.DECIMAL: (_decimal, gettext_lazy("Write a number, with a point: 3.14.")),
    ColumnType.BOOLEAN: (read_boolean, gettext_lazy("Write true or false.")),
    ColumnType.DATE: (date.fromisoformat, gettext_lazy("Write a date: 2026-11-22.")),
    ColumnType.DATETIME: (_datetime, gettext_lazy("Write a date and a time: 2026-11-22T14:05:00Z.")),
}
