"""What is new: the values of the incremental field, compared, and written as the API wants them. Pure.

    bounds = pin(config, values=["2024-05-01T10:00:00Z"], window=window, now=now)
    bounds.params(config)           # {"since": "2024-04-30T10:00:00Z"}
    bounds.holds(value)             # whether a record with this value is to be read

A run reads from the highest value that the last one read, included, less the lag. Of instants it reads up to when it
started: what comes while it reads is for the next one. A value that says nothing (null, a text that is no date, a year
9999) does not keep its record out: it would never be read.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

from apps.collection.connectors.base import Cursor, Window
from apps.collection.connectors.rest.choices import BoundFormat, ValueKind
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import BoundNotUsable, CursorFieldUnclear

Comparable: TypeAlias = dt.datetime | dt.date | int | float
# As cursors and bookmarks hold it: a number, or a text that sorts as time does.
Stored: TypeAlias = int | float | str

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Somewhere a clock on a wall is so far ahead: a value without an offset may be as late as that and be no future.
_AHEAD = dt.timedelta(hours=14)
# A value beyond the bound by more than this was not written while the run read: it is what its source wants it to be.
_NOT_NEW = dt.timedelta(days=1)


class Bounds(BaseModel):
    """What of the stream is to be read, pinned in the part. `like` is a value as the source writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    kind: ValueKind
    like: str
    since: Stored | None = None
    until: Stored | None = None
    is_until_strict: bool = False

    def params(self, config: RestConfig) -> dict[str, str | int | float]:
        """The parameters that ask the API for these bounds."""
        params: dict[str, str | int | float] = {}
        for name, bound, is_upper in ((config.since_param, self.since, False), (config.until_param, self.until, True)):
            if name and bound is not None:
                value = _restored(self.kind, bound)
                params[name] = _written(value, config.bound_format, self.kind, self.like, is_upper=is_upper)
        return params


class Sieve:
    """Keeps the records that are within bounds, and the highest value that these had."""

    def __init__(self, bounds: Bounds, *, high: Stored | None = None) -> None:
        self._kind = bounds.kind
        self._since = _restored(bounds.kind, bounds.since)
        self._until = _restored(bounds.kind, bounds.until)
        self._high = _restored(bounds.kind, high)
        is_now = self._until is not None and not bounds.is_until_strict
        self._not_new_after = _later(self._until, _NOT_NEW, bounds.kind) if self._until is not None and is_now else None

    @property
    def high(self) -> Stored | None:
        return stored(self._kind, self._high)

    def holds(self, value: Any) -> bool:
        """Whether a record with this value is to be read now."""
        compared = comparable(self._kind, value)
        if compared is None:
            return True
        if self._since is not None and compared < self._since:  # type: ignore[operator]  # both are of one kind
            return False
        if self._until is not None and compared > self._until:  # type: ignore[operator]
            return self._not_new_after is not None and compared > self._not_new_after  # type: ignore[operator]
        if self._high is None or compared > self._high:  # type: ignore[operator]
            self._high = compared
        return True


def pin(config: RestConfig, *, values: Iterable[Any], window: Window, now: dt.datetime) -> Bounds | None:
    """The bounds of a run, from some values of the field; None if there are none to tell what they are.

    Raises CursorFieldUnclear, BoundNotUsable.
    """
    field = config.cursor_field or ""
    like = next((each for each in values if each is not None and each != ""), None)
    if like is None:
        return None
    kind = config.cursor_kind or _kind_of(like)
    if kind is None or comparable(kind, like) is None:
        raise CursorFieldUnclear(field=field)
    until = _now(kind, like, now)
    since = _since(config, kind, window.bookmark)
    if window.since:
        since = _asked(kind, window.since, is_upper=False)
    if window.until:
        until = _asked(kind, window.until, is_upper=True)
    return Bounds(
        field=field,
        kind=kind,
        like=str(like),
        since=stored(kind, since),
        until=stored(kind, until),
        is_until_strict=bool(window.until),
    )


def bookmark_of(bounds: Bounds | None, window: Window) -> Cursor | None:
    """From where the next run will read, if this one brings nothing higher: `high` is replaced by what it brings."""
    if bounds is None:
        return window.bookmark
    high = (window.bookmark or {}).get("high")
    return {"high": high} if bounds.until is None else {"high": high, "until": bounds.until}


def comparable(kind: ValueKind, value: Any) -> Comparable | None:
    """A value to compare with others of its kind; None if it says nothing."""
    try:
        if kind == ValueKind.INSTANT:
            instant = dt.datetime.fromisoformat(value)
            return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
        if kind == ValueKind.DATE:
            return dt.date.fromisoformat(value[:10])
        if isinstance(value, bool):
            return None
        if isinstance(value, str):
            return int(value) if value.strip().lstrip("-").isdigit() else float(value)
        return value if isinstance(value, int | float) and value == value else None
    except (ValueError, TypeError, OverflowError):
        return None


