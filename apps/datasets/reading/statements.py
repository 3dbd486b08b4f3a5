"""The SQL of a query, written once for PostgreSQL and for DuckDB, which reads snapshots.

Names are quoted, values are parameters: nothing that a reader wrote is ever part of the text. `source` is what an
engine reads rows from: all those of a table, or those that have some words.
"""

from collections.abc import Iterator, Sequence

from apps.datasets.reading.cursors import Cursor
from apps.datasets.reading.operators import OPERATORS, term
from apps.datasets.reading.queries import Filter, Order, RowQuery
from apps.datasets.reading.sql import Dialect, Statement, all_of, quote


def select(query: RowQuery, *, source: Statement, dialect: Dialect, limit: int | None = None) -> Statement:
    """The rows that are asked for, in order if one is; from the cursor on, and `limit` of them at most, if given."""
    conditions = list(conditions_of(query.filters, dialect))
    backward = query.cursor is not None and query.cursor.backward
    if query.cursor:
        conditions.append(_beyond(query.order, query.cursor, dialect))
    where = all_of(conditions)
    columns = ", ".join(quote(name) for name in query.columns)
    sql = f"SELECT {columns} FROM {source.sql} WHERE {where.sql}"  # noqa: S608 -- names are quoted and checked, values are parameters
    if query.order:
        sql += f" ORDER BY {order_by(query.order, backward=backward)}"
    if limit is not None:
        sql += f" LIMIT {int(limit)}"
    return Statement(sql, source.values + where.values)


def count(query: RowQuery, *, source: Statement, dialect: Dialect) -> Statement:
    where = all_of(list(conditions_of(query.filters, dialect)))
    return Statement(f"SELECT count(*) FROM {source.sql} WHERE {where.sql}", source.values + where.values)  # noqa: S608 -- as above


def order_by(order: Sequence[Order], *, backward: bool, of: str = "") -> str:
    """Missing values come last, whichever way one reads forward. `of` names what has the columns, where it takes one.

    Columns that have none say nothing of it: with NULLS LAST, no index serves a descending order.
    """
    nulls = " NULLS FIRST" if backward else " NULLS LAST"
    prefix = f"{of}." if of else ""
    return ", ".join(
        prefix
        + quote(each.column)
        + (" DESC" if each.is_descending != backward else " ASC")
        + (nulls if each.may_be_missing else "")
        for each in order
    )


def conditions_of(filters: Sequence[Filter], dialect: Dialect) -> Iterator[Statement]:
    for each in filters:
        yield OPERATORS[each.operator].write(term(each.column, each.part), each.value, dialect.mark)


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
        alternatives.append(all_of([*ties, further]))
        ties.append(tie)
    return Statement(
        "(" + " OR ".join(f"({each.sql})" for each in alternatives) + ")",
        tuple(value for each in alternatives for value in each.values),
    )
