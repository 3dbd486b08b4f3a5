"""What a run is to read, pinned: which key orders it, from which value of the cursor to which, in which parts."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from apps.collection.connectors.base import Cursor, Part, Reading, Window
from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import System
from apps.collection.connectors.sql.exceptions import (
    BoundNotReadable,
    CannotDivide,
    ColumnNotFound,
    ColumnsAlike,
    KeyNotUnique,
    KeyNotUsable,
)
from apps.collection.connectors.sql.keys import as_json, from_json
from apps.collection.connectors.sql.selecting import Selection, Span, source_of
from apps.collection.connectors.sql.snapshots import take_snapshot
from apps.collection.connectors.sql.statements import parameter_names
from apps.collection.connectors.sql.systems.base import Session

WHOLE = "all"
SINCE = "since"
# Beyond all dates and numbers: nothing comes after them, so nothing can be read from them on.
_ENDLESS = {"infinity", "-infinity", "NaN", "Infinity", "-Infinity"}
_POINTS = (int, dt.datetime)


def columns_of(session: Session) -> tuple[Column, ...]:
    """The columns of what is read, those of its key told. Raises ColumnsAlike."""
    config = session.config
    if config.query:
        found = session.driver.columns_of_query(session, source_of(config, ["?"], values=config.values))
        key: Sequence[str] = config.key
    else:
        found = session.driver.columns_of_table(session)
        key = config.key or session.declared_key
    names = [column.name for column in found]
    for name in names:
        if not name or names.count(name) > 1:
            raise ColumnsAlike(column=name)
    return tuple(replace(column, is_key=column.name in key) for column in found)


def reading_of(session: Session, window: Window) -> Reading:
    """The parts of a run. Raises the errors of collection."""
    config, columns = session.config, columns_of(session)
    known = {column.name: column for column in columns}
    for name in filter(None, (*config.key, config.cursor, config.split_by)):
        if name not in known:
            raise ColumnNotFound(column=name)
    selection = Selection(columns=_asked(columns, window), values=config.values)
    selection, bookmark = _bounded(session, selection, window, known)
    key = _key_of(session, selection, columns)
    files: dict[str, Any] = {"upload": config.upload.model_dump()} if config.upload else {}
    if not key:
        snapshot = take_snapshot(session, selection)
        details = {"selection": selection.as_json(), "snapshot": snapshot, **files}
        return Reading(parts=(Part(key=WHOLE, details=details, size=snapshot["rows"]),), bookmark=bookmark)
    selection = replace(selection, key=key)
    selections = _divided(session, selection, known)
    parts = [
        Part(
            key=WHOLE if len(selections) == 1 else f"p{rank:02d}",
            details={"selection": each.as_json(), **files},
            size=session.driver.estimate(session, each.statement(config, written=session.driver.written)),
        )
        for rank, each in enumerate(selections)
    ]
    return Reading(parts=tuple(parts), bookmark=bookmark)


def _asked(columns: Sequence[Column], window: Window) -> tuple[Column, ...]:
    return tuple(column for column in columns if not window.columns or column.name in window.columns)


# --- From where to where --------------------------------------------------------------------------
def _bounded(
    session: Session, selection: Selection, window: Window, known: dict[str, Column]
) -> tuple[Selection, Cursor | None]:
    """The selection between the bounds of this run, and the bookmark from which the next one will go on."""
    name = session.config.cursor
    if not name:
        return selection, None
    lower = _lower_bound(session, window, known[name])
    if lower is not None and SINCE in parameter_names(session.config.query):
        selection = replace(selection, values={**selection.values, SINCE: str(from_json(lower))})
    highest = _extreme(session, selection, name, sa.func.max)
    upper = _written_bound(session, window.until, known[name]) if window.until else highest
    if highest is None or highest in _ENDLESS:
        # Nothing yet, or nothing that can be gone on from: what there is, and no bookmark but the one there was.
        upper = upper if window.until else None
        highest = None
    span = Span(column=name, lower=lower, upper=upper, is_upper_included=True, has_nulls=window.is_whole)
    is_next = highest is not None and not window.since and not window.until
    return replace(selection, spans=(span,)), {"value": highest} if is_next else window.bookmark


def _lower_bound(session: Session, window: Window, column: Column) -> Any:
    if window.since:
        return _written_bound(session, window.since, column)
    if not window.bookmark:
        return None
    value, lag = window.bookmark["value"], session.config.lag
    return _earlier(value, lag, column) if lag else value


def _written_bound(session: Session, text: str, column: Column) -> Any:
    try:
        return as_json(session.driver.bound(text.strip(), column.kind))
    except (ValueError, ArithmeticError):
        raise BoundNotReadable(column=column.name) from None


def _earlier(stored: Any, lag: int, column: Column) -> Any:
    """A bound, less the lag: seconds of a date, units of a number."""
    value = from_json(stored)
    if column.kind == Kind.INTEGER and isinstance(value, str):
        return str(int(value) - lag)
    if isinstance(value, int | Decimal):
        return as_json(value - lag)
    if isinstance(value, str) and column.kind in (Kind.DECIMAL, Kind.FLOAT):
        return str(Decimal(value) - lag)
    with suppress(ValueError, OverflowError):
        instant = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
        return _like(instant - dt.timedelta(seconds=lag), value, column)
    raise BoundNotReadable(column=column.name)


def _extreme(session: Session, selection: Selection, name: str, which: Any) -> Any:
    """The least or the greatest value of a column, in JSON; None if there is no record."""
    source = source_of(session.config, [name], values=selection.values)
    conditions = [span.condition(source.c[span.column], "s") for span in selection.bounded if span.column == name]
    statement = sa.select(session.driver.as_bound(which(source.c[name]))).select_from(source).where(*conditions)
    return as_json(session.one(statement)[0])


# --- In which order -------------------------------------------------------------------------------
def _key_of(session: Session, selection: Selection, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns that order the reading; none if nothing identifies a record. Raises KeyNotUsable, KeyNotUnique."""
    config, driver = session.config, session.driver
    if config.key:
        for column in columns:
            if column.is_key and column.kind not in driver.key_kinds:
                raise KeyNotUsable(column=column.name)
        _check_unique(session, selection)
        return config.key
    if config.query:
        return ()
    if hidden := driver.hidden_key(session, [column.name for column in columns]):
        return (hidden,)
    if config.system == System.SQLITE:
        # Without a rowid a table has a key whose columns are never null; a view has none.
        return tuple(column.name for column in columns if column.is_key)
    key = session.declared_key
    kinds = {column.name: column.kind for column in columns}
    return key if all(kinds.get(name) in driver.key_kinds for name in key) else ()


