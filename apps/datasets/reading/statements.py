"""The SQL of a query, written once for PostgreSQL and for DuckDB, which reads snapshots.

Names are quoted, values are parameters: nothing that a reader wrote is ever part of the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.datasets.reading.cursors import Cursor
from apps.datasets.reading.queries import Filter, Order, RowQuery

COMPARISONS = {"exact": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


@dataclass(frozen=True)
class Statement:
    """SQL and its parameters, in order; `mark` stands for each."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What differs between the two engines: how a parameter is marked, and the escape of LIKE, which must be said."""

    mark: str


POSTGRESQL = Dialect(mark="%s")
DUCKDB = Dialect(mark="?")


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def select(query: RowQuery, *, table: str, dialect: Dialect, limit: int | None = None) -> Statement:
    """The rows that are asked for, in order; from the cursor on, and `limit` of them at most, if given.

    `table` is trusted SQL: a quoted name, or a function that reads a file.
    """
    conditions = list(_conditions(query.filters, dialect))
    backward = query.cursor is not None and query.cursor.backward
    if query.cursor:
        conditions.append(_beyond(query.order, query.cursor, dialect))
    where = _all(conditions)
    columns = ", ".join(quote(name) for name in query.columns)
    sql = f"SELECT {columns} FROM {table}"  # noqa: S608 -- names are quoted and checked, values are parameters
    if where.sql:
        sql += f" WHERE {where.sql}"
    sql += f" ORDER BY {order_by(query.order, backward=backward)}"
    if limit is not None:
        sql += f" LIMIT {int(limit)}"
    return Statement(sql, where.values)


def count(query: RowQuery, *, table: str, dialect: Dialect) -> Statement:
    where = _all(list(_conditions(query.filters, dialect)))
    return Statement(f"SELECT count(*) FROM {table} WHERE {where.sql or 'TRUE'}", where.values)  # noqa: S608 -- as above


def order_by(order: Sequence[Order], *, backward: bool) -> str:
    """Missing values come last, whichever way one reads forward.

    Columns that have none say nothing of it: with NULLS LAST, no index serves a descending order.
    """
    nulls = " NULLS FIRST" if backward else " NULLS LAST"
    return ", ".join(
        quote(each.column)
        + (" DESC" if each.is_descending != backward else " ASC")
        + (nulls if each.may_be_missing else "")
        for each in order
    )


def _conditions(filters: Sequence[Filter], dialect: Dialect) -> Iterator[Statement]:
    for each in filters:
        name = quote(each.column)
        match each.operator:
            case "isnull":
                yield Statement(f"{name} IS {'' if each.value else 'NOT '}NULL")
            case "in":
                yield Statement(f"{name} IN ({', '.join([dialect.mark] * len(each.value))})", tuple(each.value))
            case "ne":
                yield Statement(f"{name} IS DISTINCT FROM {dialect.mark}", (each.value,))
            case "contains":
                yield Statement(f"{name} ILIKE {dialect.mark} ESCAPE '\\'", (f"%{_literal(each.value)}%",))
            case "startswith":
                yield Statement(f"{name} ILIKE {dialect.mark} ESCAPE '\\'", (f"{_literal(each.value)}%",))
            case operator:
                yield Statement(f"{name} {COMPARISONS[operator]} {dialect.mark}", (each.value,))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _beyond(order: Sequence[Order], cursor: Cursor, dialect: Dialect) -> Statement:
    """The rows strictly after the cursor in the order of its reading: (a > x) or (a = x and b > y) or …

    A missing value comes after all others reading forward, before all others reading backward.
    """
    alternatives: list[Statement] = []
    ties: list[Statement] = []
    for each, value in zip(order, cursor.values, strict=True):
        name = quote(each.column)
        sign = "<" if each.is_descending != cursor.backward else ">"
        if value is None:
            further = Statement(f"{name} IS NOT NULL" if cursor.backward else "FALSE")
            tie = Statement(f"{name} IS NULL")
        else:
            missing_follow = f" OR {name} IS NULL" if each.may_be_missing and not cursor.backward else ""
            further = Statement(f"({name} {sign} {dialect.mark}{missing_follow})", (value,))
            tie = Statement(f"{name} = {dialect.mark}", (value,))
        alternatives.append(_all([*ties, further]))
        ties.append(tie)
    return Statement(
        "(" + " OR ".join(f"({each.sql})" for each in alternatives) + ")",
        tuple(value for each in alternatives for value in each.values),
    )


def _all(conditions: Sequence[Statement]) -> Statement:
    return Statement(
        " AND ".join(condition.sql for condition in conditions),
        tuple(value for condition in conditions for value in condition.values),
    )
