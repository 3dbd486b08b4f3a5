"""Reading what a SQL system has: its columns, its parts, its rows.

The rows of an answer have no order, unless a key gives one. With a key, a part goes on after the last key that
landed. Without one, it is asked for again from its start, and what had landed is recognised: batches are cut at the
same ranks, and the digest of all that was given must be the same. Then the rows after it are those that were missing;
otherwise the run stops, having lost and doubled nothing.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

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
    OrderNotKept,
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
    if not config.partition_column:
        return Reading(parts=(Part(key="all", details=common | {"where": where}),), bookmark=bookmark)
    parts = [
        Part(key=f"p{rank:04d}", details=common | {"where": [*where, condition]}, size=size)
        for rank, (condition, size) in enumerate(_cut(client, config, types, where))
    ]
    return Reading(parts=tuple(parts) or (Part(key="all", details=common | {"where": where}),), bookmark=bookmark)


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
    row, seen = (cursor["row"], cursor.get("seen")) if cursor else (0, None)
    last: list[str] | None = cursor.get("key") if cursor else None
    if last:
        where.append(relation.after(key, last, types))
    with client.ask(relation.select(types, where=where, order=key)) as answer:
        fetched = recut(answer.fetch(config.rows_per_fetch), config.rows_per_fetch)
        digest = b""
        if seen is not None:
            digest = _found_again(fetched, row, seen, config.rows_per_fetch)
        for each in fetched:
            if key:
                last = _last_key(each.rows, key, last)
                place: Cursor = {"key": last}
            else:
                digest = _digest(digest, each.rows)
                place = {"seen": digest.hex()}
            yield _batch(each, part.details["columns"], row, place)
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
    numbers = pa.array(range(before + 1, before + rows.num_rows + 1), pa.int64())
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


def _found_again(fetched: Iterator[Fetched], rows: int, seen: str, size: int) -> bytes:
    """Take the first rows, which had landed; their digest. Raises OrderNotKept if they are not those."""
    digest, taken = b"", 0
    while taken < rows:
        each = next(fetched, None)
        if each is None:
            raise OrderNotKept
        digest, taken = _digest(digest, each.rows), taken + each.rows.num_rows
    if digest.hex() != seen:
        raise OrderNotKept
    return digest


def _digest(before: bytes, rows: pa.RecordBatch) -> bytes:
    """The digest of all the rows so far, in this order, however Arrow lays them out."""
    digest = sha256(before)
    for column in rows.columns:
        digest.update(pc.fill_null(pc.binary_length(column), -1).to_numpy(zero_copy_only=False).tobytes())
        _validity, offsets, values = column.buffers()
        if values is not None:
            ends = pa.Array.from_buffers(pa.int32(), column.offset + len(column) + 1, [None, offsets])
            start, end = ends[column.offset].as_py(), ends[-1].as_py()
            digest.update(values.slice(start, end - start))
    return digest.digest()
