"""One's own questions: what the log kept of them, told to them alone, and forgotten when they say so."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.inference.enums import Channel, Slot
from apps.inference.models import Prediction
from apps.inference.serving.history import SHOWN_DAYS, predictions_of, with_what_was_kept
from apps.inference.uuid7 import first_id, instant_of
from tests.accounts.factories import UserFactory
from tests.inference.people_factories import ASKED, opinion_on, orientation, service

pytestmark = pytest.mark.django_db

HISTORY = reverse("inference:history")


def kept(model, person, *, days=0, **fields):
    """A line of the log, of so many days ago."""
    identifier = first_id() - (days * 86_400_000 << 80)
    version = model.versions.first()
    fields = {
        "inputs": [ASKED["texte"], ASKED["quartier"]],
        "answer": "eau",
        "confidence": 0.87,
        "channel": Channel.PAGE,
        "slot": Slot.CHAMPION,
        "latency_us": 40,
    } | fields
    pk = UUID(int=identifier)
    return Prediction.objects.create(
        pk=pk, predicted_at=instant_of(pk), model=model, version=version, by=person, **fields
    )


@pytest.fixture
def model():
    return service()


def test_a_person_reads_what_they_asked_the_latest_first_and_nothing_of_others(as_role, model):
    browser = as_role(Role.USER)
    kept(model, browser.person, inputs=["Premier", None])
    kept(model, browser.person, inputs=["Second", None])
    kept(model, UserFactory(), inputs=["D’un autre", None])

    page = browser.get(HISTORY).content.decode()

    assert page.index("Second") < page.index("Premier")
    assert "D’un autre" not in page
    assert "Eau et assainissement" in page


def test_what_programs_and_shadows_asked_and_what_is_old_is_not_there(model):
    person, now = UserFactory(), timezone.now()
    shown = kept(model, person)
    kept(model, person, channel=Channel.API)
    kept(model, person, slot=Slot.SHADOW)
    kept(model, person, days=SHOWN_DAYS + 1)

    assert list(predictions_of(person, now=now)) == [shown]
    assert predictions_of(person, now=now + timedelta(days=SHOWN_DAYS + 1)).count() == 0


def test_what_speaks_of_people_is_told_to_be_left_out(as_role):
    browser = as_role(Role.USER)
    kept(service(orientation(is_sensitive=True)), browser.person, inputs=[None, "Centre"])

    assert "not kept" in browser.get(HISTORY).content.decode()


def test_one_question_is_forgotten_once_it_is_confirmed(as_role, model):
    browser = as_role(Role.USER)
    one, other = kept(model, browser.person), kept(model, browser.person)
    url = reverse("inference:history_forget", args=[one.pk])

    assert "cannot be had back" in browser.get(url).content.decode()
    assert Prediction.objects.count() == 2
    browser.post(url)

    assert list(Prediction.objects.all()) == [other]


def test_all_are_forgotten_but_those_of_others(as_role, model):
    browser = as_role(Role.USER)
    kept(model, browser.person)
    theirs = kept(model, UserFactory())

    browser.post(reverse("inference:history_forget", args=[theirs.pk]))
    browser.post(reverse("inference:history_forget_all"))

    assert list(Prediction.objects.all()) == [theirs]


def test_an_empty_history_says_what_comes_there(as_role):
    assert "No question kept" in as_role(Role.USER).get(HISTORY).content.decode()


def test_the_history_costs_as_many_queries_for_one_question_as_for_twenty(as_role, model):
    browser = as_role(Role.USER)
    kept(model, browser.person)
    browser.get(HISTORY)
    with CaptureQueriesContext(connection) as one:
        browser.get(HISTORY)
    for _time in range(19):
        kept(model, browser.person)
    with CaptureQueriesContext(connection) as twenty:
        browser.get(HISTORY)

    assert len(twenty) == len(one) <= 11


def test_an_opinion_that_says_neither_question_nor_answer_is_completed_by_the_log(model):
    prediction = kept(model, UserFactory())
    opinion = opinion_on(model, inputs=None, answered="")
    opinion.prediction = prediction.pk

    assert (with_what_was_kept(opinion).inputs, opinion.answered) == (ASKED, "eau")


def test_an_opinion_on_what_was_not_logged_stays_as_it_is(model):
    opinion = opinion_on(model, inputs=None, answered="")

    assert (with_what_was_kept(opinion).inputs, opinion.answered) == (None, "")
