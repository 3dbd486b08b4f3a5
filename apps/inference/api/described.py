"""Models, trainings and versions as their serializers write them, without a query of their own."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.core.interface import Viewer
from apps.inference.models import Deployment, Model, ModelVersion, Review, TrainingRun
from apps.inference.standing import Stood
from apps.inference.telling import verdict_of

# The database knows no longer number.
LARGEST = 2**31 - 1


def load(slug: str, viewer: Viewer) -> Model:
    """Raises Http404 if there is none that this person may see."""
    model: Model = get_object_or_404(Model.objects.visible_to(viewer).select_related("dataset"), slug=slug)
    return model


def load_version(slug: str, number: int, viewer: Viewer) -> ModelVersion:
    """With its training and its report. Raises Http404."""
    if number > LARGEST:
        raise Http404
    model = load(slug, viewer)
    versions = model.versions.select_related("training__evaluation", "training__dataset_version")
    version: ModelVersion = get_object_or_404(versions, number=number)
    version.model = model
    return version


def describe_model(model: Model, champion: ModelVersion | None) -> dict[str, Any]:
    names = ("slug", "name", "description", "task", "risk", "audience")
    return {name: getattr(model, name) for name in names} | {
        "dataset": model.dataset.slug,
        "champion": champion.number if champion else None,
        "is_archived": model.archived_at is not None,
        "url": address("api-model", model.slug),
    }


def describe_model_in_full(
    model: Model, deployments: list[Deployment], champion: ModelVersion | None
) -> dict[str, Any]:
    names = ("purpose", "limits", "contact", "spec", "spec_number")
    return (
        describe_model(model, champion)
        | {name: getattr(model, name) for name in names}
        | {"deployments": [describe_deployment(row) for row in deployments]}
    )


def describe_deployment(row: Deployment) -> dict[str, Any]:
    names = ("id", "slot", "cause", "deployed_at", "withdrawn_at")
    return {name: getattr(row, name) for name in names} | {"version": row.version.number, "review": row.review_id}


def describe_version(stood: Stood, slug: str) -> dict[str, Any]:
    version = stood.version
    learnt, report = version.training.dataset_version, getattr(version.training, "evaluation", None)
    return {
        "number": version.number,
        "stage": stood.stage,
        "slots": list(stood.slots),
        "metrics": report.metrics if report else {},
        "training": version.training_id,
        "dataset_version": learnt.number if learnt else None,
        "created_at": version.created_at,
        "url": address("api-model-version", slug, version.number),
    }


def describe_version_in_full(stood: Stood, slug: str) -> dict[str, Any]:
    version = stood.version
    report = getattr(version.training, "evaluation", None)
    names = ("format", "sha256", "size", "libraries", "signature")
    return (
        describe_version(stood, slug)
        | {name: getattr(version, name) for name in names}
        | {
            "report_sha256": report.sha256 if report else "",
            "report_url": address("api-model-version-report", slug, version.number),
        }
    )


def describe_training(run: TrainingRun, slug: str) -> dict[str, Any]:
    names = ("id", "state", "is_over", "phase", "cause", "requested_at", "started_at", "finished_at")
    version = getattr(run, "version", None)
    return {name: getattr(run, name) for name in names} | {
        "version": version.number if version else None,
        "url": address("api-model-training", slug, run.pk),
    }


def describe_training_in_full(run: TrainingRun, slug: str) -> dict[str, Any]:
    names = (
        "cause_details",
        "spec_number",
        "parameters",
        "seed",
        "rows_train",
        "rows_test",
        "cpu_seconds",
        "energy_j",
        "energy_method",
        "error_code",
    )
    learnt, judged = run.dataset_version, verdict_of(run)
    return (
        describe_training(run, slug)
        | {name: getattr(run, name) for name in names}
        | {
            "dataset_version": learnt.number if learnt else None,
            "checks": [vars(check) for check in judged.ordered_checks] if judged else [],
        }
    )


def describe_review(review: Review) -> dict[str, Any]:
    names = ("id", "report_sha256", "requested_at", "decision", "decided_at", "reason")
    comments = [{"said_at": each.said_at, "text": each.text} for each in review.comments.all()]
    return {name: getattr(review, name) for name in names} | {
        "version": review.version.number,
        "comments": comments,
    }


def address(name: str, *args: Any) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
