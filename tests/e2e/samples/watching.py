"""What to put in the addresses of the watch: a model in service, asked for three hours, which drifted; a version in
shadow beside it; opinions; a trial."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.apps import apps
from django.utils import timezone

from apps.accounts.models import User
from apps.inference import traffic
from apps.inference.drift.counting import add, count
from apps.inference.enums import Channel, DeploymentCause, Slot, Task, TrainingState
from apps.inference.models import Deployment, DriftTrial, Evaluation, Model, ModelVersion, TrainingRun
from apps.inference.serving.journal import Counted, Entry, write
from apps.inference.uuid7 import first_id, twin_of
from apps.inference.watching import add_traffic, start_of_hour, watch_models
from tests.e2e.samples.datasets import a_public_dataset
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.deliver_factories import REPORT
from tests.inference.watch.factories import make_version, opinion, serve, spec_of
from tests.inference.watch.test_comparing import PROFILE, SIGNATURE, answers, rows

WATCHED = "sample-watched"
HOUR = timedelta(hours=1)
REQUESTS = add(
    traffic.answered([("api", 50, 900)] * 11 + [("page", 1, 4_000)] * 50),
    traffic.refused("api", "invalid", count=3),
)
DRIFTS = [{"name": "age", "psi": 0.02}], [{"name": "age", "psi": 0.61}, {"name": "", "psi": 0.08}]


def a_watched_model() -> Model:
    found = Model.objects.filter(slug=WATCHED).first()
    if found:
        return found
    dataset = a_public_dataset()
    model = Model.objects.create(
        slug=WATCHED, name="Tri des demandes", task=Task.CLASSIFICATION, dataset=dataset, spec=spec_of(dataset)
    )
    version, shadow = make_version(model), make_version(model, number=2)
    TrainingRun.objects.filter(pk=version.training_id).update(rows_train=560, rows_test=140)
    Evaluation.objects.create(training=version.training, metrics={}, report=REPORT, sha256="0" * 64)
    serve(model, version)
    Deployment.objects.create(
        model=model, version=shadow, slot=Slot.SHADOW, cause=DeploymentCause.TRIAL, deployed_at=timezone.now()
    )
    this_hour = start_of_hour(timezone.now())
    for hours in (3, 2, 1):
        at, answered = this_hour - hours * HOUR, answers(600, hours)
        asked = count(PROFILE, rows(600, seed=hours, mean=60.0), answered, SIGNATURE)
        add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=at, rows=600, counts=asked, requests=REQUESTS)
        watch_models(now=at + HOUR)
    write([said for number in range(3) for said in answers_of_both(model, version, shadow, number)])
    for number in range(40):
        opinion(version, this_hour - HOUR, is_right=number > 9)
    before, after = DRIFTS
    DriftTrial.objects.create(
        version=version,
        dataset_version=dataset.current_version,
        state=TrainingState.PASSED,
        alterations=[{"field": "age", "alteration": "shift", "strength": 2.0}],
        rows=600,
        before=before,
        after=after,
        started_at=this_hour,
        finished_at=this_hour,
    )
    return model


def answers_of_both(model: Model, version: ModelVersion, shadow: ModelVersion, number: int) -> list[Entry]:
    """One request now, to which the version in shadow answers otherwise."""
    columns = rows(1, seed=number)
    columns["on"] = [day.isoformat() for day in columns["on"]]
    heard = Entry(
        first_id=first_id(),
        model_id=model.pk,
        version_id=version.pk,
        slot=Slot.CHAMPION,
        channel=Channel.API,
        by_id=None,
        token=None,
        columns=list(columns.values()),
        hidden=frozenset(),
        kept=range(1),
        counted=Counted(signature=SIGNATURE, profile={}, answers=answers(1)),
        answers=[("yes", None, 0.9)],
        latency_us=800,
    )
    said = replace(
        heard,
        first_id=twin_of(heard.first_id),
        version_id=shadow.pk,
        slot=Slot.SHADOW,
        answers=[("no", None, 0.6)],
        beside=heard,
    )
    return [heard, said]


@sample("inference:monitoring", "inference:shadow", "inference:drift_trials")
def a_model_that_is_watched(person: User) -> Iterator[Arguments]:
    yield {"slug": a_watched_model().slug}


for _model in ("traffichour", "driftreport", "driftalert", "drifttrial"):
    OBJECTS[f"inference.{_model}"] = lambda person, label=_model: (
        a_watched_model() and apps.get_model("inference", label).objects.first()
    )
