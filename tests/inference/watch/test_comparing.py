"""From rows to drift: a profile, counts that add up, what moved."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inference.drift.comparing import compare
from apps.inference.drift.counting import add, count
from apps.inference.drift.profiles import profile_of
from apps.inference.enums import FieldType, Task
from apps.inference.predictors import Answers
from apps.inference.signature import Field, Output, Signature

SIGNATURE = Signature(
    task=Task.CLASSIFICATION,
    fields=(
        Field(name="age", type=FieldType.NUMBER),
        Field(name="kind", type=FieldType.CATEGORY, choices=("a", "b")),
        Field(name="on", type=FieldType.DATE),
        Field(name="text", type=FieldType.TEXT),
    ),
    output=Output(name="y", classes=("no", "yes")),
)
WORDS = ["rue", "lampe", "trou", "eau", "arbre", "bruit"]
FIRST_DAY = date(2026, 1, 1)


def rows(count, seed=0, *, mean=40.0, share=0.5, words=WORDS, missing=0.0):
    rng = np.random.default_rng(seed)
    return {
        "age": [None if rng.random() < missing else float(value) for value in rng.normal(mean, 10, count)],
        "kind": ["a" if rng.random() < share else "b" for _row in range(count)],
        "on": [FIRST_DAY + timedelta(days=int(day)) for day in rng.integers(0, 90, count)],
        "text": [" ".join(rng.choice(words, rng.integers(2, 8))) for _row in range(count)],
    }


def answers(count, seed=0, share=0.5):
    yes = np.random.default_rng(seed).random(count) < share
    return Answers(probabilities=np.where(yes[:, None], [0.05, 0.95], [0.75, 0.25]).astype(np.float32))


PROFILE = profile_of(rows(5_000), answers(5_000), SIGNATURE)


def drift_of(columns, answered=None):
    size = len(columns["age"])
    return compare(PROFILE, count(PROFILE, columns, answered or answers(size, 1), SIGNATURE))


def by_name(comparison):
    return {each.name: each for each in comparison.fields}


def test_the_day_of_a_forecast_is_not_compared_for_none_ever_comes_again():
    asked = replace(SIGNATURE, task=Task.FORECASTING, output=Output(name="y"))
    numbers = Answers(values=np.linspace(0, 1, 500, dtype=np.float32))
    profile = profile_of(rows(500), numbers, asked)

    compared = compare(profile, count(profile, rows(500, 1), numbers, asked))

    assert [each.name for each in compared.fields] == ["age", "kind", "text"]


def test_a_profile_is_json_and_keeps_no_text():
    kept = json.dumps(profile_of(rows(2_000, words=[*WORDS, "Durand"]), answers(2_000), SIGNATURE))

    assert "rue" not in kept
    assert "Durand" not in kept


def test_a_rare_word_is_not_known():
    columns = rows(100)
    columns["text"][0] = "mystere"

    assert len(profile_of(columns, answers(100), SIGNATURE)["fields"]["text"]["known_words"]) == len(WORDS)


def test_the_same_kind_of_rows_does_not_drift():
    for each in drift_of(rows(3_000, seed=2)).all:
        assert each.psi < 0.02
        assert each.js < 0.1


def test_what_moved_is_found_and_nothing_else():
    found = by_name(drift_of(rows(3_000, seed=3, mean=50.0)))

    assert found["age"].psi > 0.5
    assert found["age"].ks == pytest.approx(0.38, abs=0.04)
    assert found["age"].w1 == pytest.approx(1.0, abs=0.1)
    assert max(found["kind"].psi, found["on"].psi, found["text"].psi) < 0.02


def test_values_far_beyond_those_of_training_moved_as_far_as_they_did():
    found = by_name(drift_of(rows(1_000, seed=3, mean=400.0)))["age"]

    assert found.w1 == pytest.approx(36, abs=1)
    assert found.outside == 1


def test_missing_and_unseen_values_are_told():
    columns = rows(2_000, seed=4, missing=0.3)
    columns["kind"] = ["new" if row % 4 == 0 else kind for row, kind in enumerate(columns["kind"])]

    found = by_name(drift_of(columns))

    assert found["age"].missing == pytest.approx(0.3, abs=0.03)
    assert found["kind"].outside == 0.25
    assert found["kind"].psi > 0.2


def test_other_words_are_told():
    found = by_name(drift_of(rows(1_000, seed=5, words=[*WORDS, "drone", "trottinette"])))["text"]

    assert found.outside == pytest.approx(0.25, abs=0.02)
    assert found.outside_before == 0


def test_answers_and_confidence_drift_too():
    found = drift_of(rows(2_000, seed=6), answers(2_000, share=0.9))

    assert found.answers.psi > 0.5
    assert found.confidence.psi > 0.1


def test_nothing_counted_is_compared_with_nothing():
    found = drift_of(rows(0), Answers(probabilities=np.zeros((0, 2), np.float32)))

    assert found.rows == 0
    assert all(each.psi is None for each in found.all)


@given(parts=st.lists(st.integers(0, 40), min_size=1, max_size=6), seed=st.integers(0, 1_000))
def test_counts_of_parts_add_up_to_the_count_of_the_whole(parts, seed):
    size = sum(parts)
    columns, answered = rows(size, seed), answers(size, seed)
    total, start = None, 0
    for part in parts:
        end = start + part
        some = {name: values[start:end] for name, values in columns.items()}
        total = add(total, count(PROFILE, some, Answers(probabilities=answered.probabilities[start:end]), SIGNATURE))
        start = end

    whole = json.loads(json.dumps(count(PROFILE, columns, answered, SIGNATURE)))
    summed = json.loads(json.dumps(total))
    whole_sum, part_sum = (each["fields"]["age"].pop("sum") for each in (whole, summed))

    assert part_sum == pytest.approx(whole_sum)
    for each in (whole, summed):
        for name in ("on", "text"):
            each["fields"][name]["sum"] = round(each["fields"][name]["sum"])
        each["confidence"].pop("sum")
    assert summed == whole


def test_a_regression_is_watched_by_its_values():
    signature = Signature(task=Task.REGRESSION, fields=SIGNATURE.fields[:1], output=Output(name="days", unit="d"))
    rng = np.random.default_rng(8)
    columns = {"age": rng.normal(0, 1, 4_000)}
    profile = profile_of(columns, Answers(values=rng.normal(5, 1, 4_000)), signature)

    found = compare(profile, count(profile, columns, Answers(values=rng.normal(7, 1, 4_000)), signature))

    assert found.confidence is None
    assert found.answers.w1 == pytest.approx(2, abs=0.1)
