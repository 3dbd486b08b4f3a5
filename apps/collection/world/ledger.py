"""The ledger: every fault that was planted in what the world gives, where it is and what the truth was."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """The five places in which the town hall keeps its data."""

    API = "api"
    EXPORTS = "exports"
    SITE = "site"
    DATABASE = "base"
    LAKE = "lac"


class Kind(StrEnum):
    """What is wrong."""

    DUPLICATE_ACROSS = "duplicate_across"
    DUPLICATE_WITHIN = "duplicate_within"
    TYPO = "typo"
    UNPARSABLE_DATE = "unparsable_date"
    IMPOSSIBLE_DATE = "impossible_date"
    SERVICE_VARIANT = "service_variant"
    WRONG_SERVICE = "wrong_service"
    NUMBER_FORMAT = "number_format"
    MISSING_VALUE = "missing_value"
    OUTLIER = "outlier"
    BROKEN_ENCODING = "broken_encoding"
    UNDECODABLE_BYTE = "undecodable_byte"
    EXTRA_CELL = "extra_cell"
    TEST_ENTRY = "test_entry"
    ORPHAN_KEY = "orphan_key"
    REVERSED_DATES = "reversed_dates"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planted fault.

    `place` is the file, table or page that serves it, `identifier` the key of its record there, `field` the column;
    `served` is what stands there, `truth` what should, both as text, None for nothing. For a duplicate, `served` is the
    key of the record and `truth` where, or under which key, the original is.
    """

    kind: Kind
    source: Source
    place: str
    identifier: str
    field: str
    served: str | None
    truth: str | None


def counts(faults: Iterable[Fault]) -> dict[Source, dict[Kind, int]]:
    """How many faults of each kind each source has."""
    counted = Counter((fault.source, fault.kind) for fault in faults)
    return {source: {kind: counted[source, kind] for kind in Kind if counted[source, kind]} for source in Source}
