"""One page of rows.

For programs the database writes the JSON itself, all of the page as one text: measured on pages of 1,000 rows, that
takes a third of the time of rows that become Python objects first (see tests/benchmarks/bench_reading.py).
"""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from apps.datasets.reading import statements
from apps.datasets.reading.cursors import Cursor
from apps.datasets.reading.engines import Engine, engine_for
from apps.datasets.reading.queries import RowQuery
from apps.datasets.reading.sql import Output, Statement, quote
from apps.datasets.reading.table import Table

# A line for each row. No row holds a line break: in JSON, those of texts are escaped.
BETWEEN = b",\n"
R = TypeVar("R", bound=tuple[Any, ...])


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
    """A page as JSON that the database wrote. Raises QueryTooLong, VersionGone, SnapshotGone."""
    related = {name: table.related(name) for name in query.expand}
    with engine_for(table, tuple(related.values())) as engine:
        sought = _sought(table, query)
        page = _page(table, query, engine, sought)
        shown = [Output(sql=f"page.{quote(name)}", name=name, type=table.by_name[name].type) for name in query.columns]
        shown += [_expanded(table, name, other, engine) for name, other in related.items()]
        row = engine.dialect.json(shown, whole="page" if sought == query.columns and not related else "")
        sql = f"SELECT CAST({row} AS text), {_ends(query)} FROM ({page.sql}) page"  # noqa: S608 -- names are quoted
        found = engine.fetch_texts(Statement(sql, page.values))
    kept, neighbours = _around(table, query, found)
    return JsonPage(rows=b"[" + BETWEEN.join([row[0] or b"" for row in kept]) + b"]", **neighbours)


def read_rows(table: Table, query: RowQuery) -> RowsPage:
    """A page as dictionaries. Raises QueryTooLong, VersionGone, SnapshotGone."""
    with engine_for(table) as engine:
        page = _page(table, query, engine, _sought(table, query))
        shown = ", ".join(f"page.{quote(name)}" for name in query.columns)
        found = engine.fetch(Statement(f"SELECT {shown}, {_ends(query)} FROM ({page.sql}) page", page.values))  # noqa: S608 -- names are quoted
    kept, neighbours = _around(table, query, found)
    width = len(query.order)
    return RowsPage(rows=[dict(zip(query.columns, row[:-width], strict=True)) for row in kept], **neighbours)


def count_rows(table: Table, query: RowQuery) -> int:
    """How many rows the filters let through. Raises QueryTooLong, VersionGone, SnapshotGone."""
    if not query.narrows:
        return table.rows
    with engine_for(table) as engine:
        source = engine.source(table, query.words, query.filters)
        counting = statements.count(query, source=source, dialect=engine.dialect)
        return int(engine.fetch(counting)[0][0])


def _sought(table: Table, query: RowQuery) -> tuple[str, ...]:
    """The columns to show, then those to sort by and to follow."""
    followed = [name for relation in query.expand for name in table.relations[relation].columns]
    return tuple(dict.fromkeys([*query.columns, *(each.column for each in query.order), *followed]))


def _page(table: Table, query: RowQuery, engine: Engine, columns: tuple[str, ...]) -> Statement:
    """The rows of the page and one more."""
    return statements.select(
        replace(query, columns=columns),
        source=engine.source(table, query.words, query.filters),
        dialect=engine.dialect,
        limit=query.limit + 1,
    )


def _expanded(table: Table, name: str, other: Table, engine: Engine) -> Output:
    """The row that a relation leads to, with what its reader may see of it; null where it leads nowhere."""
    relation = table.relations[name]
    met = " AND ".join(
        f"other.{quote(theirs)} = page.{quote(ours)}"
        for ours, theirs in zip(relation.columns, relation.references, strict=True)
    )
    shown = [Output(sql=f"other.{quote(each)}", name=each, type=column.type) for each, column in other.by_name.items()]
    # What it refers to is a key: there is one such row at most.
    row = f"(SELECT {engine.dialect.json(shown)} FROM {engine.place(other)} other WHERE {met})"  # noqa: S608 -- names are quoted
    return Output(sql=row, name=name, type=None)


def _ends(query: RowQuery) -> str:
    """The SQL of the values that the page is sorted by, as the texts that make its cursors."""
    return ", ".join(f"CAST(page.{quote(each.column)} AS text)" for each in query.order)


def _around(table: Table, query: RowQuery, found: list[R]) -> tuple[list[R], dict[str, str | None]]:
    """These rows, which end with their `_ends`, in the order of reading and without the one beyond the limit, which
    only tells that there is more; and the cursors of the pages around.
    """
    kept, has_more, width = found[: query.limit], len(found) > query.limit, len(query.order)
    if not kept:
        return [], {"next_cursor": None, "previous_cursor": None}
    nearest, furthest = kept[0][-width:], kept[-1][-width:]
    if query.cursor is not None and query.cursor.backward:
        return kept[::-1], {
            "next_cursor": _cursor(table, query, nearest),
            "previous_cursor": _cursor(table, query, furthest, backward=True) if has_more else None,
        }
    return kept, {
        "next_cursor": _cursor(table, query, furthest) if has_more else None,
        "previous_cursor": _cursor(table, query, nearest, backward=True) if query.cursor else None,
    }


def _cursor(table: Table, query: RowQuery, values: tuple[Any, ...], *, backward: bool = False) -> str:
    order = tuple((table.sight_of(each.column), each.is_descending) for each in query.order)
    texts = tuple(value.decode() if isinstance(value, bytes) else value for value in values)
    return str(Cursor(version=table.version.pk, order=order, values=texts, backward=backward))
