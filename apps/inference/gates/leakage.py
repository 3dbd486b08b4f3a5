"""Whether a field gives the answer away: it is then known only once the answer is, and the model is of no use.

A decision tree learns the target from each field alone, and is scored on the test set: it finds a copy of the target, a
code that stands for it, a number computed from it, whatever the shape of the relation. Of a forecast there is nothing
to find: its fields are a day and numbers that are known by then, by construction.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.encoding import Array, inputs_of
from apps.inference.enums import FieldType
from apps.inference.gates.case import Case, CheckName, at_most, highest, standing_out
from apps.inference.gates.normalising import normalised
from apps.inference.gates.thresholds import DISTINCT_ALLOWED, NAMED_IN_TEXT_WARNED, ONE_FIELD_ALLOWED
from apps.inference.signature import Field
from apps.inference.trained import Rows

_MAX_ROWS = 20_000


def look(case: Case) -> Iterator[Check]:
    """For each field, what it tells of the target by itself; for texts, how many name their own class; which fields
    number the rows."""
    if case.spec.forecast:
        return
    learnt, judged = case.sets.train.target, case.sets.test.target
    if learnt is not None and judged is not None:
        alone = (
            at_most(
                CheckName.ONE_FIELD_TELLS, _told_by(case, field, learnt, judged), ONE_FIELD_ALLOWED, subject=field.title
            )
            for field in case.signature.fields
        )
        yield from standing_out(alone, by=highest)
        for field in case.texts if case.classes else ():
            share = _named(case, field, judged)
            yield at_most(CheckName.NAMED_IN_TEXT, share, NAMED_IN_TEXT_WARNED, Severity.WARNING, subject=field.title)
    numbering = (
        at_most(
            CheckName.NUMBERS_ROWS,
            _distinct(case.both[field.name]),
            DISTINCT_ALLOWED,
            Severity.WARNING,
            subject=field.title,
        )
        for field in case.signature.fields
        if field.type in {FieldType.CATEGORY, FieldType.INTEGER}
    )
    yield from standing_out(numbering, by=highest)


def _told_by(case: Case, field: Field, learnt: Array, judged: Array) -> float:
    """The balanced accuracy on the test set of a tree that reads this field alone, or its R²; 0 at least."""
    import numpy as np
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    codes: dict[str, int] = {}
    rows = _as_numbers(case.sets.train, field, codes)[:_MAX_ROWS]
    asked = _as_numbers(case.sets.test, field, codes)
    # A leaf of two rows: one alone would be learnt by heart.
    kind = DecisionTreeClassifier if case.classes else DecisionTreeRegressor
    given = kind(min_samples_leaf=2, random_state=0).fit(rows, learnt[:_MAX_ROWS]).predict(asked)
    if case.classes:
        return float(np.mean([(given[judged == each] == each).mean() for each in set(judged.tolist())]))
    spread = float(((judged - judged.mean()) ** 2).sum())
    return max(0.0, 1 - float(((judged - given) ** 2).sum()) / spread) if spread else 0.0


def _as_numbers(rows: Rows, field: Field, codes: dict[str, int]) -> Array:
    """The inputs of one field as columns of numbers; each category, or text, that comes for the first time has the next
    of the codes."""
    import numpy as np

    if field.type not in {FieldType.CATEGORY, FieldType.TEXT}:
        return np.column_stack([rows.inputs[name] for name in inputs_of(field)])
    values = (normalised(value or "") for value in rows.columns[field.name])
    return np.array([[codes.setdefault(value, len(codes))] for value in values], np.float32)


def _named(case: Case, field: Field, judged: Array) -> float:
    """The share of the test rows whose text holds the name of their class, word for word."""
    names = {each: f" {normalised(case.signature.output.label_of(each))} " for each in case.classes}
    texts = [f" {normalised(text or '')} " for text in case.sets.test.columns[field.name]]
    found = sum(names.get(right, "\n") in text for text, right in zip(texts, judged.tolist(), strict=True))
    return found / max(1, len(texts))


def _distinct(values: Sequence[Any]) -> float:
    """How many different values there are, as a part of those that are filled."""
    filled = [value for value in values if value is not None and value != ""]
    return len(set(filled)) / max(1, len(filled))
