"""What the columns of a version hold: how filled, how many different values, between what and what, spread how.

Computed from the snapshot by DuckDB, in bounded time and memory (DUCKDB_MEMORY_MB), once for each version: a snapshot
never changes, so its digest names the answer in the cache. Of what identifies people or is sensitive, only how filled
it is: a cache is no place for names.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from apps.core import lake
from apps.core.charts import Bin
from apps.core.charts.scales import nice_ticks
from apps.datasets.engine import connect
from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.reading.statements import quote
from apps.datasets.reading.table import READ_BY_RIGHT
from apps.datasets.schema import ColumnSchema

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
    """One column: `filled` and `rows` count rows; `distinct` is within about 2 %; the rest may be unknown.

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


def profile(version: Version) -> dict[str, ColumnProfile] | None:
    """The profile of each column, by name; None while another process makes it, or if it takes too long."""
    key = f"datasets:profile:1:{version.sha256}:{version.schema_version}"
    known: dict[str, ColumnProfile] | str | None = cache.get(key)
    if isinstance(known, dict):
        return known
    if known == "too long" or not cache.add(f"{key}:making", 1, LONGEST_SECONDS * 2):
        return None
    try:
        made = _profile(version)
    except FileNotFoundError:
        logger.exception("snapshot_gone", extra={"version": version.pk})
        made = None
    cache.set(key, made or "too long", KEPT_SECONDS if made else FORGOTTEN_AFTER_SECONDS)
    return made


def _profile(version: Version) -> dict[str, ColumnProfile] | None:
    import duckdb

    columns = version.pinned_schema.columns
    with lake.reading(version.snapshot) as path, connect(reads=[path]) as engine, _bounded(engine):
        engine.execute(f"CREATE VIEW snapshot AS FROM read_parquet({_literal(str(path))})")
        try:
            profiles = _sums(engine, columns)
            return {column.name: _more(engine, column, profiles[column.name]) for column in columns}
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            logger.warning("profile_given_up", extra={"version": version.pk})
            return None


def _sums(engine: "DuckDBPyConnection", columns: tuple[ColumnSchema, ...]) -> dict[str, ColumnProfile]:
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
            distinct=min(distinct, filled),
            lowest=lowest,
            median=median,
            highest=highest,
        )
        for column, (filled, distinct, lowest, median, highest) in zip(columns, facts, strict=True)
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


@contextmanager
def _bounded(engine: "DuckDBPyConnection") -> Iterator[None]:
    """Stop what the engine does once it has lasted long enough."""
    timer = threading.Timer(LONGEST_SECONDS, engine.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
