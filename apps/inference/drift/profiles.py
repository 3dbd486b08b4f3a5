"""What each field looked like in the rows that a model learnt from: what a version keeps of them, as JSON.

    {"fields": {name: shape}, "answers": shape, "confidence": shape or null, "rows": n}

A shape is that of numbers (`edges` between bins, `counts` one more, `places` where the values of each bin lie, `low`,
`high`, `std`) or of categories (`counts` by name). Dates are days, texts the number of their words, with the hashes of
the words that came back in many rows (`known_words`): neither texts nor rare words, which may be names, are kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np

from apps.inference.encoding import Array
from apps.inference.enums import FieldType
from apps.inference.predictors import Answers
from apps.inference.signature import Field, Signature

# Quantiles: the distance of Kolmogorov–Smirnov is then within 1 % of that of the values themselves.
BINS = 100
CONFIDENCE_EDGES = tuple(round(0.1 * tenth, 1) for tenth in range(1, 10))
KNOWN_WORDS = 2_000
# A word of fewer rows may be somebody's name.
WORD_ROWS = 5
WORD = re.compile(r"[^\W\d_]+")


def profile_of(columns: Mapping[str, Sequence[Any]], answers: Answers, signature: Signature) -> dict[str, Any]:
    """The profile of rows by the values of their fields, and of what the model answers to them."""
    rows = len(next(iter(columns.values())))
    return {
        "rows": rows,
        "fields": {field.name: _shape_of(field, columns[field.name]) for field in signature.compared},
        "answers": _shape_of_answers(answers, signature),
        "confidence": _confidence(answers),
    }


def numbers_of(field: Field, values: Iterable[Any]) -> Array:
    """The values of a field as numbers: dates are days since year 1, texts how many words they have; NaN if missing."""
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values if np.issubdtype(values.dtype, np.floating) else values.astype(float)
    if field.type == FieldType.DATE:
        values = (value.toordinal() if isinstance(value, date) else None for value in values)
    elif field.type == FieldType.TEXT:
        values = (None if value is None else len(words_of(value)) for value in values)
    return np.array([np.nan if value is None else value for value in values], float)


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower())


def hash_of(word: str) -> str:
    return blake2b(word.encode(), digest_size=6).hexdigest()


def _shape_of(field: Field, values: Sequence[Any]) -> dict[str, Any]:
    if field.type == FieldType.CATEGORY:
        counts = Counter(value for value in values if value is not None)
        return _categories(counts) | {"missing": sum(value is None for value in values)}
    shape = _numbers(numbers_of(field, values))
    if field.type == FieldType.TEXT:
        words = [words_of(value) for value in values if value is not None]
        rows_of = Counter(word for each in words for word in set(each))
        known = {word for word, rows in rows_of.most_common(KNOWN_WORDS) if rows >= WORD_ROWS}
        all_words = sum(map(len, words))
        shape["known_words"] = sorted(map(hash_of, known))
        shape["unseen"] = sum(word not in known for each in words for word in each) / all_words if all_words else 0.0
    return shape


def _shape_of_answers(answers: Answers, signature: Signature) -> dict[str, Any]:
    if answers.values is not None:
        return _numbers(answers.values.astype(float))
    counts = np.bincount(answers.positions, minlength=len(signature.output.classes))
    return _categories(dict(zip(signature.output.classes, counts.tolist(), strict=True)))


def _confidence(answers: Answers) -> dict[str, Any] | None:
    if answers.probabilities is None:
        return None
    highest = answers.probabilities.max(axis=1).astype(float)
    return _numbers(highest, edges=np.array(CONFIDENCE_EDGES))


def _numbers(values: Array, edges: Array | None = None) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    if not len(known):
        return {"kind": "number", "edges": [], "places": [0.0], "counts": [0], "missing": len(values)} | dict.fromkeys(
            ("low", "high", "std"), 0.0
        )
    if edges is None:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, known, side="right")
    counts = np.bincount(bins, minlength=len(edges) + 1)
    low, high = float(known.min()), float(known.max())
    sums = np.bincount(bins, weights=known, minlength=len(edges) + 1)
    # An empty bin lies in its middle; the outer ones lie at the bounds.
    bounds = np.concatenate([[low], edges, [high]])
    places = np.where(counts > 0, sums / np.maximum(counts, 1), (bounds[:-1] + bounds[1:]) / 2)
    return {
        "kind": "number",
        "edges": edges.tolist(),
        "places": places.tolist(),
        "counts": counts.tolist(),
        "missing": int(len(values) - len(known)),
        "low": low,
        "high": high,
        "std": float(known.std()),
    }


def _categories(counts: Mapping[str, int]) -> dict[str, Any]:
    return {"kind": "category", "counts": dict(counts), "missing": 0}
