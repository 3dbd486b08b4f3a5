"""Models really trained, on scikit-learn's files and on what the demonstration's citizens write."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import uuid4

import numpy as np
from django.utils import timezone
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from apps.collection.world.story import tell
from apps.core.gates import Verdict
from apps.inference import packaging
from apps.inference.encoding import encode, inputs_of
from apps.inference.enums import FieldType, Format, Task, TrainingState
from apps.inference.gates.case import Case
from apps.inference.measures import given, scores, truth_of
from apps.inference.models import Evaluation, Model, ModelVersion, TrainingRun
from apps.inference.packaging.store import keep
from apps.inference.predictors import PipelinePredictor, as_frame, open_model
from apps.inference.signature import Field, Output, Signature
from apps.inference.spec import ModelSpec
from apps.inference.trained import Package, Rows, Sets, Trained
from tests.datasets.factories import GRENOBLE, make_dataset

TEST_SHARE = 0.3


def number(name: str, values: Sequence[Any], **given: Any) -> Field:
    known = [value for value in values if value is not None]
    bounds = {"lowest": float(min(known)), "highest": float(max(known))}
    return Field(name=name, type=FieldType.NUMBER, **bounds | {"is_required": None not in values} | given)


def category(name: str, values: Sequence[str | None], **given: Any) -> Field:
    choices = tuple(sorted({value for value in values if value}))
    return Field(name=name, type=FieldType.CATEGORY, choices=choices, is_required=None not in values, **given)


def text(name: str, **given: Any) -> Field:
    return Field(name=name, type=FieldType.TEXT, **{"max_length": 4_000} | given)


def rows_of(signature: Signature, columns: Mapping[str, Sequence[Any]], target: Any, ids: Sequence[int]) -> Rows:
    return Rows(columns=columns, inputs=encode(signature, columns), target=target, ids=ids)


def sets_of(
    task: Task, fields: Sequence[Field], columns: Mapping[str, Sequence[Any]], target: Any, *, seed: int = 0
) -> Sets:
    """The rows of these columns, some kept to judge by, drawn by this seed. Columns may hold more than fields."""
    count = len(next(iter(columns.values())))
    if task == Task.ANOMALY:
        classes: tuple[str, ...] = ("normal", "anomaly")
    else:
        classes = tuple(sorted(set(target))) if task.has_classes else ()
    signature = Signature(task=task, fields=tuple(fields), output=Output(name="target", classes=classes))
    order = np.random.default_rng(seed).permutation(count)
    cut = int(count * TEST_SHARE)

    def taken(places: Any) -> Rows:
        chosen = {name: [values[place] for place in places] for name, values in columns.items()}
        wanted = None if target is None else target[places]
        return rows_of(signature, chosen, wanted, [int(place) for place in places])

    return Sets(signature=signature, train=taken(order[cut:]), test=taken(order[:cut]))


def preparation(signature: Signature, *, scales: bool = True, dense: bool = False, **words: Any) -> ColumnTransformer:
    """What prepares the inputs of a signature, as models of the house do."""
    parts: list[tuple[str, Any, Any]] = []
    text_types = {FieldType.CATEGORY, FieldType.TEXT}
    if numbers := [name for field in signature.fields if field.type not in text_types for name in inputs_of(field)]:
        steps = [("fill", SimpleImputer(strategy="median")), *([("scale", StandardScaler())] if scales else [])]
        parts.append(("numbers", Pipeline(steps), numbers))
    if categories := [field.name for field in signature.fields if field.type == FieldType.CATEGORY]:
        parts.append(("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=not dense), categories))
    texts = [field.name for field in signature.fields if field.type == FieldType.TEXT]
    parts += [(name, TfidfVectorizer(**words), name) for name in texts]
    return ColumnTransformer(parts, sparse_threshold=0.0 if dense else 1.0)


def train(sets: Sets, estimator: Any, **words: Any) -> Trained:
    """This estimator, after the preparation of the house, and a baseline, fitted on these sets."""
    is_of_trees = type(estimator).__module__.startswith("sklearn.ensemble")
    prepare = preparation(sets.signature, scales=not is_of_trees, dense=is_of_trees, **words)
    return fit(sets, Pipeline([("prepare", prepare), ("estimate", estimator)]))


def fit(sets: Sets, pipeline: Any) -> Trained:
    """This pipeline, and a baseline, fitted on these sets; its scores are those that the gates measure."""
    pipeline = clone(pipeline).fit(as_frame(sets.train.inputs), sets.train.target)
    has_classes = bool(sets.signature.output.classes)
    answers = PipelinePredictor(pipeline, has_classes=has_classes).predict(sets.test.inputs)
    baseline = answers
    truth, task = None, sets.signature.task
    if sets.train.target is not None:
        dummy = DummyClassifier(strategy="prior") if has_classes else DummyRegressor()
        dummy.fit(as_frame(sets.train.inputs), sets.train.target)
        baseline = PipelinePredictor(dummy, has_classes=has_classes).predict(sets.test.inputs)
        truth = truth_of(sets.test.target, sets.signature.output.classes)
    return Trained(
        sets=sets,
        pipeline=pipeline,
        answers=answers,
        baseline=baseline,
        scores={} if truth is None else scores(task, truth, given(answers)),
        baseline_scores={} if truth is None else scores(task, truth, given(baseline)),
    )


def spec_of(signature: Signature, **given: Any) -> ModelSpec:
    """The declaration of a model of this signature."""
    return ModelSpec.model_validate(
        {
            "task": signature.task,
            "data": {"dataset": "essais", "entity": "lignes"},
            "features": [{"name": field.name} for field in signature.fields],
            "target": {"name": "" if signature.task == Task.ANOMALY else signature.output.name},
            "estimator": {"name": "any"},
            **given,
        }
    )


@cache
def tumours() -> Sets:
    """Breast Cancer Wisconsin: thirty measures, two classes."""
    data = load_breast_cancer()
    columns = {str(name): data.data[:, place].tolist() for place, name in enumerate(data.feature_names)}
    target = np.array([str(data.target_names[each]) for each in data.target], object)
    return sets_of(Task.CLASSIFICATION, [number(name, columns[name]) for name in columns], columns, target)


@cache
def progressions() -> Sets:
    """Diabetes (Efron et al., 2004): ten measures, the progression of the disease a year later."""
    data = load_diabetes()
    columns = {name: data.data[:, place].tolist() for place, name in enumerate(data.feature_names)}
    return sets_of(Task.REGRESSION, [number(name, columns[name]) for name in columns], columns, data.target)


@cache
def reports(scale: int = 1_200) -> Sets:
    """What citizens write, how, when, and the service that it is for; some did not say how."""
    story = tell(seed=11, scale=scale)
    columns: dict[str, list[Any]] = {
        "texte": [report.text for report in story.reports],
        "canal": [None if place % 13 == 0 else report.channel for place, report in enumerate(story.reports)],
        "recu_le": [report.created_at.date() for report in story.reports],
        "latitude": [None if place % 17 == 0 else report.latitude for place, report in enumerate(story.reports)],
        "registre": [report.register for report in story.reports],
    }
    fields = [
        text("texte", is_sensitive=True),
        category("canal", columns["canal"]),
        Field(name="recu_le", type=FieldType.DATE),
        number("latitude", columns["latitude"]),
    ]
    target = np.array([report.service.name for report in story.reports], object)
    return sets_of(Task.TEXT_CLASSIFICATION, fields, columns, target)


def without_target(sets: Sets) -> Sets:
    """The same, where nobody says which rows are unusual."""
    output = replace(sets.signature.output, classes=("normal", "anomaly"))
    signature = replace(sets.signature, task=Task.ANOMALY, output=output)
    return Sets(signature=signature, train=replace(sets.train, target=None), test=replace(sets.test, target=None))


def only(sets: Sets, *names: str) -> Sets:
    """The same rows, of these fields alone."""
    signature = replace(sets.signature, fields=tuple(each for each in sets.signature.fields if each.name in names))
    train, test = (rows_of(signature, rows.columns, rows.target, rows.ids) for rows in (sets.train, sets.test))
    return Sets(signature=signature, train=train, test=test)


def case_of(trained: Trained, package: Package | None = None, **spec: Any) -> Case:
    """A model at its gate, its package opened."""
    package = package or packaging.package(trained)
    predictor = open_model(package.content, format=Format(package.format), signature=trained.sets.signature)
    return Case(trained=trained, spec=spec_of(trained.sets.signature, **spec), package=package, predictor=predictor)


def with_rows(trained: Trained, *, train: Rows | None = None, test: Rows | None = None) -> Trained:
    """The same pipeline beside other rows."""
    sets = trained.sets
    return replace(trained, sets=replace(sets, train=train or sets.train, test=test or sets.test))


def with_column(rows: Rows, signature: Signature, name: str, values: Sequence[Any]) -> Rows:
    """The same rows with other values in a column."""
    columns = {**rows.columns, name: list(values)}
    return replace(rows, columns=columns, inputs=encode(signature, columns))


def first(rows: Rows, count: int) -> Rows:
    """The first of these rows."""
    return Rows(
        columns={name: values[:count] for name, values in rows.columns.items()},
        inputs={name: array[:count] for name, array in rows.inputs.items()},
        target=None if rows.target is None else rows.target[:count],
        ids=rows.ids[:count],
    )


def version_of(trained: Trained, package: Package, *, verdict: Verdict | None = None, **model: Any) -> ModelVersion:
    """What a training that passed its gate leaves: the rows, and the file in the lake."""
    dataset = make_dataset(GRENOBLE, name=f"Jeu {uuid4().hex[:8]}", licence="Licence Ouverte 2.0")
    spec = spec_of(trained.sets.signature)
    described = {"slug": "essai", "name": "Modèle d’essai", "description": "Il répond à des essais."} | model
    row = Model.objects.create(
        task=trained.sets.signature.task, dataset=dataset, spec=spec.model_dump(mode="json"), **described
    )
    training = TrainingRun.objects.create(
        model=row,
        state=TrainingState.PASSED,
        spec=row.spec,
        seed=7,
        finished_at=timezone.now(),
        rows_train=len(trained.sets.train),
        rows_test=len(trained.sets.test),
        cpu_seconds=12.5,
        energy_j=900,
        energy_method="12 W × CPU",
        verdict=(verdict or Verdict(judged_at=timezone.now())).as_json(),
    )
    Evaluation.objects.create(training=training, metrics=dict(trained.scores), report={}, sha256="0" * 64)
    stored = keep(package.content)
    return ModelVersion.objects.create(
        model=row,
        number=1,
        training=training,
        format=package.format,
        file=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        signature=trained.sets.signature.as_json(),
        golden=dict(package.golden),
        libraries=dict(package.libraries),
    )
