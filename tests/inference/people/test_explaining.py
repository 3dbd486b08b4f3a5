"""What counted in an answer: found by asking again, at a bounded cost, with nothing but the predictor."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from apps.inference.enums import FieldType, Format, Task
from apps.inference.explaining import MAX_ROWS, MAX_WORDS, explain, unfamiliar, words_of
from apps.inference.predictors import Answers, open_model
from apps.inference.signature import Field, Output, Signature
from tests.inference.people_factories import ASKED, orientation


@pytest.fixture(scope="module")
def opened():
    made = orientation()
    return made.signature, open_model(made.content, format=Format.ONNX, signature=made.signature)


class Formula:
    """Answers by a formula on the encoded inputs; remembers how many rows it was asked."""

    def __init__(self, compute):
        self.compute, self.rows = compute, 0

    def predict(self, inputs):
        self.rows += len(next(iter(inputs.values())))
        return self.compute(inputs)


def signature(*fields, classes=()):
    task = Task.CLASSIFICATION if classes else Task.REGRESSION
    return Signature(task=task, fields=fields, output=Output(name="answer", classes=classes))


def number(name, **options):
    return Field(name=name, type=FieldType.NUMBER, **options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’eau coule jusqu’à la cave", ["eau", "coule", "jusqu’à", "cave"]),
        ("Qu'il vienne aujourd'hui, s’il peut", ["vienne", "aujourd'hui", "peut"]),
        ("D’aujourd’hui à l’après-midi", ["aujourd’hui", "après-midi"]),
        ("I don't know quelqu’un", ["don't", "know", "quelqu’un"]),
    ],
)
def test_words_are_those_that_people_read(text, words):
    assert words_of(text) == words


def test_the_words_that_made_the_answer_come_first(opened):
    asked_of, predictor = opened

    found = explain(predictor=predictor, signature=asked_of, row=ASKED)

    words = [each.word for each in found if each.word]
    assert {"déborde", "égout"} & set(words[:3])
    assert found[0].weight > 0


def test_a_word_that_leaned_elsewhere_says_where(opened):
    asked_of, predictor = opened
    row = {"texte": "La bouche d’égout déborde, le trottoir est cassé", "quartier": "Centre"}

    against = [each for each in explain(predictor=predictor, signature=asked_of, row=row) if each.weight < -0.1]

    assert "trottoir" in {each.word for each in against}
    assert {each.towards for each in against} <= {"voirie", "proprete", "eau"}


def test_what_is_missing_is_not_explained(opened):
    asked_of, predictor = opened

    found = explain(predictor=predictor, signature=asked_of, row={**ASKED, "quartier": None})

    assert "quartier" not in {each.field for each in found}


def test_a_number_is_replaced_by_those_that_training_saw():
    two = signature(number("heavy", lowest=0, highest=10), number("light", lowest=0, highest=10))
    predictor = Formula(lambda inputs: Answers(values=(5 * inputs["heavy"] + inputs["light"]).reshape(-1)))

    found = explain(predictor=predictor, signature=two, row={"heavy": 10.0, "light": 10.0})

    # The others are 0 and 5: 2.5 on average, 7.5 less.
    assert [(each.field, each.effect) for each in found] == [("heavy", 37.5), ("light", 7.5)]


def test_a_number_that_may_be_missing_is_taken_away():
    one = signature(number("spare", is_required=False))
    predictor = Formula(lambda inputs: Answers(values=np.nan_to_num(inputs["spare"]).reshape(-1)))

    assert explain(predictor=predictor, signature=one, row={"spare": 4.0})[0].effect == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field(name="x", type=FieldType.BOOLEAN), True),
        (Field(name="x", type=FieldType.CATEGORY, choices=("a", "b")), "a"),
        (Field(name="x", type=FieldType.DATE), date(2026, 7, 14)),
        (Field(name="x", type=FieldType.INTEGER, lowest=0, highest=9), 3),
        (Field(name="x", type=FieldType.DATE), date.max),
    ],
)
def test_each_type_of_field_can_be_taken_away(field, value):
    def is_asked(inputs):
        first = next(iter(inputs.values()))
        return Answers(probabilities=np.full((len(first), 2), 0.5, np.float32))

    found = explain(predictor=Formula(is_asked), signature=signature(field, classes=("a", "b")), row={"x": value})

    assert [each.field for each in found] == ["x"]


def test_a_field_of_which_training_saw_one_value_is_left_out():
    one = signature(Field(name="x", type=FieldType.CATEGORY, choices=("a",)), classes=("a", "b"))

    assert explain(predictor=Formula(None), signature=one, row={"x": "a"}) == []


def test_a_long_text_costs_no_more_than_a_short_one(opened):
    asked_of, _predictor = opened
    counted = Formula(lambda inputs: Answers(probabilities=np.full((len(inputs["texte"]), 3), 1 / 3, np.float32)))
    text = " ".join(f"mot{number}" for number in range(5_000))

    explain(predictor=counted, signature=asked_of, row={"texte": text, "quartier": "Centre"})

    assert counted.rows <= MAX_WORDS + 3


def test_many_fields_cost_no_more_than_the_bound():
    many = signature(*(number(f"n{rank}", lowest=0, highest=1) for rank in range(500)))
    counted = Formula(lambda inputs: Answers(values=inputs["n0"].reshape(-1)))

    explain(predictor=counted, signature=many, row={f"n{rank}": 0.5 for rank in range(500)})

    assert counted.rows <= MAX_ROWS + 1


def test_what_is_outside_of_what_training_saw_is_told():
    age = number("age", lowest=18, highest=90)
    known = Field(name="city", type=FieldType.CATEGORY, choices=("Voiron",))
    both = signature(age, known)

    assert unfamiliar(both, {"age": 17.0, "city": "Voiron"}) == [age]
    assert unfamiliar(both, {"age": 91.0, "city": "Grenoble"}) == [age, known]
    assert unfamiliar(both, {"age": 50.0, "city": "Voiron"}) == []
    assert unfamiliar(signature(replace(age, is_required=False)), {"age": None}) == []
