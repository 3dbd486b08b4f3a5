"""Reading what a SQL system has: its columns, its parts, its rows.

The rows of an answer have no order, unless a key gives one: Spark gave those of one table in two orders within a
minute. With a key, a part goes on after the last key that landed. Without one it cannot be gone on with, and says so
(`Part.is_resumable`): smaller parts then make for less to read again.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apps.collection.connectors.base import ROW, Batch, Cursor, Part, Reading, Rejected, SourceColumn, Window
from apps.collection.connectors.bigdata.clients import Client, Fetched, all_rows
from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.dialects import Family, family_of
from apps.collection.connectors.bigdata.exceptions import (
    ColumnNotComparable,
    KeyNotUsable,
    NothingToGoOnAfter,
    TooManyParts,
)
from apps.collection.connectors.bigdata.statements import Relation, type_of
from apps.collection.enums import RejectionReason

SAMPLE = 50
# More values than this are read several to a part.
MAX_PARTS = 500
MAX_VALUES = 100_000


def columns_of(client: Client, config: BigDataConfig) -> dict[str, str]:
    """The types of all the columns, by name. Raises UnknownTable, or what a query raises."""
    relation = Relation(config)
    if config.query:
        with client.ask(relation.nothing()) as answer:
            return dict(answer.types)
    types: dict[str, str] = {}
    for name, kind, *_comment in all_rows(client, relation.described()):
        if not name or name.startswith("#"):  # what follows says how the table is cut into parts
            break
        types[name.strip()] = kind.strip()
    return types


def chosen(types: dict[str, str], config: BigDataConfig) -> dict[str, str]:
    """The columns to read. Raises UnknownColumn."""
    return {name: type_of(name, types) for name in config.columns} if config.columns else types


def source_columns(types: dict[str, str], config: BigDataConfig) -> tuple[SourceColumn, ...]:
    return tuple(
        SourceColumn(name=name, proposed_type=family_of(kind).proposed_type, is_key=name in config.key_columns)
        for name, kind in chosen(types, config).items()
    )


# --- What is to be read ---------------------------------------------------------------------------
def reading(client: Client, config: BigDataConfig, window: Window) -> Reading:
    """The parts, with all that bounds them written down, and the bookmark."""
    types = columns_of(client, config)
    columns = chosen(types, config)
    _check_key(config, types)
    where, bookmark = _bounds(client, config, types, window)
    # A key that is not to land is read all the same.
    asked = columns | {name: types[name] for name in config.key_columns}
    common = {"types": asked, "columns": list(columns)}

    def part(key: str, conditions: list[str], size: int = 0) -> Part:
        details = common | {"where": conditions}
        return Part(key=key, details=details, size=size, is_resumable=bool(config.key_columns))

    if not config.partition_column:
        return Reading(parts=(part("all", where),), bookmark=bookmark)
    cut = enumerate(_cut(client, config, types, where))
    parts = tuple(part(f"p{rank:04d}", [*where, condition], size) for rank, (condition, size) in cut)
    return Reading(parts=parts, bookmark=bookmark)


def _check_key(config: BigDataConfig, types: dict[str, str]) -> None:
    for column in config.key_columns:
        kind = type_of(column, types)
        # What two systems may write in two ways cannot be gone on from.
        if family_of(kind) in {Family.NESTED, Family.BINARY, Family.FLOAT}:
            raise ColumnNotComparable(column=column, type=kind)


def _bounds(
    client: Client, config: BigDataConfig, types: dict[str, str], window: Window
) -> tuple[list[str], Cursor | None]:
    """The conditions of the settings and of the window, and the bookmark: the highest value of the column, now."""
    relation = Relation(config)
    where = relation.filters(types)
    column = config.cursor_column
    if not column:
        return where, None
    kind, name = type_of(column, types), relation.dialect.name(column)
    bookmark = window.bookmark if window.bookmark and window.bookmark.get("column") == column else None
    if window.since or window.until:
        lower = [relation.compared(column, ">=", window.since, types)] if window.since else []
        upper = [relation.compared(column, "<=", window.until, types)] if window.until else []
        return [*where, *lower, *upper], bookmark
    lower = []
    if bookmark:
        since = back(bookmark["value"], config.cursor_lag, family_of(kind))
        lower = [relation.compared(column, ">=", since, types)]
    highest = all_rows(client, relation.highest(column, kind, where=[*where, *lower]))[0][0]
    if highest is not None:
        bookmark = {"column": column, "value": highest}
        lower.append(relation.compared(column, "<=", highest, types))
    # Rows that do not say when they came may have come at any time: each run reads them again.
    since_when = f"({' AND '.join(lower)} OR {name} IS NULL)" if lower else ""
    return [*where, *filter(None, [since_when])], bookmark


def back(value: str, lag: int, family: Family) -> str:
    """A value less the lag: seconds for dates (whole days where there is no hour), units for numbers."""
    if not lag:
        return value
    match family:
        case Family.INTEGER:
            return str(int(value) - lag)
        case Family.DATE:
            return str(date.fromisoformat(value) - timedelta(days=math.ceil(lag / 86_400)))
        case Family.DATETIME | Family.ZONED:
            # To the microsecond, rounded down: a little more is read again, never less.
            instant = datetime.fromisoformat(value[:26].removesuffix("Z")) - timedelta(seconds=lag)
            return instant.isoformat() + ("Z" if value.endswith("Z") else "")
    return value


def _cut(client: Client, config: BigDataConfig, types: dict[str, str], where: list[str]) -> Iterator[tuple[str, int]]:
    """A condition for each part, and how many rows meet it."""
    relation, column = Relation(config), config.partition_column or ""
    kind = type_of(column, types)
    if family_of(kind) in {Family.NESTED, Family.BINARY, Family.FLOAT}:
        raise ColumnNotComparable(column=column, type=kind)
    found = all_rows(client, relation.values(column, where=where, limit=MAX_VALUES + 1))
    if len(found) > MAX_VALUES:
        raise TooManyParts(column=column, limit=MAX_VALUES)
    values = [(value, int(count)) for value, count in found if value is not None]
    for value, count in found:
        if value is None:
            yield relation.dialect.condition(Condition(column, "is null"), kind), int(count)
    step = max(1, math.ceil(len(values) / MAX_PARTS))
    for start in range(0, len(values), step):
        group = values[start : start + step]
        condition = Condition(column, "in", tuple(value for value, _count in group))
        yield relation.dialect.condition(condition, kind), sum(count for _value, count in group)


# --- Rows -----------------------------------------------------------------------------------------
def read_part(client: Client, config: BigDataConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
    """The rows of a part after the cursor."""
    relation, types = Relation(config), part.details["types"]
    key, where = list(config.key_columns), list(part.details["where"])
    if cursor and not key:
        raise NothingToGoOnAfter(name=config.name)
    row: int = cursor["row"] if cursor else 0
    last: list[str] | None = cursor["key"] if cursor else None
    if last:
        where.append(relation.after(key, last, types))
    with client.ask(relation.select(types, where=where, order=key)) as answer:
        for each in recut(answer.fetch(config.rows_per_fetch), config.rows_per_fetch):
            last = _last_key(each.rows, key, last) if key else None
            yield _batch(each, part.details["columns"], row, {"key": last} if last else {})
            row += each.rows.num_rows


def sample(client: Client, config: BigDataConfig) -> Iterator[Batch]:
    """The first rows that the system finds."""
    types = columns_of(client, config)
    relation, columns = Relation(config), chosen(types, config)
    with client.ask(relation.select(columns, where=relation.filters(types), limit=SAMPLE)) as answer:
        for each in recut(answer.fetch(SAMPLE), SAMPLE):
            yield _batch(each, list(columns), 0, {})


def recut(fetched: Iterable[Fetched], size: int) -> Iterator[Fetched]:
    """The same rows, `size` at a time, but for the last ones: systems cut their answers as they please."""
    held: list[pa.RecordBatch] = []
    unreadable: dict[int, str] = {}
    count = 0
    for each in fetched:
        unreadable |= {count + rank: column for rank, column in each.unreadable.items()}
        held.append(each.rows)
        count += each.rows.num_rows
        while count >= size:
            rows = _one(held)
            yield Fetched(rows.slice(0, size), {rank: name for rank, name in unreadable.items() if rank < size})
            unreadable = {rank - size: name for rank, name in unreadable.items() if rank >= size}
            held, count = [rows.slice(size)], count - size
    if count:
        yield Fetched(_one(held), unreadable)


def _one(held: list[pa.RecordBatch]) -> pa.RecordBatch:
    return held[0] if len(held) == 1 else pa.concat_batches(held)


def _batch(fetched: Fetched, columns: list[str], before: int, place: Cursor) -> Batch:
    """A batch of the rows that can be read, numbered after the `before` first ones; the others are set aside."""
    rows = fetched.rows.select(columns)
    numbers = pa.array(np.arange(before + 1, before + rows.num_rows + 1))
    rows = pa.RecordBatch.from_arrays([*rows.columns, numbers], names=[*columns, ROW])
    if fetched.unreadable:
        rows = rows.filter(pa.array([rank not in fetched.unreadable for rank in range(rows.num_rows)]))
    count = before + fetched.rows.num_rows
    return Batch(
        rows=rows,
        cursor={"row": count, **place},
        rejected=tuple(
            Rejected(
                row=before + rank + 1,
                reason=RejectionReason.UNREADABLE_VALUE,
                details={"column": name, "why": "UTF-8"},
            )
            for rank, name in sorted(fetched.unreadable.items())
        ),
        position=count,
    )


def _last_key(rows: pa.RecordBatch, key: Sequence[str], before: list[str] | None) -> list[str]:
    """The key of the last row. Raises KeyNotUsable if a row has none, or that of its neighbour: they are in order."""
    columns = [rows.column(name) for name in key]
    same = None
    for rank, column in enumerate(columns):
        if column.null_count:
            raise KeyNotUsable(columns=", ".join(key))
        first = pa.array([before[rank] if before else None], pa.string())
        equal = pc.fill_null(pc.equal(column, pa.concat_arrays([first, column.slice(0, len(column) - 1)])), False)
        same = equal if same is None else pc.and_(same, equal)
    if pc.any(same).as_py():
        raise KeyNotUsable(columns=", ".join(key))
    return [column[-1].as_py() for column in columns]
