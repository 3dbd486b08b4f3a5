"""A model trains again by itself when what it declares comes, within its cooldown, and deploys nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.inference.enums import TrainingCause, TrainingState
from apps.inference.models import Model, TrainingRun
from apps.inference.retraining import request_due_trainings, request_if_due
from tests.core.test_leases import in_threads
from tests.datasets.factories import GRENOBLE, built, make_dataset
from tests.inference.deliver_factories import AT, close_trainings, make_model, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]

DRIFT = {"on_drift": True, "cooldown_days": 2}


def ask(model, cause=TrainingCause.DRIFT, *, details=None, now=None):
    return request_if_due(model=model, cause=cause, details=details or {"psi": 0.3}, now=now or timezone.now())


def trained(**declared):
    model = make_model(retraining=declared)
    make_version(model)
    return model


def test_a_declared_cause_asks_for_a_candidate_and_says_why():
    model = trained(**DRIFT)

    training = ask(model)

    assert (training.state, training.cause, training.cause_details) == ("waiting", "drift", {"psi": 0.3})
    assert (training.requested_by, model.deployments.count()) == (None, 0)


def test_a_cause_that_is_not_declared_asks_for_nothing():
    model = trained(**DRIFT)

    assert ask(model, TrainingCause.NEW_DATA) is None
    assert ask(model, TrainingCause.PERSON) is None


@pytest.mark.parametrize(("count", "asked"), [(49, False), (50, True)])
def test_reviewed_feedback_asks_once_there_is_enough(count, asked):
    model = trained(after_feedbacks=50)

    assert bool(ask(model, TrainingCause.FEEDBACK, details={"count": count})) == asked


def test_one_training_goes_on_at_a_time():
    model = trained(on_drift=True, cooldown_days=0)

    assert ask(model)
    assert ask(model) is None


def test_it_is_asked_again_only_after_the_cooldown():
    model = trained(**DRIFT)
    ask(model)
    close_trainings(model)
    now = timezone.now()

    assert ask(model, now=now + timedelta(days=1)) is None
    assert ask(model, now=now + timedelta(days=3))


def test_a_training_that_somebody_asked_for_does_not_begin_the_cooldown():
    model = trained(**DRIFT)
    TrainingRun.objects.update(requested_at=timezone.now())

    assert ask(model)


def test_what_never_trained_and_what_is_archived_does_not_train_by_itself():
    untrained, archived = make_model(slug="a", retraining=DRIFT), make_model(slug="b", retraining=DRIFT)
    make_version(archived)
    Model.objects.filter(pk=archived.pk).update(archived_at=AT)

    assert (ask(untrained), ask(archived)) == (None, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_the_first_version_of_the_dataset_begins_a_model_and_what_failed_is_not_tried_again():
    dataset = make_dataset(GRENOBLE)
    model = make_model(dataset=dataset, retraining={"on_new_data": True, "cooldown_days": 0})
    nothing_yet = request_due_trainings(now=timezone.now())
    built(dataset)

    (training,) = request_due_trainings(now=timezone.now())
    TrainingRun.objects.update(state="held", finished_at=timezone.now())
    built(dataset, GRENOBLE | {"Population": "1"})

    assert (nothing_yet, training.model) == ([], model)
    assert request_due_trainings(now=timezone.now()) == []


def test_a_schedule_asks_when_its_time_came_since_the_model_was_changed():
    model = trained(cron="0 3 * * *", cooldown_days=0)
    now = timezone.now()

    sooner = request_due_trainings(now=now)
    (training,) = request_due_trainings(now=now + timedelta(days=1))

    assert (sooner, training.cause, training.model) == ([], "schedule", model)
    assert "due_at" in training.cause_details


def test_a_schedule_that_cannot_be_read_asks_for_nothing():
    trained(cron="every night", cooldown_days=0)

    assert request_due_trainings(now=timezone.now() + timedelta(days=40)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_a_new_version_of_the_dataset_asks_once():
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    model = make_model(dataset=dataset, retraining={"on_new_data": True, "cooldown_days": 0})
    make_version(model, dataset_version=dataset.current_version)
    before = request_due_trainings(now=timezone.now())
    built(dataset, GRENOBLE | {"Population": "1"})

    (training,) = request_due_trainings(now=timezone.now())
    TrainingRun.objects.filter(pk=training.pk).update(state=TrainingState.FAILED)

    assert (before, training.cause, training.cause_details["number"]) == ([], "new_data", 2)
    assert request_due_trainings(now=timezone.now()) == []


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_one_is_heard():
    model = trained(**DRIFT)

    assert sum(found is not None for found in in_threads(4, lambda _index: ask(model))) == 1
