"""Whoever answers for a model is told once of what happened to it, in their language, and of nothing that they did."""

from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command

from apps.accounts.roles import Role
from apps.inference.alerting import tell_owners
from apps.inference.enums import Decision
from apps.inference.models import Review
from apps.inference.reviewing import decide, request_review
from tests.api_matrix import person
from tests.inference.deliver_factories import AT, make_model, make_training, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def developer(**fields):
    return person(Role.AI_DEVELOPER, **{"language": "en", **fields})


@pytest.fixture
def owner():
    return developer()


@pytest.fixture
def model(owner):
    return make_model(owner=owner)


@pytest.mark.parametrize(("state", "said"), [("held", "was held at its gate"), ("failed", "failed")])
def test_the_owner_is_told_of_a_training_that_went_wrong(model, owner, settings, state, said):
    run = make_training(model, state=state)

    told = [tell_owners(now=AT), tell_owners(now=AT)]

    (message,) = mail.outbox
    assert (told, message.to) == ([1, 0], [owner.email])
    assert said in message.subject
    for text in (message.body, message.alternatives[0][0]):
        assert settings.SITE_URL + run.get_absolute_url() in text
        assert "0.87" not in text


@pytest.mark.parametrize("state", ["waiting", "running", "passed", "cancelled"])
def test_nothing_is_told_of_a_training_that_is_well(model, state):
    make_training(model, state=state)

    assert (tell_owners(now=AT), mail.outbox) == (0, [])


def test_the_owner_is_told_that_a_review_is_asked_then_who_asked_that_it_is_decided(model, owner):
    asker, reviewer = developer(), person(Role.OPERATOR)
    review = request_review(version=make_version(model), by=asker)
    tell_owners(now=AT)
    decide(review=review, decision=Decision.REFUSED, reason="Camille Martin is misread", by=reviewer)
    tell_owners(now=AT)

    asked, *decided = mail.outbox
    assert asked.to == [owner.email]
    assert "awaits a review" in asked.subject
    assert {to for message in decided for to in message.to} == {owner.email, asker.email}
    assert all("is refused" in message.subject and "Camille" not in message.body for message in decided)


def test_nobody_is_told_what_they_did_themselves(model, owner):
    request_review(version=make_version(model), by=owner)

    assert (tell_owners(now=AT), mail.outbox) == (1, [])


def test_a_review_that_is_decided_before_it_was_told_is_told_once(model):
    review = request_review(version=make_version(model), by=None)
    decide(review=review, decision=Decision.APPROVED, reason="", by=person(Role.OPERATOR))

    assert [tell_owners(now=AT), tell_owners(now=AT)] == [1, 0]
    assert len(mail.outbox) == 1


def test_only_those_who_may_still_see_it_are_told(model, owner):
    owner.remove_from(Role.AI_DEVELOPER)
    make_training(model, state="failed")

    assert (tell_owners(now=AT), mail.outbox) == (1, [])


class Silent(EmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected("Camille Martin")


def test_a_server_that_does_not_answer_is_asked_again(model, settings):
    request_review(version=make_version(model), by=None)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Silent"
    failed = tell_owners(now=AT)
    untold = Review.objects.get().request_told_at
    settings.EMAIL_BACKEND = backend

    assert (failed, untold, tell_owners(now=AT)) == (0, None, 1)


def test_the_command_tells(model, capsys):
    make_training(model, state="failed")

    call_command("tell_owners")

    assert capsys.readouterr().out == "Owners of models told of 1 event.\n"
