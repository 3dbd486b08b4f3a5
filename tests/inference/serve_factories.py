"""Small models that were really trained, packaged and deployed, to ask."""

from dataclasses import asdict
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from itertools import count

import numpy as np
import pandas as pd
from django.db import transaction
from django.utils import timezone
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from apps.core import lake
from apps.datasets.models import Dataset
from apps.inference.drift.profiles import profile_of
from apps.inference.encoding import encode, inputs_of
from apps.inference.enums import Audience, DeploymentCause, FieldType, Format, Slot, Task, TrainingState, UnknownPolicy
from apps.inference.models import Deployment, Model, ModelVersion, Review, TrainingRun
from apps.inference.predictors import open_model
from apps.inference.serving import swapping
from apps.inference.signature import Field, Output, Signature

GOLDEN_ROWS = 5
_numbers = count(1)


class Made:
    """A model as training leaves it: its signature, its file, rows to ask it."""

    def __init__(self, signature, pipeline, rows):
        self.signature, self.pipeline, self.rows = signature, pipeline, rows
        names = [name for each in signature.fields for name in inputs_of(each)]
        texts = {each.name for each in signature.fields if each.type in {FieldType.CATEGORY, FieldType.TEXT}}
        types = [(name, (StringTensorType if name in texts else FloatTensorType)([None, 1])) for name in names]
        options = {"zipmap": False} if signature.output.classes else {}
        options = {id(pipeline): options} if options else None
        graph = to_onnx(pipeline, initial_types=types, options=options, target_opset=17)
        self.content = _named_as_they_are(graph, names).SerializeToString()

    @property
    def golden(self):
        rows = self.rows[:GOLDEN_ROWS]
        told = open_model(self.content, format=Format.ONNX, signature=self.signature).predict(inputs(self, rows))
        if self.signature.output.classes:
            return {"rows": rows, "probabilities": told.probabilities.tolist()}
        return {"rows": rows, "values": told.values.tolist()}


def _named_as_they_are(model, names):
    """skl2onnx takes points out of names."""
    renamed = {given.name: name for given, name in zip(model.graph.input, names, strict=True)}
    for given in model.graph.input:
        given.name = renamed[given.name]
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    return model


def inputs(made, rows):
    signature = made.signature
    columns = {each.name: [_value(each, row.get(each.name)) for row in rows] for each in signature.fields}
    return encode(signature, columns)


def _value(field, value):
    return date.fromisoformat(value) if field.type == FieldType.DATE and value else value


def _frame(signature, rows):
    columns = {each.name: [_value(each, row.get(each.name)) for row in rows] for each in signature.fields}
    return pd.DataFrame({name: array[:, 0] for name, array in encode(signature, columns).items()})


@cache
def tumours(seed=0, *, trees=False):
    """Whether a tumour is benign: 30 numbers, of scikit-learn's real file. Another seed, another model; `trees` makes
    one that takes as long as those that win."""
    data = load_breast_cancer(as_frame=True)
    frame = data.data.rename(columns=lambda name: name.replace(" ", "_"))
    names = list(frame.columns)
    fields = tuple(Field(name=name, type=FieldType.NUMBER, minimum=0, maximum=1e6) for name in names)
    labels = {"malignant": "Maligne", "benign": "Bénigne"}
    output = Output(name="diagnosis", label="Diagnostic", classes=("malignant", "benign"), labels=labels)
    signature = Signature(task=Task.CLASSIFICATION, fields=fields, output=output)
    rows = frame.to_dict("records")
    linear = LogisticRegression(max_iter=500, C=1 / (1 + seed))
    model = GradientBoostingClassifier(random_state=seed) if trees else linear
    pipeline = make_pipeline(ColumnTransformer([("n", StandardScaler(), names)]), model)
    pipeline.fit(_frame(signature, rows), data.target)
    return Made(signature, pipeline, rows)


@cache
def progression():
    """A regression on ten numbers, of scikit-learn's real file; the first field may be missing nowhere."""
    data = load_diabetes(as_frame=True)
    names = list(data.data.columns)
    fields = tuple(Field(name=name, type=FieldType.NUMBER) for name in names)
    signature = Signature(task=Task.REGRESSION, fields=fields, output=Output(name="progression", unit="points"))
    rows = data.data.to_dict("records")
    pipeline = make_pipeline(ColumnTransformer([("n", StandardScaler(), names)]), LinearRegression())
    pipeline.fit(_frame(signature, rows), data.target)
    return Made(signature, pipeline, rows)


