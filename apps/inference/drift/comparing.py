"""What was counted beside what was learnt from: the drift of each field, of the answers, of how sure the model is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isfinite, nan
from typing import Any

import numpy as np

from apps.inference.drift.distances import js_distance, ks_distance, psi, wasserstein
from apps.inference.encoding import Array

# Fewer, larger bins for what compares bin by bin: PSI and Jensen–Shannon.
COARSE_BINS = 20


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far one thing moved. `missing` and `outside` are shares of today's rows, `missing_before` of those learnt
    from; `w1` in standard deviations of what was learnt from; `ks` and `w1` are None where values have no order.
    None too where there is nothing to compare."""

    name: str
    rows: int
    psi: float | None
    js: float | None
    ks: float | None = None
    w1: float | None = None
    missing: float = 0.0
    missing_before: float = 0.0
    outside: float = 0.0
    outside_before: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A window beside the profile of a version."""

    rows: int
    fields: tuple[Drift, ...]
    answers: Drift
    confidence: Drift | None

    @property
    def all(self) -> tuple[Drift, ...]:
        return (*self.fields, self.answers)


def compare(profile: Mapping[str, Any], counted: Mapping[str, Any]) -> Comparison:
    confidence = profile["confidence"]
    return Comparison(
        rows=counted["rows"],
        fields=tuple(compare_one(name, shape, counted["fields"][name]) for name, shape in profile["fields"].items()),
        answers=compare_one("", profile["answers"], counted["answers"]),
        confidence=compare_one("", confidence, counted["confidence"]) if confidence else None,
    )


def compare_one(name: str, shape: Mapping[str, Any], counted: Mapping[str, Any]) -> Drift:
    is_ordered = shape["kind"] == "number"
    if is_ordered:
        reference, current = np.asarray(shape["counts"], float), np.asarray(counted["counts"], float)
    else:  # what was never seen is a category of its own
        reference = np.array([*shape["counts"].values(), 0], float)
        current = np.array([*(counted["counts"][each] for each in shape["counts"]), counted["outside"]], float)
    filled, filled_before = float(current.sum()), float(reference.sum())
    rows, rows_before = filled + counted["missing"], filled_before + shape["missing"]
    said = counted.get("words", filled)
    coarse = _coarse(reference, is_ordered=is_ordered)
    grouped = [np.add.reduceat(each, coarse) for each in (reference, current)] if filled and filled_before else None
    std = shape.get("std", 0.0)
    return Drift(
        name=name,
        rows=int(rows),
        psi=_known(psi(*grouped)) if grouped else None,
        js=_known(js_distance(*grouped)) if grouped else None,
        ks=_known(ks_distance(reference, current)) if is_ordered else None,
        w1=_known(_moved(shape, counted, reference, current) / std) if is_ordered and std else None,
        missing=counted["missing"] / rows if rows else 0.0,
        missing_before=shape["missing"] / rows_before if rows_before else 0.0,
        outside=counted["outside"] / said if said else 0.0,
        outside_before=shape.get("unseen", 0.0),
    )


def _moved(shape: Mapping[str, Any], counted: Mapping[str, Any], reference: Array, current: Array) -> float:
    """The distance that values moved. What lies in the outer bins may be far beyond: their mean says how far, so that
    the distance is at least that between the two means."""
    filled = current.sum()
    if not filled:
        return nan
    places = np.asarray(shape["places"], float)
    before = float((places * reference).sum() / reference.sum())
    return max(wasserstein(reference, current, places), abs(float(counted["sum"] / filled) - before))


def _coarse(reference: Array, *, is_ordered: bool) -> list[int]:
    """Where bins begin once neighbours are grouped into about COARSE_BINS of one weight; the others as they are."""
    if not is_ordered or len(reference) <= COARSE_BINS:
        return list(range(len(reference)))
    wanted = reference.sum() / COARSE_BINS
    group = np.floor((reference.cumsum() - reference / 2) / wanted) if wanted else np.zeros(len(reference))
    return [0, *(position for position, (one, other) in enumerate(pairwise(group), 1) if one != other)]


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def worst(drifts: Sequence[Drift]) -> Drift | None:
    """The one that moved most, by PSI."""
    return max((each for each in drifts if each.psi is not None), key=lambda each: each.psi or 0.0, default=None)
