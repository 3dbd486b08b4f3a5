"""Whether the labels can be learnt from: enough of each class, few that contradict one another."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName, at_least, at_most, lowest, standing_out
from apps.inference.gates.duplicates import likeness
from apps.inference.gates.thresholds import NOISE_ALLOWED, NOISE_WARNED, ROWS_OF_CLASS, ROWS_OF_CLASS_WISHED


def look(case: Case) -> Iterator[Check]:
    """For classes: the rows of each, and the rows alike whose labels differ. For numbers: that they are not all the
    same."""
    target = case.sets.train.target
    if target is None:
        return
    if not case.classes:
        yield at_least(CheckName.TARGET_VARIES, len(set(target.tolist())), 2, subject=case.signature.output.title)
        return
    yield from standing_out(_of_classes(case, Counter(target.tolist())), by=lowest)
    share = _contradicted(likeness(case, case.sets.train), target.tolist())
    is_warned = NOISE_WARNED < share <= NOISE_ALLOWED
    limit, severity = (NOISE_WARNED, Severity.WARNING) if is_warned else (NOISE_ALLOWED, Severity.BLOCKING)
    yield at_most(CheckName.LABEL_NOISE, share, limit, severity)


def _of_classes(case: Case, counted: Mapping[str, int]) -> Iterator[Check]:
    for name in case.classes:
        rows, label = counted[name], case.signature.output.label_of(name)
        is_enough = rows >= ROWS_OF_CLASS
        wished, severity = (ROWS_OF_CLASS_WISHED, Severity.WARNING) if is_enough else (ROWS_OF_CLASS, Severity.BLOCKING)
        yield at_least(CheckName.ROWS_OF_CLASS, rows, wished, severity, subject=label)


def _contradicted(alike: list[Any], labels: list[Any]) -> float:
    """The share of the rows that have not the most frequent label of those that say the same: what any model gets
    wrong, whatever it learns."""
    groups: dict[Any, Counter[Any]] = defaultdict(Counter)
    for key, label in zip(alike, labels, strict=True):
        groups[key][label] += 1
    wrong = sum(group.total() - max(group.values()) for group in groups.values())
    return wrong / max(1, len(labels))
