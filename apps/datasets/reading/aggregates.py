"""Rows told by groups: how many there are in each, and sums, averages and extremes of their columns.

    ?group_by=service,day__year&count=*&sum=cost&avg=cost,age&order=-cost__sum&limit=50

A group has a member for each thing that was asked, under the name that orders it too: `service`, `day__year`, `count`,
`cost__sum`. A column called as one of these parameters is filtered as `sum__exact`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.datasets.enums import ColumnType
from apps.datasets.reading import statements
from apps.datasets.reading.engines import engine_for
from apps.datasets.reading.operators import ORDERED, term
from apps.datasets.reading.queries import (
    Filter,
    InvalidQuery,
    Order,
    Reading,
    known,
    read_filters,
    read_limit,
    read_names,
    read_term,
    read_words,
)
from apps.datasets.reading.sql import Output, Statement, all_of, quote
from apps.datasets.reading.table import Table

MAX_GROUPS = 1_000
MAX_TERMS = 5
MAX_MEASURES = 20
NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL})
# Measure → the types that have it.
MEASURES: Mapping[str, frozenset[ColumnType]] = {
    "count": frozenset(ColumnType),
    "sum": NUMBERS,
    "avg": NUMBERS,
    "min": ORDERED,
    "max": ORDERED,
}
RESERVED = frozenset({"group_by", "order", "limit", "q", "version", *MEASURES})


@dataclass(frozen=True, kw_only=True)
class AggregateQuery:
    """What is asked of the groups: `terms` are what they are made by, `measures` what is told of each."""

    terms: tuple[Output, ...]
    measures: tuple[Output, ...]
    filters: tuple[Filter, ...] = ()
    words: str = ""
    order: tuple[Order, ...] = ()
    limit: int = MAX_GROUPS


@dataclass(frozen=True, kw_only=True)
class Groups:
    """`groups` is a JSON array of objects, in UTF-8; there are more of them if `is_truncated`."""

    groups: bytes
    is_truncated: bool


def parse_aggregate(parameters: QueryDict, table: Table) -> AggregateQuery:
    """What these parameters ask. Raises InvalidQuery with every parameter that is wrong."""
    reading = Reading()
    given = read_names(parameters, reading, once=RESERVED)
    single = {name: values[-1] for name, values in given.items()}
    terms: tuple[Output, ...] = reading.attempt("group_by", lambda: _terms(single.get("group_by", ""), table), ())
    measures: list[Output] = []
    for name in MEASURES:
        if name in single:
            measures += reading.attempt(name, lambda name=name: _measures(name, single[name], table), ())  # type: ignore[misc]  # mypy knows no default of a lambda
    if len(measures) > MAX_MEASURES:
        reading.errors["group_by"] = _("Ask for %(most)d measures at most.") % {"most": MAX_MEASURES}
    if not measures:
        measures = [Output(name="count", sql="count(*)", type=ColumnType.INTEGER)]
    outputs = [*terms, *measures]
    order = reading.attempt("order", lambda: _order(single.get("order", ""), outputs), ())
    limit = reading.attempt("limit", lambda: read_limit(single.get("limit", str(MAX_GROUPS))), 0)
    words = reading.attempt("q", lambda: read_words(single.get("q", ""), table), "")
    filters = tuple(read_filters(given, table, reading, reserved=RESERVED))
    if reading.errors:
        raise InvalidQuery(reading.errors)
    return AggregateQuery(terms=terms, measures=tuple(measures), filters=filters, words=words, order=order, limit=limit)


def read_groups(table: Table, query: AggregateQuery) -> Groups:
    """The groups, as JSON that the database wrote. Raises QueryTooLong, NumberTooLarge, VersionGone, SnapshotGone."""
    with engine_for(table) as engine:
        source = engine.source(table, query.words, query.filters)
        where = all_of(list(statements.conditions_of(query.filters, engine.dialect)))
        outputs = (*query.terms, *query.measures)
        sql = f"SELECT {', '.join(f'{each.sql} AS {quote(each.name)}' for each in outputs)} "
        sql += f"FROM {source.sql} WHERE {where.sql}"
        if query.terms:
            sql += f" GROUP BY {', '.join(str(rank) for rank in range(1, len(query.terms) + 1))}"
        if query.order:
            sql += f" ORDER BY {statements.order_by(query.order, backward=False)}"
        sql += f" LIMIT {query.limit + 1}"
        shown = [Output(name=each.name, sql=f"groups.{quote(each.name)}", type=each.type) for each in outputs]
        told = f"SELECT CAST({engine.dialect.json(shown)} AS text) FROM ({sql}) groups"  # noqa: S608 -- as above
        found = engine.fetch(Statement(told, source.values + where.values))
    kept = [text for (text,) in found[: query.limit]]
    return Groups(groups=f"[{','.join(kept)}]".encode(), is_truncated=len(found) > query.limit)


def _terms(given: str, table: Table) -> tuple[Output, ...]:
    names = list(dict.fromkeys(given.split(","))) if given else []
    if len(names) > MAX_TERMS:
        raise ValueError(_("Group by %(most)d columns at most.") % {"most": MAX_TERMS})
    terms = []
    for name in names:
        column, _separator, part = name.partition("__")
        terms.append(Output(name=name, sql=term(column, part), type=read_term(column, part, table)[1]))
    return tuple(terms)


def _measures(measure: str, given: str, table: Table) -> tuple[Output, ...]:
    outputs = []
    for name in dict.fromkeys(given.split(",")):
        if measure == "count" and name == "*":
            outputs.append(Output(name="count", sql="count(*)", type=ColumnType.INTEGER))
            continue
        column = known(name, table)
        if column.type not in MEASURES[measure]:
            raise ValueError(
                _("“%(column)s” has no “%(measure)s”: it holds “%(type)s”.")
                % {"column": name, "measure": measure, "type": column.type.label}
            )
        outputs.append(_measure(measure, quote(name), name, column.type))
    return tuple(outputs)


def _measure(measure: str, it: str, name: str, kind: ColumnType) -> Output:
    named = f"{name}__{measure}"
    match measure:
        case "count":
            return Output(name=named, sql=f"count({it})", type=ColumnType.INTEGER)
        case "avg":  # engines do not average exact numbers to as many digits
            return Output(name=named, sql=f"CAST(avg({it}) AS double precision)", type=ColumnType.FLOAT)
    return Output(name=named, sql=f"{measure}({it})", type=kind)


def _order(given: str, outputs: list[Output]) -> tuple[Order, ...]:
    """By what is asked for, then by the groups themselves, so that an order is always the same."""
    known_names = {each.name for each in outputs}
    order = []
    for name in filter(None, given.split(",")):
        if name.removeprefix("-") not in known_names:
            raise ValueError(_("Sort by what is asked for: %(names)s.") % {"names": ", ".join(sorted(known_names))})
        order.append(Order(column=name.removeprefix("-"), is_descending=name.startswith("-"), may_be_missing=True))
    there = {each.column for each in order}
    if len(there) < len(order):
        raise ValueError(_("Sort by each column once."))
    return (*order, *(Order(column=each.name, may_be_missing=True) for each in outputs if each.name not in there))
