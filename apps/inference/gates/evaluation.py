"""Whether it answers well enough: by the thresholds of its declaration, on the whole and on each slice."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName, at_least, at_most
from apps.inference.gates.thresholds import SLICE_GAP, SLICE_ROWS
from apps.inference.measures import Metric, given, metrics_of, truth_of
from apps.inference.spec import Gate


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The test rows that have one value in a column, and how good the answers to them are."""

    value: str
    rows: int
    score: float


def look(case: Case) -> Iterator[Check]:
    """One check for each threshold that was declared, and for each slice of those that have a column; then, for each
    column of slices, how far the worst one is under the whole."""
    for gate in case.spec.gates:
        if gate.slice:
            yield from _of_slices(case, gate)
        else:
            yield _against(gate, CheckName.METRIC, case.trained.scores.get(gate.metric))
    target = case.sets.test.target
    if target is None:
        return
    whole = case.metric.compute(truth_of(target, case.classes), given(case.trained.answers))
    for column in case.spec.slices:
        found = slices(case, column, case.metric)
        if found and whole is not None:
            yield _worst(case, column, found[0], whole)


def slices(case: Case, column: str, metric: Metric) -> list[Slice]:
    """The slices of a column that have enough rows to be judged, and of which the metric makes sense, the worst
    first."""
    import numpy as np

    target = case.sets.test.target
    if target is None or column not in case.sets.test.columns:
        return []
    truth, answered = truth_of(target, case.classes), given(case.trained.answers)
    places: dict[Any, list[int]] = defaultdict(list)
    for place, value in enumerate(case.sets.test.columns[column]):
        places[value].append(place)
    found = []
    for value, rows in places.items():
        if len(rows) >= SLICE_ROWS:
            kept = np.array(rows)
            measured = metric.compute(truth[kept], answered[kept])
            if measured is not None:
                found.append(Slice(value="" if value is None else str(value), rows=len(rows), score=measured))
    return sorted(found, key=lambda each: each.score if metric.is_higher_better else -each.score)


def _of_slices(case: Case, gate: Gate) -> Iterator[Check]:
    known = metrics_of(case.spec.task, scale=case.sets.scale)
    metric = next((each for each in known if each.name == gate.metric), None)
    found = slices(case, gate.slice, metric) if metric else []
    if not found:  # a threshold that nothing was compared with did not hold
        yield _against(gate, CheckName.METRIC_OF_SLICE, None, subject=gate.slice)
    for each in found:
        yield _against(gate, CheckName.METRIC_OF_SLICE, each.score, subject=f"{gate.slice} = {each.value or '–'}")


def _against(gate: Gate, name: CheckName, measured: float | None, subject: str = "") -> Check:
    severity = Severity.BLOCKING if gate.is_blocking else Severity.WARNING
    if measured is None:
        return Check(name=name, passed=False, severity=severity, subject=subject, label=gate.metric)
    compared, limit = (at_most, gate.at_most) if gate.at_least is None else (at_least, gate.at_least)
    check = compared(name, measured, limit or 0.0, severity, subject=subject, label=gate.metric)
    sign = "≤" if gate.at_least is None else "≥"
    return Check(**{**vars(check), "expected": f"{sign} {check.expected}"})


def _worst(case: Case, column: str, worst: Slice, whole: float) -> Check:
    """Stored as: the score of the worst slice, and its rows."""
    sign = 1 if case.metric.is_higher_better else -1
    limit = whole - sign * SLICE_GAP * abs(whole)
    return Check(
        name=CheckName.WORST_SLICE,
        passed=sign * (worst.score - limit) >= 0,
        measured=f"{worst.score:.6g} {worst.rows}",
        expected=f"{'≥' if sign > 0 else '≤'} {limit:.6g}",
        severity=Severity.WARNING,
        subject=f"{column} = {worst.value or '–'}",
        label=case.metric.name,
    )