def stored(kind: ValueKind, value: Comparable | None) -> Stored | None:
    """As JSON keeps it, so that texts sort as instants do."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def _restored(kind: ValueKind, value: Stored | None) -> Comparable | None:
    return None if value is None else comparable(kind, value)


def _kind_of(value: Any) -> ValueKind | None:
    """Numbers are not taken for instants: an identifier looks the same, and would be compared with a clock."""
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            return ValueKind.DATE
        if comparable(ValueKind.INSTANT, value) is not None and "-" in value:
            return ValueKind.INSTANT
    return ValueKind.NUMBER if comparable(ValueKind.NUMBER, value) is not None else None


def _now(kind: ValueKind, like: Any, now: dt.datetime) -> Comparable | None:
    """The instant when the run starts, as this kind of values says it; None for those that no clock bounds."""
    match kind:
        case ValueKind.INSTANT:
            has_offset = dt.datetime.fromisoformat(like).tzinfo is not None
            return now if has_offset else now + _AHEAD
        case ValueKind.DATE:
            return (now + _AHEAD).date()
        case ValueKind.SECONDS:
            return int((now - _EPOCH).total_seconds())
        case ValueKind.MILLISECONDS:
            return int((now - _EPOCH).total_seconds() * 1000)
    return None


def _since(config: RestConfig, kind: ValueKind, bookmark: Cursor | None) -> Comparable | None:
    high = _restored(kind, (bookmark or {}).get("high"))
    lag = config.lag or 0
    return None if high is None else _later(high, dt.timedelta(seconds=-lag), kind, units=-lag)


def _later(value: Comparable, by: dt.timedelta, kind: ValueKind, *, units: int | None = None) -> Comparable:
    """A value moved by a duration; `units` where the lag counts in the value's own (days of dates, numbers)."""
    try:
        if isinstance(value, dt.datetime):
            return value + by
        if isinstance(value, dt.date):
            return value + (by if units is None else dt.timedelta(days=units))
    except OverflowError:
        return value
    seconds = by.total_seconds()
    match kind:
        case ValueKind.SECONDS:
            return value + int(seconds)
        case ValueKind.MILLISECONDS:
            return value + int(seconds * 1000)
    return value + (units or 0)


def _asked(kind: ValueKind, text: str, *, is_upper: bool) -> Comparable:
    """A bound of a backfill, as a person wrote it; a day alone lasts until its end."""
    value = comparable(kind, text.strip())
    if kind.is_time and kind != ValueKind.DATE and _DATE.fullmatch(text.strip()):
        day = dt.datetime.fromisoformat(text.strip()).replace(tzinfo=dt.UTC)
        day = day + dt.timedelta(days=1, microseconds=-1) if is_upper else day
        value = day if kind == ValueKind.INSTANT else _since_epoch(day, kind)
    if value is None:
        raise BoundNotUsable(bound=text[:50])
    return value


def _since_epoch(instant: dt.datetime, kind: ValueKind) -> int:
    per_second = 1000 if kind == ValueKind.MILLISECONDS else 1
    return int((instant - _EPOCH).total_seconds() * per_second)


def _written(
    value: Comparable | None, form: BoundFormat, kind: ValueKind, like: str, *, is_upper: bool
) -> str | int | float:
    """A bound as a parameter. What a format has no room for is rounded outwards: nothing is left out by it."""
    instant = _instant(value, kind, is_upper=is_upper)
    if instant is None or (form == BoundFormat.AS_RECORDS and not isinstance(value, dt.datetime)):
        return value.isoformat() if isinstance(value, dt.date) else value or 0
    match form:
        case BoundFormat.DATE:
            return instant.date().isoformat()
        case BoundFormat.SECONDS:
            return int((_whole_second(instant) if is_upper else instant).timestamp())
        case BoundFormat.MILLISECONDS:
            return int(instant.timestamp() * 1000) + (1 if is_upper else 0)
        case BoundFormat.INSTANT:
            like = "2024-12-31T23:59:59Z"
    return _like(instant, like, is_upper=is_upper)


def _instant(value: Comparable | None, kind: ValueKind, *, is_upper: bool) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, dt.date):
        end = dt.time.max if is_upper else dt.time.min
        return dt.datetime.combine(value, end, dt.UTC)
    if value is None or not kind.is_time:
        return None
    return _EPOCH + dt.timedelta(seconds=value / (1000 if kind == ValueKind.MILLISECONDS else 1))


def _like(instant: dt.datetime, like: str, *, is_upper: bool) -> str:
    """An instant with the separator, the precision and the kind of offset that this text has."""
    fraction = re.search(r":\d\d[.,](\d+)", like)
    digits = min(len(fraction[1]), 6) if fraction else 0
    if digits < 6 and is_upper:
        instant = _whole_second(instant)
    text = instant.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += f".{instant.microsecond:06d}"[: digits + 1]
    if " " in like and "T" not in like:
        text = text.replace("T", " ")
    if like.endswith(("Z", "z")):
        return f"{text}Z"
    return f"{text}+00:00" if re.search(r"[+-]\d\d:?\d\d$", like[10:]) else text


def _whole_second(instant: dt.datetime) -> dt.datetime:
    """The next whole second, unless it is one."""
    return instant if not instant.microsecond else instant.replace(microsecond=0) + dt.timedelta(seconds=1)
