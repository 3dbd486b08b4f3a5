"""How right an answer is, beside the one that was expected: a score between 0 and 1. Pure."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any

from apps.inference.enums import Judge

TOLERANCE = 0.05


def score(judge: Judge, expected: Any, answer: Any) -> float:
    """What cannot be compared is wrong, not an error."""
    try:
        return JUDGES[judge](expected, answer)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError):
        return 0.0


def folded(text: object) -> str:
    """Without case, accents, punctuation at the ends, nor repeated spaces."""
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    kept = "".join(each for each in plain if not unicodedata.combining(each))
    return " ".join(kept.split()).strip(" .!?;:\"'«»")


def _same(expected: Any, answer: Any) -> float:
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    return float(folded(expected) == folded(answer))


def _contains(expected: Any, answer: Any) -> float:
    wanted = expected if isinstance(expected, list) else [expected]
    found = folded(answer)
    return sum(folded(each) in found for each in wanted) / len(wanted)


def _fields(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """The share of the fields expected that have the value expected."""
    return sum(_value(value, answer.get(name)) for name, value in expected.items()) / len(expected)


def _value(expected: Any, answer: Any) -> float:
    is_number = isinstance(expected, int | float) and not isinstance(expected, bool)
    return _number(expected, answer) if is_number else _same(expected, answer)


def _number(expected: Any, answer: Any) -> float:
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    wanted, found = float(expected), float(answer)
    return float(abs(found - wanted) <= TOLERANCE * max(abs(wanted), 1e-9))


def _nearest(expected: int, answer: Sequence[Sequence[float]]) -> float:
    """The first text given is the question; `expected` is which of the others, from 1, is the nearest to it."""
    question, *others = answer
    likeness = [_cosine(question, each) for each in others]
    return float(likeness.index(max(likeness)) + 1 == int(expected))


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in other))
    return dot / lengths if lengths else 0.0


JUDGES: dict[Judge, Callable[[Any, Any], float]] = {
    Judge.SAME: _same,
    Judge.CONTAINS: _contains,
    Judge.FIELDS: _fields,
    Judge.NUMBER: _number,
    Judge.NEAREST: _nearest,
}
