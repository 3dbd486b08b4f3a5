"""What may be asked of a table, read from the parameters of an address: pure, and the same for pages and programs.

    ?age__gte=40&sex=2&day__year=2026&q=mairie&order=-progression,age&columns=age,progression&expand=town&limit=100

An unknown parameter is an error rather than a filter that silently does nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core.errors import RuleViolation
from apps.datasets.enums import ColumnType
from apps.datasets.reading.cursors import Cursor, InvalidCursor, read_cursor
from apps.datasets.reading.operators import OPERATORS, PARTS, operators_of, parts_of, split_name
from apps.datasets.reading.searching import RANK, searched_columns
from apps.datasets.reading.table import Table
from apps.datasets.reading.values import MAX_TEXT
from apps.datasets.schema import ROW_ID, ColumnSchema

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
MAX_FILTERS = 20
MAX_EXPANDED = 5
# The parameters that are not filters.
RESERVED = frozenset({"columns", "order", "limit", "cursor", "count", "format", "q", "expand", "version"})


class InvalidQuery(RuleViolation):
    """Some parameters are not valid; `errors` maps each to what is wrong."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One condition on a column, or on a `part` of the date that it holds.

    `value` is of the type of what is compared, a tuple for `in` and `range`, a boolean for `isnull`.
    """

    column: str
    operator: str
    value: Any
    part: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One column to sort by. `may_be_missing` says whether some rows have no value there."""

    column: str
    is_descending: bool = False
    may_be_missing: bool = False


BY_ROW = (Order(column=ROW_ID),)


@dataclass(frozen=True, kw_only=True)
class RowQuery:
    """What is asked of a table, every name and value checked. `order` always ends with the identifier of the row.

    `words` are searched in the texts; `expand` are the relations whose other row comes inside of each.
    """

    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    words: str = ""
    expand: tuple[str, ...] = ()
    order: tuple[Order, ...] = BY_ROW
    limit: int = PAGE_SIZE
    cursor: Cursor | None = None
    wants_count: bool = False

    @property
    def narrows(self) -> bool:
        """Whether some rows may be left out."""
        return bool(self.filters or self.words)

    def of_whole_file(self) -> "RowQuery":
        """The same rows, all of them, from the file that holds them in the order of their identifiers: which DuckDB
        keeps as it reads, but where it looks a long list of values up."""
        is_theirs = self.order == BY_ROW and not self.narrows
        return replace(self, cursor=None, order=() if is_theirs else self.order)


@dataclass
class Reading:
    """What is wrong so far, by parameter: everything is read before anything is refused."""

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
    reading = Reading()
    given = read_names(parameters, reading, once=RESERVED, allowed=allowed, refused=refused)
    single = {name: values[-1] for name, values in given.items()}
    columns = reading.attempt("columns", lambda: _columns(single.get("columns", ""), table), ())
    words = reading.attempt("q", lambda: read_words(single.get("q", ""), table), "")
    order = reading.attempt("order", lambda: _order(single.get("order", ""), table, is_search=bool(words)), ())
    limit = reading.attempt("limit", lambda: read_limit(single.get("limit", str(PAGE_SIZE))), 0)
    wants_count = reading.attempt("count", lambda: _count(single.get("count", "")), False)
    expand = reading.attempt("expand", lambda: _expand(single.get("expand", ""), table), ())
    filters = tuple(read_filters(given, table, reading, reserved=RESERVED))
    cursor = None
    if "cursor" in single and not reading.errors:
        cursor = reading.attempt("cursor", lambda: _cursor(single["cursor"], table, order), None)
    if reading.errors:
        raise InvalidQuery(reading.errors)
    return RowQuery(
        columns=columns,
        filters=filters,
        words=words,
        expand=expand,
        order=order,
        limit=limit,
        cursor=cursor,
        wants_count=wants_count,
    )


def read_names(
    parameters: QueryDict,
    reading: Reading,
    *,
    once: frozenset[str],
    allowed: frozenset[str] | None = None,
    refused: frozenset[str] = frozenset(),
) -> dict[str, list[str]]:
    """What was given by name; those that mean nothing here, or were given twice, are told wrong."""
    given = {name: parameters.getlist(name) for name in parameters}
    for name in given:
        if name in refused or (allowed is not None and name not in allowed):
            reading.errors[name] = _("This parameter means nothing here.")
        elif name in once and len(given[name]) > 1:
            reading.errors[name] = _("Give it once.")
    return given


