"""Models that were trained, reviewed and deployed, without training anything: rows as a training writes them."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.datasets.enums import BuildState
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.schema import DatasetSchema
from apps.inference.deploying import promote
from apps.inference.enums import Decision, TrainingState
from apps.inference.models import Deployment, Evaluation, Model, ModelVersion, Review, TrainingRun
from apps.inference.reviewing import decide, request_review
from tests.api_matrix import person
from tests.datasets.factories import GRENOBLE, make_dataset

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
VERDICT = {
    "judged_at": AT.isoformat(),
    "awaits_decision": False,
    "checks": [
        {
            "name": "metric",
            "passed": True,
            "measured": "0.87",
            "expected": "≥ 0.8",
            "severity": "blocking",
            "message": "",
            "subject": "",
            "label": "f1_macro",
        }
    ],
}
SIGNATURE = {
    "task": "classification",
    "fields": [
        {
            "name": "population",
            "type": "integer",
            "label": "Habitants",
            "help": "",
            "unit": "",
            "example": 158198,
            "is_required": True,
            "minimum": 0.0,
            "maximum": None,
            "lowest": 10.0,
            "highest": 158198.0,
            "max_length": 10000,
            "choices": [],
            "unknown": "refuse",
            "is_sensitive": False,
        }
    ],
    "output": {"name": "name", "label": "Taille", "unit": "", "classes": ["petite", "grande"], "labels": {}},
}


def _measure(value: float, spread: float = 0.03) -> dict[str, Any]:
    return {"value": value, "low": round(value - spread, 3), "high": round(value + spread, 3), "method": "bootstrap"}


def _gap(difference: float, *, is_sure: bool) -> dict[str, Any]:
    spread = abs(difference) / 2 if is_sure else abs(difference) * 2
    low, high = round(difference - spread, 3), round(difference + spread, 3)
    return {"difference": difference, "low": low, "high": high, "is_better": difference > 0, "is_sure": is_sure}


REPORT: dict[str, Any] = {
    "task": "classification",
    "metric": "f1_macro",
    "estimator": "logistic_regression",
    "parameters": {"C": 1.0},
    "seed": 7,
    "data": {
        "dataset": "towns",
        "version": 1,
        "split": "random",
        "rows": 700,
        "rows_train": 560,
        "rows_test": 140,
        "first": "2026-01-01",
        "last": "2026-02-28",
    },
    "scores": [
        {
            "name": "accuracy",
            "model": _measure(0.93),
            "baseline": _measure(0.69),
            "over_baseline": _gap(0.24, is_sure=True),
        },
        {
            "name": "f1_macro",
            "model": _measure(0.87),
            "baseline": _measure(0.41),
            "champion": _measure(0.85),
            "over_baseline": _gap(0.46, is_sure=True),
            "over_champion": _gap(0.02, is_sure=False),
        },
    ],
    "classes": [
        {
            "name": "petite",
            "rows": 96,
            "learnt": 380,
            "precision": _measure(0.96),
            "recall": _measure(0.94),
            "f1": 0.95,
        },
        {
            "name": "grande",
            "rows": 44,
            "learnt": 180,
            "precision": _measure(0.87),
            "recall": _measure(0.91),
            "f1": 0.89,
        },
    ],
    "confusion": {"truths": ["petite", "grande"], "answers": ["petite", "grande"], "counts": [[90, 6], [4, 40]]},
    "calibration": [
        {"low": 0.5, "high": 0.75, "rows": 40, "confidence": 0.63, "accuracy": 0.55},
        {"low": 0.75, "high": 1.0, "rows": 100, "confidence": 0.91, "accuracy": 0.93},
    ],
    "slices": [
        {"column": "quartier", "value": "Quai-Bas", "rows": 40, "measure": _measure(0.7, 0.13)},
        {"column": "quartier", "value": "Centre", "rows": 100, "measure": _measure(0.9)},
    ],
    "mistakes": [{"id": 1, "truth": "grande", "answer": "petite", "confidence": 0.91}],
    "importance": [
        {"field": "population", "loss": 0.4, "spread": 0.02},
        {"field": "quartier", "loss": 0.1, "spread": 0.02},
    ],
    "learning_curve": [{"rows": 140, "score": 0.7}, {"rows": 280, "score": 0.8}, {"rows": 560, "score": 0.87}],
    "timing": {"fit_s": 1.2, "answer_ms": 0.02},
}


def spec_of(dataset: Any, **more: Any) -> dict[str, Any]:
    """What is learnt of this dataset of towns."""
    return {
        "task": "classification",
        "data": {"dataset": dataset.slug, "entity": "town"},
        "features": [{"name": "population"}],
        "target": {"name": "name"},
        "estimator": {"name": "logistic_regression"},
    } | more


def published(dataset: Dataset) -> Dataset:
    """A dataset with a version, which has no rows: for tests that read none."""
    if dataset.current_version is None:
        schema = DatasetSchema(entities=tuple(entity.schema for entity in dataset.entities.all())).as_json()
        build = Build.objects.create(dataset=dataset, state=BuildState.PUBLISHED, schema=schema, schema_version=1)
        dataset.current_version = Version.objects.create(
            dataset=dataset,
            number=1,
            build=build,
            schema=schema,
            schema_version=1,
            rows=700,
            size=10,
            manifest={},
            published_at=timezone.now(),
        )
        dataset.save()
    return dataset


def make_model(*, slug: str = "tailles", dataset: Any = None, retraining: Any = None, **fields: Any) -> Model:
    """A model that was declared. Needs the fixture `lake_folder` if no dataset is given."""
    dataset = dataset or published(make_dataset(GRENOBLE))
    more = {"retraining": retraining} if retraining else {}
    defaults = {"name": f"Model {slug}", "task": "classification", "dataset": dataset, "spec": spec_of(dataset, **more)}
    model: Model = Model.objects.create(slug=slug, **defaults | fields)
    return model


def make_training(
    model: Model, *, by: User | None = None, state: str = TrainingState.PASSED, **fields: Any
) -> TrainingRun:
    """A training in this state, with its report if it was evaluated."""
    is_over = TrainingState(state).is_over
    judged = state in {TrainingState.PASSED, TrainingState.HELD}
    defaults = {
        "spec": model.spec,
        "started_at": AT,
        "finished_at": AT if is_over else None,
        "verdict": VERDICT if judged else None,
        "rows_train": 560,
        "rows_test": 140,
        "cpu_seconds": 12.5,
    }
    run: TrainingRun = TrainingRun.objects.create(model=model, requested_by=by, state=state, **defaults | fields)
    if judged:
        metrics = {each["name"]: each["model"]["value"] for each in REPORT["scores"]}
        digest = sha256(str(run.pk).encode()).hexdigest()
        Evaluation.objects.create(training=run, metrics=metrics, report=REPORT, sha256=digest)
    return run


def make_version(model: Model, *, by: User | None = None, **fields: Any) -> ModelVersion:
    """The next version, as the training that this person asked for made it."""
    run = make_training(model, by=by, **fields)
    number = model.versions.count() + 1
    version: ModelVersion = ModelVersion.objects.create(
        model=model,
        number=number,
        training=run,
        format="onnx",
        file=f"models/{run.pk:064x}",
        sha256=f"{run.pk:064x}",
        size=12_345,
        signature=SIGNATURE,
        libraries={"scikit-learn": "1.9.1", "numpy": "2.4.1", "onnx": "1.20.0", "onnxruntime": "1.32.0"},
    )
    return version


def approved(version: ModelVersion, *, by: User | None = None) -> Review:
    """A review of this version, decided by somebody who did not make it."""
    review = request_review(version=version, by=None)
    return decide(review=review, decision=Decision.APPROVED, reason="", by=by or person(Role.OPERATOR))


def in_service(model: Model, *, by: User | None = None) -> Deployment:
    """A new version of this model, approved and in service."""
    version = make_version(model, by=by)
    approved(version)
    return promote(version=version, by=None)


def close_trainings(model: Model) -> None:
    model.trainings.active().update(state=TrainingState.CANCELLED, finished_at=timezone.now())
