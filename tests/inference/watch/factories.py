"""A model in service, whose version learnt from the rows of `test_comparing`."""

from datetime import timedelta
from itertools import count
from uuid import UUID

from django.utils import timezone

from apps.inference.enums import Decision, DeploymentCause, Format, Slot, Task
from apps.inference.models import Deployment, Feedback, Model, ModelVersion, Review, TrainingRun
from apps.inference.uuid7 import first_of
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, VOIRON, make_dataset
from tests.inference.watch.test_comparing import PROFILE, SIGNATURE

_NUMBERS = count(1)


def spec_of(dataset, **more):
    return {
        "task": Task.CLASSIFICATION,
        "data": {"dataset": dataset.slug, "entity": "town"},
        "features": [{"name": each.name} for each in SIGNATURE.fields],
        "target": {"name": "y"},
        "estimator": {"name": "logistic_regression"},
        "monitoring": {"psi": 0.2, "minimum_rows": 500},
        **more,
    }


def make_model(*, slug="triage", owner=None, **more):
    dataset = make_dataset(GRENOBLE, VOIRON, name=f"Data {slug}", slug=f"data-{slug}", visibility="internal")
    return Model.objects.create(
        slug=slug,
        name="Triage",
        task=Task.CLASSIFICATION,
        dataset=dataset,
        spec=spec_of(dataset, **more),
        owner=owner,
    )


def make_version(model, number=1):
    training = TrainingRun.objects.create(model=model, spec=model.spec, state="passed")
    return ModelVersion.objects.create(
        model=model,
        number=number,
        training=training,
        format=Format.ONNX,
        file="models/none",
        sha256="0" * 64,
        size=1,
        signature=SIGNATURE.as_json(),
        profile=PROFILE,
    )


def serve(model, version, *, since=None):
    """Put a version in service, as reviewed."""
    review = Review.objects.create(
        version=version, report_sha256="0" * 64, decision=Decision.APPROVED, decided_by=UserFactory()
    )
    return Deployment.objects.create(
        model=model,
        version=version,
        slot=Slot.CHAMPION,
        cause=DeploymentCause.PROMOTION,
        review=review,
        deployed_at=since or timezone.now() - timedelta(days=30),
    )


def opinion(version, at, **fields):
    """What somebody says of an answer that this version gave then."""
    identifier = UUID(int=first_of(at).int | next(_NUMBERS))
    fields = {"prediction": identifier, "given_at": at, "has_account": "by" in fields} | fields
    return Feedback.objects.create(version=version, **fields)
