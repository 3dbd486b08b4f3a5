"""A service that people ask, in French, with what its evaluation measured; answers, and opinions on them."""

from functools import cache
from uuid import uuid4

import numpy as np
from django.utils import timezone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from apps.datasets.design import Design
from apps.datasets.designing import create_dataset
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from apps.inference import receipts
from apps.inference.enums import Audience, FieldType, SensitiveLog, Task, UnknownPolicy
from apps.inference.models import Evaluation, Feedback, Model
from apps.inference.signature import Field, Output, Signature
from apps.inference.uuid7 import first_id
from tests.inference.deliver_factories import REPORT
from tests.inference.serve_factories import Made, _frame, in_service

TOLD = {
    "eau": ["une fuite d’eau rue du Bief", "la bouche d’égout déborde", "plus d’eau au robinet"],
    "proprete": ["des poubelles renversées", "un dépôt sauvage de gravats", "un banc couvert de détritus"],
    "voirie": ["un nid de poule profond", "le trottoir est cassé", "un panneau tombé sur la chaussée"],
}
LABELS = {"eau": "Eau et assainissement", "proprete": "Propreté", "voirie": "Voirie"}
DISTRICTS = ("Centre", "Quai-Bas", "Les Tanneries")
CALIBRATION = [
    {"low": 0.0, "high": 0.5, "rows": 12, "confidence": 0.4, "accuracy": 0.4},
    {"low": 0.5, "high": 0.8, "rows": 80, "confidence": 0.7, "accuracy": 0.71},
    {"low": 0.8, "high": 1.0, "rows": 300, "confidence": 0.9, "accuracy": 0.93},
]
ASKED = {"texte": "La bouche d’égout déborde devant l’école", "quartier": "Quai-Bas"}


@cache
def orientation(*, is_sensitive: bool = False, sensitive_log: str = "omit") -> Made:
    """Which service a report goes to: what was written, and the district, which may be left out."""
    fields = (
        Field(
            name="texte",
            type=FieldType.TEXT,
            label="Texte de l’habitant",
            help="Ce qui se passe, et où.",
            example="Un arbre est tombé sur le trottoir",
            max_length=2_000,
            is_sensitive=is_sensitive,
            sensitive_log=SensitiveLog(sensitive_log),
        ),
        Field(
            name="quartier",
            type=FieldType.CATEGORY,
            label="Quartier",
            choices=DISTRICTS,
            is_required=False,
            unknown=UnknownPolicy.ACCEPT,
        ),
    )
    output = Output(name="service", label="Service à prévenir", classes=tuple(TOLD), labels=LABELS)
    signature = Signature(task=Task.TEXT_CLASSIFICATION, fields=fields, output=output)
    rng = np.random.default_rng(7)
    rows = [
        {"texte": f"{rng.choice(TOLD[service])} {number}", "quartier": str(rng.choice(DISTRICTS))}
        for number in range(60)
        for service in TOLD
    ]
    columns = ColumnTransformer(
        [
            ("texte", TfidfVectorizer(token_pattern="[a-zA-ZÀ-ÿ]+", lowercase=False), "texte"),
            ("quartier", OneHotEncoder(handle_unknown="ignore"), ["quartier"]),
        ]
    )
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=500, C=10))
    pipeline.fit(_frame(signature, rows), [service for _number in range(60) for service in TOLD])
    return Made(signature, pipeline, rows)


def service(made: Made | None = None, *, audience=Audience.PUBLIC, feedback=None, **fields) -> Model:
    """A model in service, judged: `service(feedback=dataset_of_opinions())`."""
    fields = {
        "slug": f"orienter-{uuid4().hex[:6]}",
        "name": "Orienter un signalement",
        "purpose": "Proposer la direction municipale à prévenir, d’après le texte d’un habitant.",
        "limits": "Ne connaît que les signalements faits en français.",
        "contact": "accueil@ville.example",
    } | fields
    model = in_service(made or orientation(), audience=audience, **fields)
    if feedback:
        model.spec = model.spec | {"feedback": feedback}
        model.save()
    version = model.versions.get()
    Evaluation.objects.create(
        training=version.training,
        metrics={"accuracy": 0.91, "mae": 3.2},
        report=REPORT | {"calibration": CALIBRATION},
        sha256="0" * 64,
    )
    return model


def receipt_of(model: Model) -> str:
    """That of an answer of the version in service, which the log does not hold."""
    version = model.versions.first()
    return receipts.write(first_id=first_id(), model_id=model.pk, version_id=version.pk, count=1, sha256=version.sha256)


def opinion_on(model: Model, *, by=None, **fields) -> Feedback:
    """An opinion that waits: the answer was wrong, and what is right is said."""
    fields = {
        "is_right": False,
        "answered": "voirie",
        "right_answer": "eau",
        "inputs": dict(ASKED),
        "given_at": timezone.now(),
    } | fields
    return Feedback.objects.create(
        version=model.versions.first(), prediction=uuid4(), by=by, has_account=by is not None, **fields
    )


def dataset_of_opinions() -> Dataset:
    """A dataset whose rows are written by whoever reviews opinions."""
    model = DataModel.model_validate(
        {
            "entities": [
                {
                    "name": "signalement",
                    "attributes": [
                        {"name": "numero", "is_identifier": True},
                        {"name": "texte", "is_required": True},
                        {"name": "quartier"},
                        {"name": "service", "is_required": True, "choices": list(TOLD)},
                        {"name": "relu_le", "type": "date"},
                    ],
                }
            ]
        }
    )
    taken = {"numero": "id", "texte": "texte", "quartier": "quartier", "service": "service", "relu_le": "jour"}
    recipe = Recipe.from_document(
        {"inputs": [{"received": "signalement", "steps": [{"step": "map", "columns": taken}]}]}
    )
    name = f"Signalements relus {uuid4().hex[:6]}"
    return create_dataset(name=name, design=Design(model=model, recipes={"signalement": recipe}), by=None)


def written_in(dataset: Dataset) -> dict:
    """How a model says where its reviewed feedback goes."""
    columns = {
        "id": "prediction",
        "texte": "input.texte",
        "quartier": "input.quartier",
        "service": "answer",
        "jour": "reviewed_on",
    }
    return {"dataset": dataset.slug, "entity": "signalement", "columns": columns}