@cache
def reports():
    """Which service a report goes to: a text, a category, a date, a whole number, a yes or no, one sensitive field."""
    fields = (
        Field(name="text", type=FieldType.TEXT, max_length=200, label="Signalement"),
        Field(name="district", type=FieldType.CATEGORY, choices=("Nord", "Sud"), label="Quartier"),
        Field(
            name="source", type=FieldType.CATEGORY, choices=("web", "tel"), unknown=UnknownPolicy.ACCEPT, max_length=20
        ),
        Field(name="day", type=FieldType.DATE),
        Field(name="age", type=FieldType.INTEGER, minimum=0, maximum=120, is_sensitive=True),
        Field(name="urgent", type=FieldType.BOOLEAN),
        Field(name="surface", type=FieldType.NUMBER, is_required=False),
    )
    output = Output(name="service", classes=("green", "roads"), labels={"green": "Espaces verts", "roads": "Voirie"})
    signature = Signature(task=Task.TEXT_CLASSIFICATION, fields=fields, output=output)
    rng = np.random.default_rng(7)
    told = {"roads": ["nid de poule rue", "trottoir abîmé", "chaussée"], "green": ["arbre tombé", "haie à tailler"]}
    rows, target = [], []
    for number in range(200):
        service = ("green", "roads")[number % 2]
        rows.append(
            {
                "text": f"{rng.choice(told[service])} {number}",
                "district": str(rng.choice(["Nord", "Sud"])),
                "source": str(rng.choice(["web", "tel"])),
                "day": (date(2026, 1, 1) + timedelta(days=int(rng.integers(300)))).isoformat(),
                "age": int(rng.integers(18, 90)),
                "urgent": bool(rng.integers(2)),
                "surface": float(rng.uniform(1, 9)),
            }
        )
        target.append(service)
    numeric = ["day.year", "day.month", "day.day", "day.weekday", "age", "urgent"]
    columns = ColumnTransformer(
        [
            ("text", TfidfVectorizer(token_pattern="[a-zA-ZÀ-ÿ]+", lowercase=False), "text"),
            ("category", OneHotEncoder(handle_unknown="ignore"), ["district", "source"]),
            ("number", StandardScaler(), numeric),
        ]
    )
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=500))
    pipeline.fit(_frame(signature, rows), target)
    return Made(signature, pipeline, rows)


def make_model(made, *, audience=Audience.STAFF, serving=None, **fields) -> Model:
    """A model that was declared; nothing of it is in service."""
    number = next(_numbers)
    dataset = fields.pop("dataset", None) or Dataset.objects.create(
        slug=f"dataset-{number}-{timezone.now():%f}", name=f"Dataset {number}"
    )
    task = made.signature.task
    spec = {
        "task": task,
        "data": {"dataset": dataset.slug, "entity": "row"},
        "features": [{"name": name} for name in made.signature.names],
        "target": {"name": made.signature.output.name},
        "estimator": {"name": "logistic"},
        "serving": serving or {},
    }
    fields = {"slug": f"model-{number}", "name": f"Model {number}", "task": task} | fields
    return Model.objects.create(audience=audience, dataset=dataset, spec=spec, **fields)


def make_version(model, made) -> ModelVersion:
    """A version whose file is in the lake, named by its digest."""
    digest = sha256(made.content).hexdigest()
    with lake.writing(f"models/{digest}") as draft:
        draft.path.write_bytes(made.content)
    training = TrainingRun.objects.create(
        model=model, state=TrainingState.PASSED, spec=model.spec, finished_at=timezone.now()
    )
    return ModelVersion.objects.create(
        model=model,
        number=model.versions.count() + 1,
        training=training,
        format=Format.ONNX,
        file=f"models/{digest}",
        sha256=digest,
        size=len(made.content),
        signature=asdict(made.signature),
        golden=made.golden,
    )


@transaction.atomic
def deploy(version, *, slot=Slot.CHAMPION) -> Deployment:
    """Put a version in a slot, in the place of the one that is there: at once, for servers look at any moment."""
    now = timezone.now()
    version.model.deployments.filter(slot=slot, withdrawn_at=None).update(withdrawn_at=now)
    review = Review.objects.create(version=version, report_sha256="0" * 64, decision="approved", decided_at=now)
    return Deployment.objects.create(
        model=version.model,
        version=version,
        slot=slot,
        cause=DeploymentCause.PROMOTION,
        review=review,
        deployed_at=now,
    )


def in_service(made=None, *, slot=Slot.CHAMPION, **fields) -> Model:
    """A model with a version in service: `in_service(reports(), audience=Audience.PUBLIC)`."""
    made = made or tumours()
    model = make_model(made, **fields)
    deploy(make_version(model, made), slot=slot)
    return model


def watched(made):
    """In service, with the profile of the rows that it learnt from."""
    model = in_service(made)
    version = model.versions.get()
    names = made.signature.names
    columns = {name: [_value(made.signature.field(name), row[name]) for row in made.rows] for name in names}
    version.profile = profile_of(
        columns, swapping.load(version.pk).predictor.predict(inputs(made, made.rows)), made.signature
    )
    version.save()
    return model
