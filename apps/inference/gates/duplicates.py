"""Whether the test set was kept apart: what a model has seen, it may know by heart."""

from collections.abc import Iterator
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.enums import FieldType
from apps.inference.gates.case import Case, CheckName, at_most
from apps.inference.gates.normalising import normalised
from apps.inference.gates.thresholds import DUPLICATES_ALLOWED
from apps.inference.trained import Rows


def look(case: Case) -> Iterator[Check]:
    """The rows that are on both sides, the share of the test rows that say the same as a row to learn from, and, for
    texts, nearly the same: their letters and digits."""
    train, test = case.sets.train, case.sets.test
    yield at_most(CheckName.SAME_ROWS, len({*train.ids} & {*test.ids}), 0)
    severity = Severity.BLOCKING if case.texts else Severity.WARNING
    exact = _seen(_exact(case, train), _exact(case, test))
    yield at_most(CheckName.DUPLICATES, exact, DUPLICATES_ALLOWED, severity)
    if case.texts:
        near = _seen(likeness(case, train), likeness(case, test))
        yield at_most(CheckName.NEAR_DUPLICATES, near, DUPLICATES_ALLOWED, Severity.WARNING)


def likeness(case: Case, rows: Rows) -> list[Any]:
    """What each row has in common with those that say the same: its values, its texts normalised."""
    columns = [
        [normalised(value or "") for value in rows.columns[field.name]]
        if field.type == FieldType.TEXT
        else rows.columns[field.name]
        for field in case.signature.fields
    ]
    return list(zip(*columns, strict=True))


def _exact(case: Case, rows: Rows) -> list[Any]:
    return list(zip(*(rows.columns[name] for name in case.signature.names), strict=True))


def _seen(learnt: list[Any], judged: list[Any]) -> float:
    known = set(learnt)
    return sum(each in known for each in judged) / max(1, len(judged))
