"""Processes that die in the middle of a training: it is done again, and nobody finds half of it."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core.leases import reap_all
from apps.inference.enums import TrainingPhase
from apps.inference.models import Evaluation, ModelVersion, TrainingRun
from apps.inference.requesting import request_training
from apps.inference.training import train
from tests.core.test_leases import in_threads
from tests.inference.train.killed import DEAD, POINTS
from tests.inference.train_factories import classifier, make_model, reports_dataset

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
    pytest.mark.xdist_group("training_processes"),
]
LATER = timedelta(hours=1)
COMMITTED = "the version is committed, the lease held"


@pytest.fixture
def asked():
    return request_training(model=make_model(classifier(reports_dataset().slug)), by=None)


def process(training, point, lake_folder):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    variables = inherited | {
        "DJANGO_SETTINGS_MODULE": "tests.collection.worker_settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "TEST_LAKE": str(lake_folder),
    }
    command = [sys.executable, "-m", "tests.inference.train.killed", str(training.pk), point]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=variables, stdout=subprocess.PIPE, text=True)


def check_done_again(training, lake_folder):
    reap_all(now=timezone.now() + LATER)
    train(training_id=training.pk)

    training.refresh_from_db()
    version = ModelVersion.objects.get()
    assert (training.state, training.is_held, version.training) == ("passed", False, training)
    assert Evaluation.objects.get().training == training
    assert (lake_folder / version.file).stat().st_size == version.size


@pytest.mark.parametrize("point", POINTS)
def test_a_process_may_die_at_any_moment(asked, lake_folder, point):
    with process(asked, point, lake_folder) as died:
        assert died.wait(timeout=300) == DEAD
    assert ModelVersion.objects.count() == Evaluation.objects.count() == (point == COMMITTED)

    check_done_again(asked, lake_folder)


@pytest.mark.parametrize("phase", TrainingPhase)
def test_a_process_may_be_killed_in_any_phase(asked, lake_folder, phase):
    with process(asked, phase.value, lake_folder) as working:
        assert working.stdout.readline() == "there\n"
        working.send_signal(signal.SIGKILL)
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
