"""What changed in a table between two versions: rows added, removed and changed, and which cells, read from snapshots.

Rows are matched by the key of the table. Without one that the reader may see, or if it is not the same in both, rows
are only the same or not: what changed is then removed, and added. Only the columns that the reader may see in both are
compared, as they see them, so that a difference tells nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.core import lake
from apps.core.errors import TemporaryFailure
from apps.datasets.engine.connecting import bounded, connect
from apps.datasets.reading import Table
from apps.datasets.reading.engines import SnapshotGone
from apps.datasets.reading.sql import DUCKDB, literal, quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST_SECONDS = 10.0
SHOWN = 50


class DifferenceTooLong(TemporaryFailure):
    code = "difference_too_long"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row that is in both versions: its key, and the cells that differ, before and after."""

    key: Mapping[str, Any]
    cells: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`cells` counts the changed values of each column that has some; `changes` are the first rows that changed, in the
    order of their keys. `key` is empty where rows could not be matched.
    """

    added: int
    removed: int
    changed: int
    key: tuple[str, ...]
    cells: Mapping[str, int]
    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def difference(before: Table, after: Table, *, shown: int = SHOWN) -> Difference:
    """From one version of a table to another, as their reader sees them.

    Raises DifferenceTooLong, and SnapshotGone if the file of one of them is no longer kept.
    """
    import duckdb

    columns = [
        name
        for name, column in after.by_name.items()
        if name in before.by_name
        and name != "id"
        and before.by_name[name].type == column.type
        and before.masks.get(name) == after.masks.get(name)
    ]
    key = tuple(column.name for column in after.key)
    if key != tuple(column.name for column in before.key) or not set(key) <= set(columns):
        key = ()
    try:
        with (
            lake.reading(before.stored.snapshot) as old,
            lake.reading(after.stored.snapshot) as new,
            connect(reads=[old, new]) as engine,
            bounded(engine, LONGEST_SECONDS),
        ):
            _view(engine, "before", before, old, columns)
            _view(engine, "after", after, new, columns)
            return _matched(engine, key, columns, shown) if key else _unmatched(engine, columns)
    except FileNotFoundError as error:
        raise SnapshotGone(_("The rows of one of these versions are no longer kept.")) from error
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise DifferenceTooLong(_("Comparing these versions takes too long."), retry_after=60) from error


def _matched(engine: "DuckDBPyConnection", key: Sequence[str], columns: Sequence[str], shown: int) -> Difference:
    others = [name for name in columns if name not in key]
    same = " AND ".join(f"b.{quote(name)} = a.{quote(name)}" for name in key)
    is_there = f"b.{quote(key[0])} IS NOT NULL", f"a.{quote(key[0])} IS NOT NULL"
    differ = {name: f"b.{quote(name)} IS DISTINCT FROM a.{quote(name)}" for name in others}
    is_changed = f"({' OR '.join(differ.values())})" if differ else "FALSE"
    both = " AND ".join(is_there)
    counted = [
        f"count(*) FILTER (NOT {is_there[0]})",
        f"count(*) FILTER (NOT {is_there[1]})",
        f"count(*) FILTER ({both} AND {is_changed})",
        *(f"count(*) FILTER ({both} AND {condition})" for condition in differ.values()),
    ]
    joined = f"FROM before b FULL JOIN after a ON {same}"
    found = engine.execute(f"SELECT {', '.join(counted)} {joined}").fetchone() or ()
    added, removed, changed, *cells = found
    pairs = ", ".join(f"b.{quote(name)}, a.{quote(name)}" for name in others)
    keys = ", ".join(f"a.{quote(name)}" for name in key)
    rows = (
        engine.execute(
            f"SELECT {keys}, {pairs} {joined} WHERE {both} AND {is_changed} ORDER BY {keys} LIMIT {shown}"
        ).fetchall()
        if changed
        else []
    )
    return Difference(
        added=added,
        removed=removed,
        changed=changed,
        key=tuple(key),
        cells={name: count for name, count in zip(others, cells, strict=True) if count},
        changes=tuple(_change(row, key, others) for row in rows),
    )


def _change(row: Sequence[Any], key: Sequence[str], others: Sequence[str]) -> Change:
    values = row[len(key) :]
    cells = {name: (values[2 * rank], values[2 * rank + 1]) for rank, name in enumerate(others)}
    return Change(
        key=dict(zip(key, row, strict=False)),
        cells={name: pair for name, pair in cells.items() if pair[0] != pair[1]},
    )


def _unmatched(engine: "DuckDBPyConnection", columns: Sequence[str]) -> Difference:
    def more(one: str, other: str) -> int:
        found = engine.execute(
            f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other})"  # noqa: S608 -- our own names
        ).fetchone()
        return int(found[0]) if found else 0

    added, removed = (more("after", "before"), more("before", "after")) if columns else (0, 0)
    return Difference(added=added, removed=removed, changed=0, key=(), cells={}, changes=())


def _view(engine: "DuckDBPyConnection", name: str, table: Table, path: Path, columns: Sequence[str]) -> None:
    shown = ", ".join(quote(each) for each in columns) or "1"
    place = table.seen(f"read_parquet({literal(str(path))})", DUCKDB)
    engine.execute(f"CREATE TEMP VIEW {name} AS SELECT {shown} FROM {place} seen")  # noqa: S608 -- names are quoted
