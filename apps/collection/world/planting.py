"""Faults planted in records, each written in the ledger. Pure, but for the records, which are changed in place."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.mistakes import DoesNotSuit
from apps.collection.world.story import Report

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Planting:
    """A kind of fault in a column: `share` of the records get the value that `plant` makes of the true one.

    `plant` may raise DoesNotSuit: another record is then chosen.
    """

    kind: Kind
    field: str
    share: float
    plant: Callable[[Any, Random], Any]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where records of a source are, and which of their columns is their key."""

    source: Source
    key: str
    place_of: Callable[[Record], str]


def plant(
    records: Sequence[Record], plantings: Iterable[Planting], place: Place, rng: Random, *, spared: Iterable[int] = ()
) -> list[Fault]:
    """Plant each kind, once at least, in records of its own: one fault a record, none in the spared ones (indices)."""
    left_alone = set(spared)
    free = [index for index in range(len(records)) if index not in left_alone]
    rng.shuffle(free)
    faults = []
    for planting in plantings:
        wanted = max(1, round(planting.share * len(records)))
        unsuited = []
        while wanted and free:
            index = free.pop()
            record = records[index]
            truth = record[planting.field]
            try:
                served = planting.plant(truth, rng)
            except DoesNotSuit:
                unsuited.append(index)
                continue
            record[planting.field] = served
            faults.append(fault_of(planting.kind, place, record, planting.field, served, truth))
            wanted -= 1
        free += unsuited
    return faults


def fault_of(kind: Kind, place: Place, record: Record, field: str, served: Any, truth: Any) -> Fault:
    return Fault(
        kind=kind,
        source=place.source,
        place=place.place_of(record),
        identifier=str(record[place.key]),
        field=field,
        served=as_told(served),
        truth=as_told(truth),
    )


def typos(reports: Sequence[Report], records: Sequence[Record], place: Place, field: str) -> list[Fault]:
    """The slips of the hands that wrote these reports: they are in the texts already, here they are told."""
    return [
        fault_of(Kind.TYPO, place, record, field, report.typo.written, report.typo.meant)
        for report, record in zip(reports, records, strict=True)
        if report.typo
    ]


def as_told(value: Any) -> str | None:
    """A value as the ledger says it; a byte that is no character (half of a surrogate pair) is said as \\x81."""
    return None if value is None else str(value).encode(errors="surrogateescape").decode(errors="backslashreplace")
