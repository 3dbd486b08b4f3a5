"""Identifiers that hold their instant and follow each other: UUID version 7 (RFC 9562, section 5.7)."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

_VERSION, _VARIANT = 0x7 << 76, 0b10 << 62
_RANDOM_A, _RANDOM_B = (1 << 12) - 1, (1 << 61) - 1
_TWIN = 1 << 64  # the last of the random bits before the variant


def first_id() -> int:
    """A new identifier, as a number. Those that follow it are also one's own, for as many rows as one has: the counter
    of RFC 9562, section 6.2, in the low bits, whose highest is left to it."""
    drawn = int.from_bytes(os.urandom(10))
    high = (time.time_ns() // 1_000_000) << 80 | _VERSION | (drawn >> 64 & _RANDOM_A) << 64
    return high | _VARIANT | drawn & _RANDOM_B


def twin_of(identifier: int) -> int:
    """The identifier of the other answer to the same row, of the same instant: that of a version in shadow, from that
    of the champion, and back."""
    return identifier ^ _TWIN


def first_of(instant: datetime) -> UUID:
    """Before all identifiers of this instant, and after those made earlier."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)


def milliseconds_of(identifier: int) -> int:
    """Since 1970."""
    return identifier >> 80


def instant_of(identifier: UUID) -> datetime:
    """When it was made, to the millisecond. Raises ValueError if it is none of ours, and says a year past 9999."""
    milliseconds = milliseconds_of(identifier.int)
    instant = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return instant.replace(microsecond=milliseconds % 1000 * 1000)
