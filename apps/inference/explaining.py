"""What counted most in one answer, found by asking the model again with one thing taken away at a time.

Nothing but the predictor is used, so that any packaged model can be explained. It is an approximation: things that
count together are each found to count little (leave-one-out, Lei et al. 2018; on text, Li et al. 2016, “occlusion”).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log
from typing import Any

from apps.inference.encoding import Array, encode
from apps.inference.enums import FieldType
from apps.inference.predictors import Answers, Predictor
from apps.inference.signature import Field, Signature

# What one explanation may cost: rows asked in one go, words that are each taken away, values put in place of one.
MAX_ROWS = 160
MAX_WORDS = 60
STAND_INS = 3
# A word as people read it: jusqu’à and aujourd’hui are one, but not what is elided before another, as in l’eau, qu’un.
WORD = re.compile(r"(?!(?:[cdjlmnst]|qu)['’])\b\w+(?:['’-]\w+)*", re.IGNORECASE)
# The shorter ones are articles, mostly: they say nothing to people.
SHORTEST = 3
# Probabilities nearer to 0 or 1 are as good as certain.
CERTAIN = 1e-6


@dataclass(frozen=True, kw_only=True)
class Influence:
    """What one field, or one `word` of it, did to an answer. `effect` is a difference: of the probability of the class
    that was answered, or of the number, in its unit. `weight` is the same in log-odds for a class: an answer that is
    nearly certain moves by little whatever is taken away, and what made it certain counted none the less. Where they
    are negative, `towards` is the class that it leaned to.
    """

    field: str
    effect: float
    weight: float
    word: str = ""
    towards: str = ""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The row with one thing changed; several of a field stand in for its absence together."""

    field: str
    word: str
    row: Mapping[str, Any]


def explain(*, predictor: Predictor, signature: Signature, row: Mapping[str, Any]) -> list[Influence]:
    """What counted in the answer to these values (by name of field, None where missing), the most first."""
    variants = list(_variants(signature, row))[:MAX_ROWS]
    if not variants:
        return []
    rows = [row, *(each.row for each in variants)]
    columns = {name: [each.get(name) for each in rows] for name in signature.names}
    answers = predictor.predict(encode(signature, columns))
    found: dict[tuple[str, str], list[int]] = {}
    for position, each in enumerate(variants, start=1):
        found.setdefault((each.field, each.word), []).append(position)
    influences = [
        replace(_effect(answers, positions, signature), field=field, word=word)
        for (field, word), positions in found.items()
    ]
    return sorted(influences, key=lambda each: -abs(each.weight))


def unfamiliar(signature: Signature, row: Mapping[str, Any]) -> list[Field]:
    """The fields whose value is outside of what the training of the model saw: its answer is a guess there."""
    return [field for field in signature.fields if _is_unfamiliar(field, row.get(field.name))]


def _is_unfamiliar(field: Field, value: Any) -> bool:
    if value is None:
        return False
    if field.type in {FieldType.NUMBER, FieldType.INTEGER}:
        return (field.lowest is not None and value < field.lowest) or (
            field.highest is not None and value > field.highest
        )
    return field.type == FieldType.CATEGORY and bool(field.choices) and value not in field.choices


def _effect(answers: Answers, positions: list[int], signature: Signature) -> Influence:
    """What the changed rows answered less than the first one, on average."""
    if answers.probabilities is None:
        values: Array = answers.values  # type: ignore[assignment]  # the other of the two
        effect = float(values[0] - values[positions].mean())
        return Influence(field="", effect=effect, weight=effect)
    answered = int(answers.positions[0])
    changed = answers.probabilities[positions].mean(axis=0)
    change = answers.probabilities[0] - changed
    weight = _log_odds(float(answers.probabilities[0, answered])) - _log_odds(float(changed[answered]))
    # What leaned elsewhere: the class that loses most when it is taken away.
    towards = signature.output.classes[int(change.argmax())] if weight < 0 else ""
    return Influence(field="", effect=float(change[answered]), weight=weight, towards=towards)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, CERTAIN), 1 - CERTAIN)
    return log(kept / (1 - kept))


def _variants(signature: Signature, row: Mapping[str, Any]) -> Iterator[Variant]:
    """Fields before words: they are few, and words are many."""
    texts = [each for each in signature.fields if each.type == FieldType.TEXT and row.get(each.name)]
    is_one_text = len(signature.fields) == 1 and bool(texts)
    for field in signature.fields:
        if row.get(field.name) is None or is_one_text:
            continue
        for value in _stand_ins(field, row[field.name]):
            yield Variant(field=field.name, word="", row={**row, field.name: value})
    for field in texts:
        for word in words_of(row[field.name]):
            yield Variant(field=field.name, word=word, row={**row, field.name: _without(row[field.name], word)})


def _stand_ins(field: Field, value: Any) -> list[Any]:
    """What is put in place of a value to take it away: nothing where it may be missing, else other likely values."""
    if field.type == FieldType.TEXT:
        return [""]
    if not field.is_required:
        return [None]
    if field.type == FieldType.BOOLEAN:
        return [not value]
    if field.type == FieldType.CATEGORY:
        return [each for each in field.choices if each != value][:STAND_INS]
    if field.type == FieldType.DATE:
        return _other_days(value)
    if field.lowest is None or field.highest is None:
        return []
    middle = (field.lowest + field.highest) / 2
    near = [field.lowest, middle, field.highest]
    return [each for each in near if each != value]


def _other_days(value: date) -> list[date]:
    """Other seasons, other days of the week, within the same year or so."""
    found = []
    for days in (-183, -92, 94):
        try:
            found.append(value + timedelta(days=days))
        except OverflowError:
            continue
    return found


def words_of(text: str) -> list[str]:
    """Its words, each once, in their order; of a long text, the first."""
    return list(dict.fromkeys(word.casefold() for word in WORD.findall(text) if len(word) >= SHORTEST))[:MAX_WORDS]


def _without(text: str, word: str) -> str:
    return " ".join(WORD.sub(lambda found: "" if found[0].casefold() == word else found[0], text).split())
