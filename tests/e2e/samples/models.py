"""What to put in the addresses of models. It is made once: in service, tried out, under review."""

from collections.abc import Iterator

from django.apps import apps

from apps.accounts.models import User
from apps.inference.deploying import deploy_shadow
from apps.inference.enums import TrainingState
from apps.inference.models import Model
from apps.inference.reviewing import comment, request_review
from tests.e2e.samples.datasets import a_public_dataset
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.deliver_factories import in_service, make_model, make_training, make_version

MODEL = "sample-model"
UNDER_REVIEW = 3


def a_model() -> Model:
    found = Model.objects.filter(slug=MODEL).first()
    if found:
        return found
    dataset = a_public_dataset()
    retraining = {"cron": "0 3 * * 1", "on_drift": True}
    model = make_model(
        slug=MODEL, dataset=dataset, name="Town sizes", description="How large a town is", retraining=retraining
    )
    gates = [{"metric": "f1_macro", "at_least": 0.8, "slice": "name"}]
    Model.objects.filter(pk=model.pk).update(spec=model.spec | {"gates": gates, "slices": ["name"]})
    model.refresh_from_db()
    learnt = dataset.current_version
    for _each in range(2):
        in_service(model)
    model.trainings.update(dataset_version=learnt)
    submitted = make_version(model, dataset_version=learnt)
    deploy_shadow(version=submitted, by=None)
    comment(review=request_review(version=submitted, by=None), text="Small towns look weak.", by=None)
    details = {"train": 12, "test": 2, "least": 30}
    make_training(model, state=TrainingState.FAILED, error_code="training_too_few_rows", error_details=details)
    return model


@sample("inference:models", "api-models")
def some_models(person: User) -> Iterator[Arguments]:
    a_model()
    yield {}


@sample("inference:model_new")
def a_new_model(person: User) -> Iterator[Arguments]:
    yield {"?": {"jeu": a_public_dataset().slug, "entite": "town"}}


@sample(
    "inference:model",
    "inference:model_change",
    "inference:model_archive",
    "inference:model_forge",
    "inference:declaration",
    "inference:trainings",
    "inference:rollback",
    "api-model",
    "api-model-deployments",
    "api-model-rollback",
    "api-model-trainings",
    "api-model-versions",
)
def a_model_in_service(person: User) -> Iterator[Arguments]:
    yield {"slug": a_model().slug}


@sample("inference:training_new")
def a_model_to_train(person: User) -> Iterator[Arguments]:
    model = a_model()
    yield {"slug": model.slug}
    model.trainings.active().delete()


@sample("inference:training", "api-model-training")
def a_training_that_failed(person: User) -> Iterator[Arguments]:
    model = a_model()
    yield {"slug": model.slug, "pk": model.trainings.filter(state=TrainingState.FAILED).latest("pk").pk}


@sample("inference:training_progress", "inference:training_cancel", "api-model-training-cancel")
def a_training_under_way(person: User) -> Iterator[Arguments]:
    run = make_training(a_model(), state=TrainingState.RUNNING, phase="fitting")
    yield {"slug": MODEL, "pk": run.pk}
    run.delete()


@sample(
    "inference:version",
    "inference:report",
    "inference:report_json",
    "inference:review",
    "inference:deploy",
    "api-model-version",
    "api-model-version-report",
    "api-model-version-reviews",
    "api-model-version-comment",
    "api-model-version-decide",
    "api-model-version-deploy",
)
def a_version_under_review(person: User) -> Iterator[Arguments]:
    yield {"slug": a_model().slug, "number": UNDER_REVIEW}


@sample("inference:version_export")
def what_a_version_is_handed_over_as(person: User) -> Iterator[Arguments]:
    yield {"slug": a_model().slug, "number": UNDER_REVIEW, "kind": "card"}


@sample("inference:withdraw", "api-model-withdraw")
def what_is_in_service(person: User) -> Iterator[Arguments]:
    yield {"slug": a_model().slug, "slot": "champion"}


for _model in ("model", "trainingrun", "evaluation", "modelversion", "review", "reviewcomment", "deployment"):
    OBJECTS[f"inference.{_model}"] = lambda person, label=_model: (
        a_model() and apps.get_model("inference", label).objects.first()
    )
