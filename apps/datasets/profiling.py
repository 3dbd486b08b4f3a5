"""What the columns of a version hold: how filled, how many different values, between what and what, spread how.

Computed from the snapshot by DuckDB, in bounded time and memory (DUCKDB_MEMORY_MB), once for each version: a snapshot
never changes, so its digest names the answer in the cache, with the masks under which its reader sees it. Of what
identifies people or is sensitive, only how filled it is: a cache is no place for names.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from apps.core import lake
from apps.core.charts import Bin
from apps.core.charts.scales import nice_ticks
from apps.datasets.engine.connecting import bounded, connect
from apps.datasets.enums import ColumnType
from apps.datasets.reading import Table
from apps.datasets.reading.sql import DUCKDB, literal, quote
from apps.datasets.schema import READ_BY_RIGHT, ColumnSchema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 8.0
KEPT_SECONDS = 30 * 24 * 3600
# After a profile that took too long: nobody waits for it again before this.
FORGOTTEN_AFTER_SECONDS = 3600
# Beyond it, the most frequent values say nothing and cost a lot.
FEW_VALUES = 1_000
TOP_VALUES = 5
BINS = 12
# Floats go to 1.8e308: what lies between two of them, or around one, must be a float too.
LARGEST_DRAWN = 1e300

NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL})
ORDERED = NUMBERS | {ColumnType.DATE, ColumnType.DATETIME}


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column: `filled` and `rows` count rows; `distinct` is within about 2 %, and exact where the model asks for
    values that all differ; the rest may be unknown.

    `lowest`, `median` and `highest` are values of numbers and dates, lengths of texts.
    """

    rows: int
    filled: int
    distinct: int = 0
    lowest: Any = None
    median: Any = None
    highest: Any = None
    top: tuple[tuple[str, int], ...] = ()
    bins: tuple[Bin, ...] = ()

    @property
    def filled_share(self) -> float:
        return self.filled / self.rows if self.rows else 0.0


def profile(table: Table) -> dict[str, ColumnProfile] | None:
    """The profile of each column, by name: those that its reader sees are among them, masked as they are.

    None while another process makes it, or if it takes too long.
    """
    stored, seen = table.stored, ",".join(table.sight) if table.masks else ""
    key = f"datasets:profile:3:{stored.sha256}:{stored.version.schema_version}:{sha256(seen.encode()).hexdigest()}"
    known: dict[str, ColumnProfile] | str | None = cache.get(key)
    if isinstance(known, dict):
        return known
    if known == "too long" or not cache.add(f"{key}:making", 1, LONGEST_SECONDS * 2):
        return None
    try:
        made = _profile(table)
    except FileNotFoundError:
        logger.exception("snapshot_gone", extra={"version": stored.version_id, "entity": stored.entity})
        made = None
    cache.set(key, made or "too long", KEPT_SECONDS if made else FORGOTTEN_AFTER_SECONDS)
    return made


def _profile(table: Table) -> dict[str, ColumnProfile] | None:
    import duckdb

    stored = table.stored
    # Under masks, what is hidden is not there; otherwise one profile serves all readers.
    columns = table.columns if table.masks else table.schema.columns
    with lake.reading(stored.snapshot) as path, connect(reads=[path]) as engine, bounded(engine, LONGEST_SECONDS):
        engine.execute(f"CREATE VIEW snapshot AS FROM {table.seen(f'read_parquet({literal(str(path))})', DUCKDB)} seen")
        try:
            profiles = _sums(engine, columns, distinct=_distinct(table))
            return {column.name: _more(engine, column, profiles[column.name]) for column in columns}
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            logger.warning("profile_given_up", extra={"version": stored.version_id, "entity": stored.entity})
            return None


def _distinct(table: Table) -> set[str]:
    """The columns each of whose values is there once: as they are, for a mask brings several to one."""
    alone = {column.name for column in table.schema.columns if column.is_unique}
    if len(table.schema.key) == 1:
        alone |= set(table.schema.key)
    return alone - set(table.masks)


def _sums(
    engine: "DuckDBPyConnection", columns: tuple[ColumnSchema, ...], *, distinct: Collection[str]
) -> dict[str, ColumnProfile]:
    """What one reading of the file tells of every column."""
    asked = ["count(*)"]
    for column in columns:
        name = quote(column.name)
        measure = f"length({name})" if column.type == ColumnType.TEXT else _value(column)
        asked += [f"count({name})", f"approx_count_distinct({name})"]
        if column.type == ColumnType.BOOLEAN or column.personal_data in READ_BY_RIGHT:
            asked += ["NULL", "NULL", "NULL"]
        else:
            asked += [f"min({measure})", f"quantile_disc({measure}, 0.5)", f"max({measure})"]
    found = engine.execute(f"SELECT {', '.join(asked)} FROM snapshot").fetchone() or ()  # noqa: S608 -- names are quoted
    rows, *rest = found
    facts = [rest[start : start + 5] for start in range(0, len(rest), 5)]
    return {
        column.name: ColumnProfile(
            rows=rows,
            filled=filled,
            distinct=filled if column.name in distinct else min(counted, filled),
            lowest=lowest,
            median=median,
            highest=highest,
        )
        for column, (filled, counted, lowest, median, highest) in zip(columns, facts, strict=True)
    }


def _more(engine: "DuckDBPyConnection", column: ColumnSchema, sums: ColumnProfile) -> ColumnProfile:
    """The same with the values that come back most, or how numbers are spread."""
    if not sums.filled or column.personal_data in READ_BY_RIGHT:
        return sums
    if column.type in NUMBERS and sums.distinct > TOP_VALUES:
        if max(abs(float(sums.lowest)), abs(float(sums.highest))) > LARGEST_DRAWN:
            return sums
        return replace(sums, bins=tuple(_bins(engine, column, sums)))
    if sums.distinct <= FEW_VALUES and (column.type not in ORDERED or sums.distinct <= TOP_VALUES):
        return replace(sums, top=tuple(_top(engine, column)))
    return sums


def _top(engine: "DuckDBPyConnection", column: ColumnSchema) -> list[tuple[str, int]]:
    name = quote(column.name)
    sql = (
        f"SELECT CAST({name} AS VARCHAR), count(*) FROM snapshot WHERE {name} IS NOT NULL "  # noqa: S608 -- names are quoted
        f"GROUP BY {name} ORDER BY 2 DESC, 1 LIMIT {TOP_VALUES}"
    )
    return [(value, count) for value, count in engine.execute(sql).fetchall()]


def _bins(engine: "DuckDBPyConnection", column: ColumnSchema, sums: ColumnProfile) -> Iterator[Bin]:
    edges = nice_ticks(float(sums.lowest), float(sums.highest), about=BINS)
    step, last = edges[1] - edges[0], len(edges) - 2
    rank = f"CAST(least({last}, greatest(0, floor(({_value(column)} - ?) / ?))) AS INTEGER)"
    sql = f"SELECT {rank}, count(*) FROM snapshot WHERE isfinite({_value(column)}) GROUP BY 1"  # noqa: S608 -- names are quoted
    counts = dict(engine.execute(sql, [edges[0], step]).fetchall())
    for number, (low, high) in enumerate(pairwise(edges)):
        yield Bin(low=low, high=high, count=counts.get(number, 0))


def _value(column: ColumnSchema) -> str:
    name = quote(column.name)
    return f"CAST({name} AS DOUBLE)" if column.type in NUMBERS else name
