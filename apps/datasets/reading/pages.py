"""One page of rows.

For programs the database writes the JSON itself: measured on pages of 1,000 rows, that takes a third of the time of
rows that become Python objects first (see tests/benchmarks/bench_reading.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import OperationalError, ProgrammingError, connection
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import QueryCanceled, UndefinedTable

from apps.core.errors import RuleViolation
from apps.datasets.reading import statements
from apps.datasets.reading.cursors import Cursor
from apps.datasets.reading.queries import RowQuery
from apps.datasets.reading.statements import POSTGRESQL, Statement, quote
from apps.datasets.reading.table import DATABASE_SCHEMA, Table

LONGEST_MS = 10_000


class QueryTooLong(RuleViolation):
    code = "query_too_long"


class VersionGone(RuleViolation):
    """The table of the version was dropped while it was being read."""

    code = "version_gone"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where a page lies among the others: the cursors of its neighbours, None where there is none."""

    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class JsonPage(Page):
    """`rows` is a JSON array of objects, in UTF-8."""

    rows: bytes


@dataclass(frozen=True, kw_only=True)
class RowsPage(Page):
    """`rows` are dictionaries by name of column, in the types of Python."""

    rows: list[dict[str, Any]]


def read_json(table: Table, query: RowQuery) -> JsonPage:
    """A page as JSON that the database wrote. Raises QueryTooLong, VersionGone."""
    shown = ", ".join(f"page.{quote(name)}" for name in query.columns)
    as_json = f"(SELECT row_to_json(shown) FROM (SELECT {shown}) shown)::text"  # noqa: S608 -- names are quoted
    rows, neighbours = _read(table, query, as_json)
    return JsonPage(rows=f"[{','.join(row for (row,) in rows)}]".encode(), **neighbours)


def read_rows(table: Table, query: RowQuery) -> RowsPage:
    """A page as dictionaries. Raises QueryTooLong, VersionGone."""
    rows, neighbours = _read(table, query, ", ".join(f"page.{quote(name)}" for name in query.columns))
    return RowsPage(rows=[dict(zip(query.columns, row, strict=True)) for row in rows], **neighbours)


def count_rows(table: Table, query: RowQuery) -> int:
    """How many rows the filters let through. Raises QueryTooLong, VersionGone."""
    if not query.filters:
        return table.version.rows
    counting = statements.count(query, table=name_of(table), dialect=POSTGRESQL)
    return int(_fetch(counting)[0][0])


def name_of(table: Table) -> str:
    """The table in the database, quoted."""
    return f"{quote(DATABASE_SCHEMA)}.{quote(table.version.table)}"


def _read(table: Table, query: RowQuery, output: str) -> tuple[list[tuple[Any, ...]], dict[str, str | None]]:
    """What `output` makes of each row of the page, in reading order, and the cursors of the neighbours."""
    sought = tuple(dict.fromkeys([*query.columns, *(each.column for each in query.order)]))
    page = statements.select(
        replace(query, columns=sought), table=name_of(table), dialect=POSTGRESQL, limit=query.limit + 1
    )
    # The values that the page is sorted by, as the texts that make its cursors.
    ends = ", ".join(f"page.{quote(each.column)}::text" for each in query.order)
    found = _fetch(Statement(f"SELECT {output}, {ends} FROM ({page.sql}) page", page.values))  # noqa: S608 -- names are quoted
    has_more, found = len(found) > query.limit, found[: query.limit]
    backward = query.cursor is not None and query.cursor.backward
    if backward:
        found.reverse()
    width = len(query.order)
    rows = [row[:-width] for row in found]
    if not found:
        return rows, {"next_cursor": None, "previous_cursor": None}
    has_next, has_previous = (True, has_more) if backward else (has_more, query.cursor is not None)
    return rows, {
        "next_cursor": _cursor(table, query, found[-1][-width:]) if has_next else None,
        "previous_cursor": _cursor(table, query, found[0][-width:], backward=True) if has_previous else None,
    }


def _cursor(table: Table, query: RowQuery, values: tuple[str | None, ...], *, backward: bool = False) -> str:
    order = tuple((each.column, each.is_descending) for each in query.order)
    return str(Cursor(version=table.version.pk, order=order, values=values, backward=backward))


def _fetch(statement: Statement) -> list[tuple[Any, ...]]:
    """The rows of a statement that may not last, whatever was asked: one exchange with the database."""
    # Both statements travel together and are one transaction, outside of which SET LOCAL would mean nothing.
    limited = f"SET LOCAL statement_timeout = {LONGEST_MS}; {statement.sql}"
    with tell_failures(), connection.cursor() as cursor:
        cursor.execute(limited, statement.values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@contextmanager
def tell_failures() -> Iterator[None]:
    """What may happen to a sound query, as errors that its reader understands."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise QueryTooLong(
                _("This takes too long: ask for fewer columns, or filter by more conditions.")
            ) from error
        raise
    except ProgrammingError as error:
        if isinstance(error.__cause__, UndefinedTable):
            raise VersionGone(_("A new version was published since: begin again.")) from error
        raise
