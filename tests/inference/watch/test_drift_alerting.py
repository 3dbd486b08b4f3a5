"""The owner of a model is told of what drifted, once, in their language."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from apps.accounts.roles import Role
from apps.inference.drift.comparing import Drift
from apps.inference.drift_alerting import tell_of_drifts
from apps.inference.enums import Window
from apps.inference.models import DriftAlert
from apps.inference.watching import open_alert
from tests.accounts.factories import UserFactory
from tests.inference.watch.factories import make_model, make_version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 3, tzinfo=UTC)
MOVED = [Drift(name="age", rows=900, psi=0.7, js=0.3), Drift(name="", rows=900, psi=0.4, js=0.2)]


@pytest.fixture
def owner():
    return UserFactory(role=Role.AI_DEVELOPER, language="en")


def alert_of(owner, *, is_trial=False):
    model = make_model(owner=owner)
    return open_alert(
        model=model, version=make_version(model), window=Window.DAY, drifted=MOVED, now=NOW, is_trial=is_trial
    )


def test_the_owner_is_told_once_of_what_moved(owner):
    alert_of(owner)

    assert [tell_of_drifts(now=NOW), tell_of_drifts(now=NOW)] == [1, 0]

    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert "What “Triage” is asked has drifted" in message.subject
    assert "- age" in message.body
    assert "- Answers" in message.body
    assert "/ia/modeles/triage/surveillance/" in message.body


def test_a_trial_says_that_it_is_one(owner):
    alert = alert_of(owner, is_trial=True)

    tell_of_drifts(now=NOW)

    (message,) = mail.outbox
    assert "Trial: " in message.subject
    assert "nothing drifted for real" in message.body
    assert alert.closed_at == NOW


@pytest.mark.parametrize("gone", ["none", "left", "without the right"])
def test_nobody_is_told_who_may_not_see_it(gone):
    owner = {
        "none": lambda: None,
        "left": lambda: UserFactory(role=Role.AI_DEVELOPER, is_active=False),
        "without the right": lambda: UserFactory(),
    }[gone]()
    alert_of(owner)

    tell_of_drifts(now=NOW)

    assert mail.outbox == []
    assert not DriftAlert.objects.to_tell().exists()


def test_a_mail_server_that_does_not_answer_leaves_it_to_be_told(owner, settings):
    alert_of(owner)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert tell_of_drifts(now=NOW) == 0
    assert DriftAlert.objects.to_tell().count() == 1
