"""Values of keys and bounds: kept in JSON with a part or a checkpoint, and given back to the system as they were."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

_WRITE: dict[type, tuple[str, Callable[[Any], str]]] = {
    Decimal: ("decimal", str),
    dt.datetime: ("datetime", dt.datetime.isoformat),
    dt.date: ("date", dt.date.isoformat),
    dt.time: ("time", dt.time.isoformat),
    float: ("float", float.hex),
    bytes: ("bytes", bytes.hex),
    UUID: ("uuid", str),
}
_READ: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "float": float.fromhex,
    "bytes": bytes.fromhex,
    "uuid": UUID,
    # Half of a surrogate pair, or a zero byte: a text of SQLite that PostgreSQL's JSON cannot hold.
    "text": lambda written: bytes.fromhex(written).decode("utf-8", "surrogateescape"),
}


def as_json(value: Any) -> Any:
    """A value that a system gave, as JSON holds it. Raises TypeError for one that no key has."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if "\0" not in value and value.isprintable():
            return value
        return {"text": value.encode("utf-8", "surrogateescape").hex()}
    if isinstance(value, bytearray | memoryview):
        value = bytes(value)
    # An instant is a date too: the first line that matches comes before.
    for kind, (name, write) in _WRITE.items():
        if isinstance(value, kind):
            return {name: write(value)}
    raise TypeError(f"A key cannot be a {type(value).__name__}.")


def from_json(stored: Any) -> Any:
    """The value again."""
    if not isinstance(stored, dict):
        return stored
    ((name, written),) = stored.items()
    return _READ[name](written)
