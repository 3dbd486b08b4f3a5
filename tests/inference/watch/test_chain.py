"""From what is asked to a candidate: counted as it is answered; tried in the sandbox to the end of the chain."""

import pytest
from django.core import mail
from django.utils import timezone

from apps.accounts.roles import Role
from apps.inference.drift.altering import Alter
from apps.inference.drift_alerting import tell_of_drifts
from apps.inference.drift_trials import request_trial, run_trial
from apps.inference.enums import Channel, Slot, TrainingCause, TrainingState
from apps.inference.exceptions import TrialRefused
from apps.inference.models import DriftAlert, DriftTrial, Prediction, TrafficHour
from apps.inference.serving.answering import answer
from apps.inference.serving.journal import JOURNAL
from apps.inference.serving.slots import SLOTS
from tests.accounts.factories import UserFactory
from tests.datasets.conftest import _in_english, lake_folder, no_table_left
from tests.inference.train_factories import classifier, make_model, reports, reports_dataset, trained
from tests.inference.watch.factories import serve

__all__ = ["_in_english", "lake_folder", "no_table_left"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_table_left")]

RETRAINED = {"on_drift": True, "cooldown_days": 0}


@pytest.fixture
def owner():
    return UserFactory(role=Role.AI_DEVELOPER, language="en")


@pytest.fixture
def version(lake_folder, owner, settings):
    """One that learnt from the reports, in service."""
    settings.SERVING_POLL_SECONDS, settings.SERVING_FLUSH_SECONDS = 0, 60
    SLOTS.forget()
    JOURNAL.forget()
    spec = classifier(reports_dataset().slug, retraining=RETRAINED, monitoring={"minimum_rows": 100})
    made = trained(make_model(spec, owner=owner)).version
    serve(made.model, made)
    yield made
    SLOTS.forget()
    JOURNAL.drain()
    JOURNAL.forget()


def asked(version, count):
    """So many rows of those that it learnt from, as people would ask them."""
    rows = [
        {"words": each["words"], "channel": each["channel"], "age": int(each["age"]) if each["age"] else None}
        for each in reports(count)
    ]
    names = version.signed.names
    rows = [{name: value for name, value in row.items() if name in names} for row in rows]
    return answer(model=version.model, rows=rows, by=version.model.owner, channel=Channel.PAGE)


def test_all_that_is_asked_is_counted_even_what_is_not_kept(version):
    model = version.model
    model.spec = model.spec | {"serving": {"sampling": 0}}
    model.save()
    SLOTS.forget()

    asked(version, 30)
    asked(version, 12)
    JOURNAL.flush()

    (hour,) = TrafficHour.objects.all()
    assert (hour.version, hour.slot, hour.rows) == (version, Slot.CHAMPION, 42)
    assert sum(hour.counts["answers"]["counts"].values()) == 42
    assert not Prediction.objects.exists()


def test_what_could_not_be_written_is_counted_once_it_is(version):
    asked(version, 5)
    JOURNAL.flush()
    asked(version, 5)
    JOURNAL.flush()

    assert Prediction.objects.count() == TrafficHour.objects.get().rows == 10


def test_a_trial_goes_to_the_end_of_the_chain(version, owner):
    trial = request_trial(
        version=version,
        alterations=[Alter(field="words", alteration="typos", strength=0.6)],
        is_whole_chain=True,
        by=owner,
    )

    run_trial(trial_id=trial.pk)
    told = tell_of_drifts(now=timezone.now())

    trial.refresh_from_db()
    candidate = version.model.trainings.order_by("-pk").first()
    before, after = ({each["name"]: each for each in drifts} for drifts in (trial.before, trial.after))
    assert trial.state == TrainingState.PASSED
    assert before["words"]["outside"] < 0.2 < after["words"]["outside"]
    assert (trial.alert.is_trial, told) == (True, 1)
    assert (candidate.cause, candidate.state) == (TrainingCause.DRIFT, TrainingState.WAITING)
    assert candidate.cause_details == {"alert": trial.alert.pk, "is_trial": True}
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert not TrafficHour.objects.exists()


def test_a_trial_alone_tells_nobody(version, owner):
    trial = request_trial(
        version=version,
        alterations=[Alter(field="words", alteration="truncate", strength=0.9)],
        is_whole_chain=False,
        by=owner,
    )

    run_trial(trial_id=trial.pk)

    assert DriftTrial.objects.get().state == TrainingState.PASSED
    assert not DriftAlert.objects.exists()


def test_a_trial_whose_process_died_after_its_alert_opens_no_other(version, owner):
    trial = request_trial(
        version=version,
        alterations=[Alter(field="words", alteration="typos", strength=0.6)],
        is_whole_chain=True,
        by=owner,
    )
    run_trial(trial_id=trial.pk)
    DriftTrial.objects.update(state=TrainingState.WAITING, finished_at=None)

    run_trial(trial_id=trial.pk)

    assert DriftAlert.objects.count() == 1


def test_what_cannot_be_altered_is_refused_with_the_reason(version, owner):
    with pytest.raises(TrialRefused, match="nothing"):
        request_trial(
            version=version, alterations=[Alter(field="nothing", alteration="shift")], is_whole_chain=False, by=owner
        )
    with pytest.raises(TrialRefused):
        request_trial(version=version, alterations=[], is_whole_chain=False, by=owner)
