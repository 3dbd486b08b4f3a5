"""What may be asked of a table, read from the parameters of an address: pure, and the same for pages and programs.

    ?age__gte=40&sex=2&order=-progression,age&columns=age,progression&limit=100

An unknown parameter is an error rather than a filter that silently does nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import RuleViolation
from apps.datasets.enums import ColumnType
from apps.datasets.reading.cursors import Cursor, InvalidCursor, read_cursor
from apps.datasets.reading.table import Table
from apps.datasets.schema import ROW_ID, ColumnSchema

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
MAX_FILTERS = 20
MAX_CHOICES = 100
MAX_TEXT = 1_000
SMALLEST, LARGEST = -(2**63), 2**63 - 1

TYPED = frozenset(ColumnType)
ORDERED = TYPED - {ColumnType.BOOLEAN}
# Operator → the types that have it. An operator is written after the column: `age__gte`.
OPERATORS: Mapping[str, frozenset[ColumnType]] = {
    "exact": TYPED,
    "ne": TYPED,
    "in": ORDERED,
    "lt": ORDERED,
    "lte": ORDERED,
    "gt": ORDERED,
    "gte": ORDERED,
    "contains": frozenset({ColumnType.TEXT}),
    "startswith": frozenset({ColumnType.TEXT}),
    "isnull": TYPED,
}
# The parameters that are not filters.
RESERVED = frozenset({"columns", "order", "limit", "cursor", "count", "format"})


class InvalidQuery(RuleViolation):
    """Some parameters are not valid; `errors` maps each to what is wrong."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One condition on a column. `value` is of the column's type, a tuple for `in`, a boolean for `isnull`."""

    column: str
    operator: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Order:
    """One column to sort by. `may_be_missing` says whether some rows have no value there."""

    column: str
    is_descending: bool = False
    may_be_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class RowQuery:
    """What is asked of a table, every name and value checked. `order` always ends with the identifier of the row."""

    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = (Order(column=ROW_ID),)
    limit: int = PAGE_SIZE
    cursor: Cursor | None = None
    wants_count: bool = False

    def without_page(self) -> "RowQuery":
        """The same rows, all of them."""
        return replace(self, cursor=None)


@dataclass
class _Reading:
    errors: dict[str, str] = field(default_factory=dict)

    def attempt(self, name: str, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except ValueError as error:
            self.errors[name] = str(error)
            return otherwise


def parse_query(
    parameters: QueryDict,
    table: Table,
    *,
    allowed: frozenset[str] | None = None,
    refused: frozenset[str] = frozenset(),
) -> RowQuery:
    """What these parameters ask of this table. Raises InvalidQuery with every parameter that is wrong.

    `allowed` are the only ones that may be given, if not None; `refused` are those that mean nothing here.
    """
    reading = _Reading()
    given = {name: parameters.getlist(name) for name in parameters}
    for name in given:
        if name in refused or (allowed is not None and name not in allowed):
            reading.errors[name] = _("This parameter means nothing here.")
    for name in [name for name in given if name in RESERVED and len(given[name]) > 1]:
        reading.errors[name] = _("Give it once.")
    single = {name: values[-1] for name, values in given.items()}
    columns = reading.attempt("columns", lambda: _columns(single.get("columns", ""), table), ())
    order = reading.attempt("order", lambda: _order(single.get("order", ""), table), ())
    limit = reading.attempt("limit", lambda: _limit(single.get("limit", str(PAGE_SIZE))), 0)
    wants_count = reading.attempt("count", lambda: _count(single.get("count", "")), False)
    filters = tuple(_filters(given, table, reading))
    cursor = None
    if "cursor" in single and not reading.errors:
        cursor = reading.attempt("cursor", lambda: _cursor(single["cursor"], table, order), None)
    if reading.errors:
        raise InvalidQuery(reading.errors)
    return RowQuery(columns=columns, filters=filters, order=order, limit=limit, cursor=cursor, wants_count=wants_count)


def _columns(given: str, table: Table) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(","))) if given else table.names
    for name in names:
        _known(name, table)
    return names


