"""Processes that die in the middle of a training: it is done again, and nobody finds half of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.leases import reap_all
from apps.inference.enums import TrainingPhase
from apps.inference.models import Evaluation, ModelVersion, TrainingRun
from apps.inference.requesting import request_training
from apps.inference.training import train
from tests.collection.workers import LATER, forks
from tests.core.test_leases import in_threads
from tests.forks import DEAD
from tests.inference.train.killed import POINTS
from tests.inference.train_factories import classifier, make_model, reports_dataset

__all__ = ["forks"]

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
    pytest.mark.xdist_group("training_processes"),
]
KILLED = "tests.inference.train.killed"
COMMITTED = "the version is committed, the lease held"


@pytest.fixture
def asked():
    return request_training(model=make_model(classifier(reports_dataset().slug)), by=None)


def check_done_again(training, lake_folder):
    reap_all(now=timezone.now() + LATER)
    train(training_id=training.pk)

    training.refresh_from_db()
    version = ModelVersion.objects.get()
    assert (training.state, training.is_held, version.training) == ("passed", False, training)
    assert Evaluation.objects.get().training == training
    assert (lake_folder / version.file).stat().st_size == version.size


@pytest.mark.parametrize("point", POINTS)
def test_a_process_may_die_at_any_moment(asked, lake_folder, forks, point):
    assert forks.run(KILLED, asked.pk, point, lake=lake_folder) == DEAD
    assert ModelVersion.objects.count() == Evaluation.objects.count() == (point == COMMITTED)

    check_done_again(asked, lake_folder)


@pytest.mark.parametrize("phase", TrainingPhase)
def test_a_process_may_die_in_any_phase(asked, lake_folder, forks, phase):
    assert forks.run(KILLED, asked.pk, phase.value, lake=lake_folder) == DEAD
    assert TrainingRun.objects.get().phase == phase
    assert not ModelVersion.objects.exists()
    assert not Evaluation.objects.exists()

    check_done_again(asked, lake_folder)


def test_a_training_that_kills_its_processes_is_not_tried_for_ever(asked):
    TrainingRun.objects.filter(pk=asked.pk).update(lease_count=2)
    TrainingRun.objects.waiting().claim(asked.pk, now=timezone.now(), for_=timedelta(seconds=1), state="running")

    reap_all(now=timezone.now() + LATER)

    asked.refresh_from_db()
    assert (asked.state, asked.error_code, asked.error_details) == ("failed", "trainers_died", {"takes": 3})


def test_of_many_that_want_a_training_one_has_it(asked):
    done = [each for each in in_threads(3, lambda index: train(training_id=asked.pk)) if each]

    assert [(each.pk, each.lease_count) for each in done] == [(asked.pk, 1)]
    assert ModelVersion.objects.count() == 1
