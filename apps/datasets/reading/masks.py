"""What is shown of a column to whoever may not read it as it is, written in SQL once for PostgreSQL and for DuckDB.

A masked column takes the place of the real one where rows are read from (`masked`): filters, sorts, groups, searches
and cursors meet the masked values alone, so that none of them can tell more than what is shown.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from apps.datasets.enums import MASKED_TYPES, ColumnType, Mask
from apps.datasets.reading.sql import Dialect, literal, quote
from apps.datasets.recipes.pseudonyms import INNER, OUTER, pads
from apps.datasets.schema import ROW_ID, ColumnSchema

MASKED_AS: Mapping[Mask, ColumnType] = {
    Mask.START: ColumnType.TEXT,
    Mask.YEAR: ColumnType.INTEGER,
    Mask.RANGE: ColumnType.TEXT,
    Mask.PSEUDONYM: ColumnType.TEXT,
}
# A text that is no longer than this is not shown at all: its start would be most of it.
SHORT_TEXT, SHOWN_START = 4, 2
# The ranges of numbers are as wide as their first digit says, ten at least; beyond the last, only the sign is told.
WIDTHS = tuple(10**power for power in range(1, 18))
LARGEST = 10**18
PSEUDONYM_DIGITS = 16


def can_mask(mask: Mask, column: ColumnSchema) -> bool:
    """Whether there is something to show: the column was of another type once, or the instance has no key for
    pseudonyms; it is then hidden.
    """
    is_possible = column.type in MASKED_TYPES[mask] and (mask != Mask.PSEUDONYM or bool(settings.PSEUDONYM_KEY))
    return mask != Mask.HIDDEN and is_possible


def as_masked(column: ColumnSchema, mask: Mask) -> ColumnSchema:
    """What is known of a column that is shown under this mask: nothing of the values that it may really hold."""
    return replace(
        column,
        type=MASKED_AS[mask],
        is_key=False,
        is_required=column.must_be_filled,
        is_unique=False,
        is_indexed=False,
        max_length=0,
        minimum="",
        maximum="",
        choices=(),
        pattern="",
    )


def masked(
    place: str, columns: Sequence[ColumnSchema], masks: Mapping[str, Mask], *, dialect: Dialect, pads: Mapping[str, str]
) -> str:
    """The rows of this place, to read from, with these columns, some under a mask; `pads` are those of `mask_pads`."""
    shown = [quote(ROW_ID)]
    for column in columns:
        mask = masks.get(column.name)
        shown.append(f"{written(column, mask, dialect, pads)} AS {quote(column.name)}" if mask else quote(column.name))
    return f"(SELECT {', '.join(shown)} FROM {place} unmasked)"  # noqa: S608 -- names are quoted


def written(column: ColumnSchema, mask: Mask, dialect: Dialect, pads: Mapping[str, str]) -> str:
    """The SQL of a column under a mask."""
    it = quote(column.name)
    if mask == Mask.PSEUDONYM:
        digits = dialect.hmac(f"CAST({it} AS text)", literal(pads[INNER]), literal(pads[OUTER]))
        return f"left({digits}, {PSEUDONYM_DIGITS})"
    return WRITTEN[mask](it, column.type)


def mask_pads(dataset: str) -> dict[str, str]:
    """The padded keys of the pseudonyms that mask this dataset; those that recipes make have another."""
    secret = settings.PSEUDONYM_KEY.encode()
    return pads(hmac.digest(secret, f"masks:{dataset}".encode(), "sha256")) if secret else {}


def _start(it: str, kind: ColumnType) -> str:
    start = f"left({it}, {SHOWN_START}) || '…'"
    return f"CASE WHEN {it} IS NULL THEN NULL WHEN length({it}) > {SHORT_TEXT} THEN {start} ELSE '…' END"


def _year(it: str, kind: ColumnType) -> str:
    # The time zone of whoever asks would move an instant from a year to the next.
    day = f"({it} AT TIME ZONE 'UTC')" if kind == ColumnType.DATETIME else it
    return f"CAST(EXTRACT(YEAR FROM {day}) AS integer)"


def _range(it: str, kind: ColumnType) -> str:
    ranges = " ".join(
        f"WHEN {it} > -{width * 10} AND {it} < {width * 10} THEN {_bounds(it, width)}" for width in WIDTHS
    )
    beyond = f"CASE WHEN {it} > 0 THEN '≥ {LARGEST}' ELSE '≤ -{LARGEST}' END"
    return f"CASE WHEN {it} IS NULL THEN NULL {ranges} ELSE {beyond} END"


def _bounds(it: str, width: int) -> str:
    low = f"floor(CAST({it} AS double precision) / {width}) * {width}"
    return f"CAST(CAST({low} AS bigint) AS text) || '–' || CAST(CAST({low} + {width} AS bigint) AS text)"


WRITTEN: Mapping[Mask, Callable[[str, ColumnType], str]] = {
    Mask.START: _start,
    Mask.YEAR: _year,
    Mask.RANGE: _range,
}
