"""Whether rows that say the same thing otherwise get the same answer: typos, no accents, capitals, a value missing, a
measure a little off. The model is asked as it will be served.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.encoding import encode
from apps.inference.enums import FieldType
from apps.inference.gates.case import Case, CheckName, at_most, highest, standing_out
from apps.inference.gates.normalising import without_accents
from apps.inference.gates.thresholds import (
    CHANGED_BY,
    LETTERS_PER_TYPO,
    NOISE,
    ROBUSTNESS_ROWS,
    ROBUSTNESS_SEED,
    VALUE_MOVED,
)
from apps.inference.predictors import Answers
from apps.inference.signature import Field

Change = Callable[[str], str]


def look(case: Case) -> Iterator[Check]:
    """The share of the rows whose answer changes: another class, or a value that moves by a quarter of the spread."""
    columns = {name: case.sets.test.columns[name][:ROBUSTNESS_ROWS] for name in case.signature.names}
    if not len(next(iter(columns.values()))):
        return
    before = case.predictor.predict(encode(case.signature, columns))

    def changed(by: str, others: Mapping[str, Sequence[Any]], subject: str = "") -> Check:
        after = case.predictor.predict(encode(case.signature, {**columns, **others}))
        share = _share_moved(before, after)
        return at_most(CheckName.ROBUST_TO, share, CHANGED_BY[by], Severity.WARNING, subject=subject, label=by)

    rng = Random(ROBUSTNESS_SEED)  # noqa: S311 -- draws letters, protects nothing
    if texts := [field.name for field in case.texts]:
        ways: dict[str, Change] = {
            "typos": lambda text: mistyped(text, rng),
            "accents": without_accents,
            "capitals": str.upper,
        }
        for by, change in ways.items():
            rewritten = {name: [value and change(value) for value in columns[name]] for name in texts}
            yield changed(by, rewritten)
    optional = [field for field in case.signature.fields if not field.is_required]
    yield from standing_out(
        (changed("missing", {each.name: [None] * len(columns[each.name])}, each.title) for each in optional), by=highest
    )
    if numbers := [field for field in case.signature.fields if field.type == FieldType.NUMBER]:
        yield changed(
            "noise", {each.name: [_off(each, value, rng) for value in columns[each.name]] for each in numbers}
        )


def mistyped(text: str, rng: Random) -> str:
    """One letter of forty, the first of none of the words, lost or exchanged with the next; one at least."""
    inner = [place for place in range(1, len(text) - 1) if text[place - 1 : place + 2].isalpha()]
    letters = list(text)
    for place in rng.sample(inner, min(len(inner), max(1, len(inner) // LETTERS_PER_TYPO))):
        if rng.random() < 0.5:
            letters[place] = ""
        else:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def _off(field: Field, value: Any, rng: Random) -> Any:
    """The same measure, off by 1 % of the range that training saw, within the bounds that the signature refuses to
    pass. Not of the value: 1 % of a latitude is another county."""
    if value is None:
        return None
    spread = float(value) if field.lowest is None or field.highest is None else field.highest - field.lowest
    moved = float(value) + spread * rng.choice([-NOISE, NOISE])
    if field.minimum is not None:
        moved = max(moved, field.minimum)
    return moved if field.maximum is None else min(moved, field.maximum)


def _share_moved(before: Answers, after: Answers) -> float:
    if before.probabilities is not None:
        return float((before.positions != after.positions).mean())
    moved = abs(after.array - before.array)
    return float((moved > VALUE_MOVED * before.array.std()).mean())