def _check_unique(session: Session, selection: Selection) -> None:
    """One pass over the source, once in a run: a key that says less than it claims would lose records on the way."""
    key = session.config.key
    source = replace(selection, key=key).source(session.config)
    columns = [source.c[name] for name in key]
    within = [span.condition(source.c[span.column], f"s{rank}") for rank, span in enumerate(selection.bounded)]
    one: sa.ColumnElement[int] = sa.literal_column("1")
    twice = sa.select(one).select_from(source).where(*within).group_by(*columns).having(sa.func.count() > 1)
    never = sa.select(one).select_from(source).where(*within, sa.or_(*(column.is_(None) for column in columns)))
    if session.all(twice.limit(1)) or session.all(never.limit(1)):
        raise KeyNotUnique(columns=", ".join(key))


# --- In which parts -------------------------------------------------------------------------------
def _divided(session: Session, selection: Selection, known: dict[str, Column]) -> list[Selection]:
    """Selections of about as many values each, which together are the whole: the first and the last have no end."""
    config = session.config
    if config.parts == 1:
        return [selection]
    name = config.split_by or selection.key[0]
    column = known.get(name, Column(name=name, kind=Kind.INTEGER))
    ends = [_extreme(session, selection, name, which) for which in (sa.func.min, sa.func.max)]
    if None in ends:
        return [selection]
    low, high = (_point(end, column) for end in ends)
    bounds = [_like(bound, from_json(ends[0]), column) for bound in boundaries(low, high, config.parts)]
    edges = [None, *bounds, None]
    return [
        replace(selection, spans=(*selection.spans, Span(column=name, lower=low, upper=high, has_nulls=not rank)))
        for rank, (low, high) in enumerate(pairwise(edges))
    ]


def boundaries(low: Any, high: Any, parts: int) -> list[Any]:
    """Where to cut between two points, each beyond the one before: as many as make these parts, if they fit."""
    width = high - low
    cuts = [low + width * rank // parts for rank in range(1, parts)]
    return [cut for cut, before in zip(cuts, [low, *cuts], strict=False) if cut > before]


def _point(stored: Any, column: Column) -> Any:
    """A bound as a whole number or an instant, which can be divided. Raises CannotDivide."""
    value = from_json(stored)
    with suppress(ValueError, ArithmeticError):
        if isinstance(value, _POINTS):
            return value
        if isinstance(value, Decimal | float) or column.kind in (Kind.INTEGER, Kind.DECIMAL):
            return int(Decimal(value))
        if column.kind in (Kind.DATE, Kind.DATETIME):
            return dt.datetime.fromisoformat(str(value))
    raise CannotDivide(column=column.name)


def _like(point: Any, value: Any, column: Column) -> Any:
    """A point, in JSON, as the column writes its values."""
    if not isinstance(point, dt.datetime) or isinstance(value, dt.datetime):
        return as_json(point)
    if isinstance(value, dt.date):
        return as_json(point.date())
    if column.kind == Kind.DATE:
        return point.date().isoformat()
    return point.isoformat(sep="T" if "T" in str(value) else " ")
