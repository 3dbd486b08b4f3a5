"""The operators of filters, in one table: the types that have each, how its value is read, its SQL.

What stands in an address is `column`, `column__operator`, `column__part` or `column__part__operator`: `age__gte`,
`day__year`, `day__month__in`. The SQL is the same for PostgreSQL and for DuckDB.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.datasets.enums import ColumnType
from apps.datasets.reading.sql import Statement, quote
from apps.datasets.reading.values import read_boolean, read_value

MAX_CHOICES = 100

TYPED = frozenset(ColumnType)
ORDERED = TYPED - {ColumnType.BOOLEAN}
TEXTS = frozenset({ColumnType.TEXT})
DAYS, INSTANTS = frozenset({ColumnType.DATE, ColumnType.DATETIME}), frozenset({ColumnType.DATETIME})

# Part of a date → the types that have it. Weeks and days of the week are those of ISO 8601, Monday being 1; hours are
# of UTC, which is the time zone of every connection.
PARTS: Mapping[str, frozenset[ColumnType]] = {
    "year": DAYS,
    "quarter": DAYS,
    "month": DAYS,
    "week": DAYS,
    "day": DAYS,
    "weekday": DAYS,
    "hour": INSTANTS,
}
FIELDS = {"weekday": "ISODOW"}


@dataclass(frozen=True, kw_only=True)
class Operator:
    """`read` gives the value from its type and the text of the address, and raises ValueError with a sentence.

    `write` gives the condition from the SQL of what is compared, that value and the mark of a parameter.
    """

    types: frozenset[ColumnType]
    read: Callable[[ColumnType, str], Any]
    write: Callable[[str, Any, str], Statement]


def term(column: str, part: str = "") -> str:
    """The SQL of a column, or of a part of the date that it holds."""
    return f"CAST(EXTRACT({FIELDS.get(part, part.upper())} FROM {quote(column)}) AS integer)" if part else quote(column)


def _compared(sign: str, types: frozenset[ColumnType]) -> Operator:
    return Operator(
        types=types, read=read_value, write=lambda it, value, mark: Statement(f"{it} {sign} {mark}", (value,))
    )


def _liked(pattern: str, *, like: str) -> Operator:
    def write(it: str, value: str, mark: str) -> Statement:
        text = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        # DuckDB has no escape unless it is said.
        return Statement(f"{it} {like} {mark} ESCAPE '\\'", (pattern.format(text),))

    return Operator(types=TEXTS, read=read_value, write=write)


def _read_choices(kind: ColumnType, text: str) -> tuple[Any, ...]:
    choices = text.split(",")
    if len(choices) > MAX_CHOICES:
        raise ValueError(_("Give %(most)d values at most.") % {"most": MAX_CHOICES})
    return tuple(read_value(kind, each) for each in choices)


def _read_bounds(kind: ColumnType, text: str) -> tuple[Any, Any]:
    bounds = text.split(",")
    if len(bounds) != 2:
        raise ValueError(_("Give the lowest and the highest value, with a comma between."))
    return read_value(kind, bounds[0]), read_value(kind, bounds[1])


OPERATORS: Mapping[str, Operator] = {
    "exact": _compared("=", TYPED),
    "ne": _compared("IS DISTINCT FROM", TYPED),
    "in": Operator(
        types=ORDERED,
        read=_read_choices,
        write=lambda it, value, mark: Statement(f"{it} IN ({', '.join([mark] * len(value))})", value),
    ),
    "lt": _compared("<", ORDERED),
    "lte": _compared("<=", ORDERED),
    "gt": _compared(">", ORDERED),
    "gte": _compared(">=", ORDERED),
    "range": Operator(
        types=ORDERED,
        read=_read_bounds,
        write=lambda it, value, mark: Statement(f"{it} BETWEEN {mark} AND {mark}", value),
    ),
    "iexact": _liked("{}", like="ILIKE"),
    "contains": _liked("%{}%", like="LIKE"),
    "icontains": _liked("%{}%", like="ILIKE"),
    "startswith": _liked("{}%", like="LIKE"),
    "istartswith": _liked("{}%", like="ILIKE"),
    "endswith": _liked("%{}", like="LIKE"),
    "iendswith": _liked("%{}", like="ILIKE"),
    "isnull": Operator(
        types=TYPED,
        read=lambda _kind, text: read_boolean(text),
        write=lambda it, value, _mark: Statement(f"{it} IS {'' if value else 'NOT '}NULL"),
    ),
}


def operators_of(kind: ColumnType) -> list[str]:
    return [name for name, operator in OPERATORS.items() if kind in operator.types]


def parts_of(kind: ColumnType) -> list[str]:
    return [name for name, types in PARTS.items() if kind in types]


def split_name(name: str) -> tuple[str, str, str]:
    """The column, the part of its date ("" for the whole) and the operator that a parameter names; none is checked."""
    column, _separator, rest = name.partition("__")
    part, _separator, operator = rest.partition("__")
    return (column, part, operator or "exact") if part in PARTS else (column, "", rest or "exact")
