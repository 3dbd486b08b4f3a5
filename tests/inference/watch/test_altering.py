"""Rows that are made to drift, and that the comparison then finds."""

import pytest

from apps.inference.drift.altering import Alter, alter_rows, alterations_of, faults_of
from apps.inference.drift.comparing import compare
from apps.inference.drift.counting import count
from apps.inference.enums import Alteration, FieldType
from apps.inference.signature import Field
from tests.inference.watch.test_comparing import PROFILE, SIGNATURE, answers, rows


@pytest.mark.parametrize(
    ("field", "alteration", "strength"),
    [
        ("age", Alteration.SHIFT, 1.0),
        ("age", Alteration.SPREAD, 1.5),
        ("kind", Alteration.SWAP, 0.6),
        ("text", Alteration.TYPOS, 0.3),
        ("text", Alteration.TRUNCATE, 0.7),
    ],
)
def test_what_is_altered_drifts_and_nothing_else(field, alteration, strength):
    altered = alter_rows(
        rows(2_000, seed=9), [Alter(field=field, alteration=alteration, strength=strength)], SIGNATURE, seed=1
    )

    found = {each.name: each for each in compare(PROFILE, count(PROFILE, altered, answers(2_000, 1), SIGNATURE)).fields}

    moved = found.pop(field)
    assert moved.psi > 0.2 or moved.outside > 0.1
    assert all(each.psi < 0.05 for each in found.values())


def test_the_same_seed_alters_alike_and_rows_given_stay_as_they_are():
    given, alters = rows(50), [Alter(field="text", alteration="typos", strength=0.5)]

    first, second = (alter_rows(given, alters, SIGNATURE, seed=3) for _time in range(2))

    assert first == second
    assert given == rows(50)


def test_numbers_stay_within_the_bounds_that_the_model_refuses_to_pass():
    field = Field(name="age", type=FieldType.INTEGER, minimum=0, maximum=100)
    signature = type(SIGNATURE)(task=SIGNATURE.task, fields=(field,), output=SIGNATURE.output)

    altered = alter_rows(
        {"age": [90, 95, None]}, [Alter(field="age", alteration="shift", strength=10)], signature, seed=0
    )

    assert altered["age"][2] is None
    assert all(isinstance(value, int) and value <= 100 for value in altered["age"][:2])


def test_what_cannot_be_done_is_said():
    assert faults_of(Alter(field="nothing", alteration="shift"), SIGNATURE)
    assert faults_of(Alter(field="text", alteration="shift"), SIGNATURE)
    assert faults_of(Alter(field="kind", alteration="swap", strength=3), SIGNATURE)
    assert not faults_of(Alter(field="age", alteration="shift", strength=3), SIGNATURE)
    assert alterations_of(SIGNATURE.field("kind")) == [Alteration.SWAP]