def _columns(given: str, table: Table) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(","))) if given else table.names
    for name in names:
        known(name, table)
    return names


def _order(given: str, table: Table, *, is_search: bool) -> tuple[Order, ...]:
    # What matches best comes first, unless an order is asked for.
    order = [Order(column=RANK, is_descending=True)] if is_search and not given else []
    for name in filter(None, given.split(",")):
        column = known(name.removeprefix("-"), table)
        descends = name.startswith("-")
        order.append(Order(column=column.name, is_descending=descends, may_be_missing=not column.must_be_filled))
    if len({each.column for each in order}) < len(order):
        raise ValueError(_("Sort by each column once."))
    if all(each.column != ROW_ID for each in order):
        order.append(Order(column=ROW_ID))
    return tuple(order)


def read_limit(given: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", given) or not 1 <= int(given) <= MAX_PAGE_SIZE:
        raise ValueError(_("From 1 to %(most)d rows may be asked for at once.") % {"most": MAX_PAGE_SIZE})
    return int(given)


def read_words(given: str, table: Table) -> str:
    """What is looked for, its accents composed as those of the rows are."""
    if not given:
        return ""
    if not searched_columns(table.schema):
        raise ValueError(_("These rows have no text to search."))
    if len(given) > MAX_TEXT or "\0" in given:
        raise ValueError(_("Write a text of at most 1,000 characters."))
    return unicodedata.normalize("NFC", given)


def _expand(given: str, table: Table) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(","))) if given else ()
    if len(names) > MAX_EXPANDED:
        raise ValueError(_("Give %(most)d values at most.") % {"most": MAX_EXPANDED})
    for name in names:
        if name not in table.relations:
            raise ValueError(_("These rows have no relation “%(name)s”.") % {"name": name[:60]})
    return names


def _count(given: str) -> bool:
    if given not in {"", "exact"}:
        raise ValueError(_("Only “exact” is known."))
    return given == "exact"


def _cursor(given: str, table: Table, order: tuple[Order, ...]) -> Cursor:
    try:
        cursor = read_cursor(given, version=table.version)
    except InvalidCursor as error:
        raise ValueError(str(error)) from error
    if cursor.order != tuple((table.sight_of(each.column), each.is_descending) for each in order):
        raise ValueError(_("This cursor belongs to another order: begin again without it."))
    return cursor


def read_filters(
    given: Mapping[str, list[str]], table: Table, reading: Reading, *, reserved: frozenset[str]
) -> Iterator[Filter]:
    asked = [(name, value) for name, values in given.items() if name not in reserved for value in values]
    if len(asked) > MAX_FILTERS:
        reading.errors[asked[MAX_FILTERS][0]] = _("Filter by %(most)d conditions at most.") % {"most": MAX_FILTERS}
        return
    for name, text in asked:
        found = reading.attempt(name, lambda name=name, text=text: read_filter(name, text, table), None)  # type: ignore[misc]  # mypy knows no default of a lambda
        if found:
            yield found


def read_filter(name: str, text: str, table: Table) -> Filter:
    """One condition from its parameter. Raises ValueError with a sentence that says what is wrong."""
    column_name, part, operator = split_name(name)
    kind = read_term(column_name, part, table)[1]
    if operator not in OPERATORS or kind not in OPERATORS[operator].types:
        possible = operators_of(kind) + ([] if part else parts_of(kind))
        raise ValueError(
            _("“%(column)s” cannot be filtered by “%(operator)s”. Possible: %(possible)s.")
            % {"column": column_name, "operator": operator[:60], "possible": ", ".join(possible)}
        )
    return Filter(column=column_name, part=part, operator=operator, value=OPERATORS[operator].read(kind, text))


def read_term(column_name: str, part: str, table: Table) -> tuple[ColumnSchema, ColumnType]:
    """A column, and the type of what is compared of it: its own, or that of the part of its date."""
    column = known(column_name, table)
    if not part:
        return column, column.type
    if column.type not in PARTS.get(part, ()):
        raise ValueError(
            _("“%(column)s” has no part “%(part)s”: it holds “%(type)s”.")
            % {"column": column_name, "part": part[:60], "type": column.type.label}
        )
    return column, ColumnType.INTEGER


def known(name: str, table: Table) -> ColumnSchema:
    """The column of this name, if one may see it: that it exists and is hidden is not told either."""
    if name in table.by_name:
        return table.by_name[name]
    raise ValueError(_("This dataset has no column “%(name)s”.") % {"name": name[:60]})
