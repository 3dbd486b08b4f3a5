"""Whether the test set is large enough to judge by, and was kept apart as the declaration says."""

from collections import Counter
from collections.abc import Iterator

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName, at_least, at_most, lowest, standing_out
from apps.inference.gates.thresholds import PERIODS, TEST_ROWS, TEST_ROWS_OF_CLASS, TRAIN_ROWS


def look(case: Case) -> Iterator[Check]:
    """The rows of each set, those of each class to judge by; no row of the past after a row to learn from, or no group
    on both sides."""
    train, test, split = case.sets.train, case.sets.test, case.spec.split
    period = case.spec.forecast.period if case.spec.forecast else None
    to_judge, to_learn = PERIODS.get(period, (TEST_ROWS, TRAIN_ROWS)) if period else (TEST_ROWS, TRAIN_ROWS)
    yield at_least(CheckName.TRAIN_ROWS, len(train), to_learn)
    yield at_least(CheckName.TEST_ROWS, len(test), to_judge)
    if case.classes and test.target is not None:
        counted = Counter(test.target.tolist())
        yield from standing_out((_of_class(case, name, counted[name]) for name in case.classes), by=lowest)
    if split.by == "time":
        earlier = [value for value in train.columns[split.column] if value is not None]
        last = max(earlier, default=None)
        mixed = sum(value is None or (last is not None and value < last) for value in test.columns[split.column])
        yield at_most(CheckName.TIME_ORDER, mixed, 0, subject=split.column)
    elif split.by == "group":
        shared = {*train.columns[split.column]} & {*test.columns[split.column]}
        yield at_most(CheckName.GROUPS_APART, len(shared), 0, subject=split.column)


def _of_class(case: Case, name: str, rows: int) -> Check:
    label = case.signature.output.label_of(name)
    return at_least(CheckName.TEST_ROWS_OF_CLASS, rows, TEST_ROWS_OF_CLASS, Severity.WARNING, subject=label)
