"""What to put in the addresses of the watch: a model in service, asked for three hours, which drifted; a trial."""

from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.utils import timezone

from apps.accounts.models import User
from apps.inference.drift.counting import count
from apps.inference.enums import Slot, Task, TrainingState
from apps.inference.models import DriftTrial, Model
from apps.inference.watching import add_traffic, start_of_hour, watch_models
from tests.e2e.samples.datasets import a_public_dataset
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.watch.factories import make_version, serve, spec_of
from tests.inference.watch.test_comparing import PROFILE, SIGNATURE, answers, rows

WATCHED = "sample-watched"
HOUR = timedelta(hours=1)
DRIFTS = [{"name": "age", "psi": 0.02}], [{"name": "age", "psi": 0.61}, {"name": "", "psi": 0.08}]


def a_watched_model() -> Model:
    found = Model.objects.filter(slug=WATCHED).first()
    if found:
        return found
    dataset = a_public_dataset()
    model = Model.objects.create(
        slug=WATCHED, name="Tri des demandes", task=Task.CLASSIFICATION, dataset=dataset, spec=spec_of(dataset)
    )
    version = make_version(model)
    serve(model, version)
    this_hour = start_of_hour(timezone.now())
    for hours in (3, 2, 1):
        asked = count(PROFILE, rows(600, seed=hours, mean=60.0), answers(600, hours), SIGNATURE)
        add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=this_hour - hours * HOUR, counts=asked)
        watch_models(now=this_hour - (hours - 1) * HOUR)
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


@sample("inference:monitoring", "inference:drift_trials")
def a_model_that_is_watched(person: User) -> Iterator[Arguments]:
    yield {"slug": a_watched_model().slug}


for _model in ("traffichour", "driftreport", "driftalert", "drifttrial"):
    OBJECTS[f"inference.{_model}"] = lambda person, label=_model: (
        a_watched_model() and apps.get_model("inference", label).objects.first()
    )
