"""Every estimator of the catalogue learns what it says it takes, and is said in ONNX if it says so."""

from datetime import date

import numpy as np
import onnxruntime
import pytest
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import is_classifier
from sklearn.feature_extraction.text import TfidfVectorizer

from apps.inference.encoding import encode, inputs_of
from apps.inference.enums import FieldType, Task
from apps.inference.estimators import CATALOGUE, suiting, trials_of
from apps.inference.estimators.pipelines import make_pipeline, parameters_of
from apps.inference.fitting import answers_of
from apps.inference.predictors import as_frame
from apps.inference.signature import Field, Output, Signature
from apps.inference.spec import Estimator

FIELDS = {
    "words": FieldType.TEXT,
    "channel": FieldType.CATEGORY,
    "age": FieldType.NUMBER,
    "rooms": FieldType.INTEGER,
    "is_owner": FieldType.BOOLEAN,
    "received_on": FieldType.DATE,
}
CLASSES = ("bruit", "voirie", "éclairage")
SAID = ("Vacarme la nuit, çà recommence", "Un TROU dans la chaussée", "L’éclairage est éteint : lampadaire cassé")


def learnt(kind):
    """A signature of the fields that it takes, 90 rows, and what is to be learnt from them."""
    task = (
        next(iter(kind.tasks & {Task.CLASSIFICATION})) if Task.CLASSIFICATION in kind.tasks else next(iter(kind.tasks))
    )
    fields = tuple(Field(name=name, type=type_) for name, type_ in FIELDS.items() if type_ in kind.takes)
    signature = Signature(
        task=task, fields=fields, output=Output(name="y", classes=CLASSES if task.has_classes else ())
    )
    if task == Task.ANOMALY:
        signature = Signature(task=task, fields=fields, output=Output(name="y", classes=("normal", "anomaly")))
    values = {
        "words": [f"{SAID[at % 3]} {at}" for at in range(90)],
        "channel": [None if at % 13 == 0 else ("web", "téléphone")[at % 2] for at in range(90)],
        "age": [None if at % 7 == 0 else 20.5 + at % 40 for at in range(90)],
        "rooms": [at % 5 for at in range(90)],
        "is_owner": [at % 2 == 0 for at in range(90)],
        "received_on": [None if at % 11 == 0 else date.fromordinal(739_000 + at) for at in range(90)],
    }
    target = np.array([CLASSES[at % 3] for at in range(90)], object)
    if not task.has_classes:
        target = np.array([at % 5 + at % 40 / 10 for at in range(90)], float)
    return signature, encode(signature, values), None if task == Task.ANOMALY else target


def parameters(kind):
    """Few trees: it is not the point."""
    small = {"n_estimators": 10, "max_iter": 20} if kind.is_dense else {}
    return {name: value for name, value in small.items() if kind.parameter(name)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CATALOGUE)
def test_it_learns_and_onnx_answers_the_same_from_one_input_for_each_array(name):
    kind = CATALOGUE[name]
    signature, inputs, target = learnt(kind)
    pipeline = make_pipeline(Estimator(name=name, parameters=parameters(kind)), signature=signature, seed=3)
    pipeline.fit(as_frame(inputs), target)
    answers = answers_of(pipeline, inputs, signature)

    types = [
        (each, StringTensorType([None, 1]) if field.type in {"text", "category"} else FloatTensorType([None, 1]))
        for field in signature.fields
        for each in inputs_of(field)
    ]
    options = {TfidfVectorizer: {"locale": "C.UTF-8"}} | (
        {id(pipeline): {"zipmap": False}} if is_classifier(pipeline) else {}
    )
    converted = convert_sklearn(pipeline, initial_types=types, options=options, target_opset={"": 18, "ai.onnx.ml": 3})
    session = onnxruntime.InferenceSession(converted.SerializeToString(), providers=["CPUExecutionProvider"])
    as_named = {name.replace(".", "_"): array for name, array in inputs.items()}  # what skl2onnx makes of names
    told = session.run(None, as_named)[-1]

    assert [each.name for each in session.get_inputs()] == list(as_named)
    if kind.tasks == {Task.ANOMALY}:
        np.testing.assert_allclose(np.clip(0.5 - told[:, 0], 0, 1), answers.probabilities[:, 1], atol=1e-5)
    elif signature.output.classes:
        np.testing.assert_allclose(told, answers.probabilities, atol=5e-3)
    else:
        np.testing.assert_allclose(told[:, 0], answers.values, rtol=1e-3)


def test_each_task_has_estimators_and_each_estimator_says_what_can_be_set():
    assert all(suiting(task) for task in Task)
    for kind in CATALOGUE.values():
        assert str(kind.label)
        assert str(kind.help)
        for each in parameters_of(kind, has_text=True):
            assert str(each.label)
            assert str(each.help)
            assert each.why_refused(each.default) == ""
            assert each.why_refused("anything") or each.choices == ("anything",)


def test_a_search_tries_every_combination_over_what_is_fixed():
    estimator = Estimator(name="ridge", parameters={"alpha": 1, "b": 2}, search={"alpha": [1, 2], "c": [3, 4]})

    assert trials_of(estimator) == [
        {"alpha": 1, "b": 2, "c": 3},
        {"alpha": 1, "b": 2, "c": 4},
        {"alpha": 2, "b": 2, "c": 3},
        {"alpha": 2, "b": 2, "c": 4},
    ]


def test_folded_accents_are_read_as_people_type_them():
    kind = CATALOGUE["logistic_regression"]
    signature, inputs, target = learnt(kind)
    folding = Estimator(name="logistic_regression", parameters={"text_accents": "fold", "text_words": 2})
    pipeline = make_pipeline(folding, signature=signature, seed=3)
    pipeline.fit(as_frame(inputs), target)

    terms = pipeline.named_steps["prepare"].named_transformers_["text words"].get_feature_names_out()
    assert {"chaussee", "trou dans"} <= set(terms)
