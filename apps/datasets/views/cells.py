"""Values of the datasets as people read them, in the reader's language and time zone."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.charts.shapes import shorten
from apps.core.numbers import format_number, format_percent
from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema

# Of a longer text a table shows the beginning; the API and the exports give all of it.
LONGEST_CELL = 160
NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL})


def is_numeric(column: ColumnSchema) -> bool:
    """Whether its values are read down the column, aligned on their last digit."""
    return column.type in NUMERIC


def said(value: object, column: ColumnSchema | None = None) -> str:
    """Empty text for no value: the template says so in its own way. An exact decimal has the decimals of its column."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return format_number(float(value), column.decimals if column else None)
        case int() | float():
            return format_number(value)
        case datetime():
            return date_format(_here(value), pgettext("format of a short day and a time", "Y-m-d H:i"))
        case date():
            return date_format(value, pgettext("format of a short day", "Y-m-d"))
        case _text:
            return shorten(str(value), LONGEST_CELL)


def _here(instant: datetime) -> datetime:
    """In the time zone of the reader; the last hours of the year 9999, which say “for ever”, have no place there."""
    try:
        return timezone.localtime(instant)
    except OverflowError:
        return instant


def share_of(share: float) -> str:
    """A share in percent: without decimals that say nothing, but never 0 % for what is not nothing."""
    for decimals in (0, 1, 2):
        if round(share * 100, decimals) == round(share * 100, 2):
            return format_percent(share, decimals)
    return format_percent(share, 2)