def _order(given: str, table: Table) -> tuple[Order, ...]:
    order = []
    for name in filter(None, given.split(",")):
        column = _known(name.removeprefix("-"), table)
        descends = name.startswith("-")
        order.append(Order(column=column.name, is_descending=descends, may_be_missing=not column.must_be_filled))
    if len({each.column for each in order}) < len(order):
        raise ValueError(_("Sort by each column once."))
    if all(each.column != ROW_ID for each in order):
        order.append(Order(column=ROW_ID))
    return tuple(order)


def _limit(given: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", given) or not 1 <= int(given) <= MAX_PAGE_SIZE:
        raise ValueError(_("From 1 to %(most)d rows may be asked for at once.") % {"most": MAX_PAGE_SIZE})
    return int(given)


def _count(given: str) -> bool:
    if given not in {"", "exact"}:
        raise ValueError(_("Only “exact” is known."))
    return given == "exact"


def _cursor(given: str, table: Table, order: tuple[Order, ...]) -> Cursor:
    try:
        cursor = read_cursor(given, version=table.version)
    except InvalidCursor as error:
        raise ValueError(str(error)) from error
    if cursor.order != tuple((each.column, each.is_descending) for each in order):
        raise ValueError(_("This cursor belongs to another order: begin again without it."))
    return cursor


def _filters(given: Mapping[str, list[str]], table: Table, reading: _Reading) -> Iterator[Filter]:
    asked = [(name, value) for name, values in given.items() if name not in RESERVED for value in values]
    if len(asked) > MAX_FILTERS:
        reading.errors[asked[MAX_FILTERS][0]] = _("Filter by %(most)d conditions at most.") % {"most": MAX_FILTERS}
        return
    for name, text in asked:
        found = reading.attempt(name, lambda name=name, text=text: read_filter(name, text, table), None)  # type: ignore[misc]  # mypy knows no default of a lambda
        if found:
            yield found


def read_filter(name: str, text: str, table: Table) -> Filter:
    """One condition from its parameter. Raises ValueError with a sentence that says what is wrong."""
    column_name, _separator, operator = name.partition("__")
    operator = operator or "exact"
    column = _known(column_name, table)
    if operator not in OPERATORS or column.type not in OPERATORS[operator]:
        possible = ", ".join(each for each, types in OPERATORS.items() if column.type in types)
        raise ValueError(
            _("“%(column)s” cannot be filtered by “%(operator)s”. Possible: %(possible)s.")
            % {"column": column_name, "operator": operator, "possible": possible}
        )
    if operator == "isnull":
        return Filter(column=column_name, operator=operator, value=_boolean(text))
    if operator == "in":
        choices = text.split(",")
        if len(choices) > MAX_CHOICES:
            raise ValueError(_("Give %(most)d values at most.") % {"most": MAX_CHOICES})
        return Filter(column=column_name, operator=operator, value=tuple(read_value(column, each) for each in choices))
    return Filter(column=column_name, operator=operator, value=read_value(column, text))


def read_value(column: ColumnSchema, text: str) -> Any:
    """A value of the column's type, as JSON would write it. Raises ValueError with a sentence."""
    read, message = VALUES[column.type]
    try:
        return read(text)
    except (ValueError, InvalidOperation, OverflowError):
        raise ValueError(str(message)) from None


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


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(_("Write true or false."))
    return text == "true"


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
    ColumnType.BOOLEAN: (_boolean, gettext_lazy("Write true or false.")),
    ColumnType.DATE: (date.fromisoformat, gettext_lazy("Write a date: 2026-11-22.")),
    ColumnType.DATETIME: (_datetime, gettext_lazy("Write a date and a time: 2026-11-22T14:05:00Z.")),
}


def _known(name: str, table: Table) -> ColumnSchema:
    """The column of this name, if one may see it: that it exists and is hidden is not told either."""
    if name in table.by_name:
        return table.by_name[name]
    raise ValueError(_("This dataset has no column “%(name)s”.") % {"name": name[:60]})
