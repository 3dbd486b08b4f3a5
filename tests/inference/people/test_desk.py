"""The review desk: the queue, its filters, one or several at once, and coming back on it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.inference.enums import FeedbackState
from apps.inference.models import Feedback
from tests.inference.people_factories import opinion_on, service

pytestmark = pytest.mark.django_db

DESK = reverse("inference:feedbacks")
SEVERAL = reverse("inference:feedbacks_review")
UNDO = reverse("inference:feedback_undo")


@pytest.fixture
def desk(as_role):
    return as_role(Role.AI_DEVELOPER)


@pytest.fixture
def model():
    return service()


def listed(response) -> list[int]:
    return [line.feedback.pk for line in response.context["lines"]]


def test_those_that_wait_are_shown_first_come_first(desk, model):
    first, second = opinion_on(model), opinion_on(model)
    opinion_on(model, state="refused", reviewed_at=timezone.now())

    page = desk.get(DESK)

    assert listed(page) == [first.pk, second.pk]
    assert "2 opinions wait" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("etat=tous", {"wrong", "right", "old", "refused", "blocked"}),
        ("etat=refuses", {"refused"}),
        ("etat=acceptes", {"blocked"}),
        ("etat=bloques", {"blocked"}),
        ("avis=juste", {"right"}),
        ("avis=faux", {"wrong", "old"}),
        ("age=semaine", {"old"}),
        ("modele=none", {"wrong", "right", "old"}),
    ],
)
def test_filters_narrow(desk, model, query, found):
    now = timezone.now()
    made = {
        "wrong": opinion_on(model),
        "right": opinion_on(model, is_right=True),
        "old": opinion_on(model, given_at=now - timedelta(days=8)),
        "refused": opinion_on(model, state="refused", reviewed_at=now),
        "blocked": opinion_on(model, state="accepted", reviewed_at=now, fault="no"),
    }

    assert set(listed(desk.get(f"{DESK}?{query}"))) == {made[name].pk for name in found}


def test_a_model_narrows_and_columns_sort(desk, model):
    other = service(name="Autre")
    here, there = opinion_on(model, answered="voirie"), opinion_on(other, answered="eau")

    assert listed(desk.get(f"{DESK}?modele={other.slug}")) == [there.pk]
    assert listed(desk.get(f"{DESK}?tri=reponse")) == [there.pk, here.pk]
    assert listed(desk.get(f"{DESK}?tri=-modele")) == [here.pk, there.pk]


def test_several_are_reviewed_at_once_each_as_it_is(desk, model):
    clear, doubt = opinion_on(model), opinion_on(model, is_right=None, right_answer="")
    own = opinion_on(model, by=desk.person)

    page = desk.post(SEVERAL, {"acte": "accepter", "choix": [clear.pk, doubt.pk, own.pk]}, follow=True)

    states = dict(Feedback.objects.values_list("pk", "state"))
    assert states == {clear.pk: FeedbackState.ACCEPTED, doubt.pk: FeedbackState.WAITING, own.pk: FeedbackState.WAITING}
    text = page.content.decode()
    assert "Say what the right answer is" in text
    assert "Another person must review" in text
    assert "One opinion reviewed" in text


def test_what_was_just_done_is_undone_from_where_one_is(desk, model):
    feedback = opinion_on(model)
    page = desk.post(f"{SEVERAL}?avis=faux", {"acte": "refuser", "choix": feedback.pk}, follow=True)
    assert [each.pk for each in page.context["undoable"]] == [feedback.pk]

    page = desk.post(f"{UNDO}?avis=faux", {"choix": feedback.pk}, follow=True)

    assert listed(page) == [feedback.pk]
    assert page.redirect_chain[-1][0] == f"{DESK}?avis=faux"


def test_nothing_ticked_is_told(desk, model):
    opinion_on(model)

    assert "Tick the opinions" in desk.post(SEVERAL, {"acte": "accepter"}, follow=True).content.decode()


def test_one_after_the_other_by_the_keyboard_alone(desk, model):
    first, second = opinion_on(model), opinion_on(model)

    page = desk.post(f"{first.get_absolute_url()}?avis=faux", {"acte": "accepter", "bonne": "proprete"}, follow=True)

    first.refresh_from_db()
    assert first.learnt_answer == "proprete"
    assert page.context["feedback"] == second
    assert page.redirect_chain[-1][0] == f"{second.get_absolute_url()}?avis=faux&fait={first.pk}"


def test_the_last_one_leads_back_to_the_list(desk, model):
    only = opinion_on(model)

    page = desk.post(only.get_absolute_url(), {"acte": "refuser", "motif": "Illisible"}, follow=True)

    only.refresh_from_db()
    assert (only.state, only.reason) == (FeedbackState.REFUSED, "Illisible")
    assert page.redirect_chain[-1][0] == f"{DESK}?fait={only.pk}"


def test_the_page_of_an_opinion_shows_what_was_asked_answered_and_said(desk, model):
    text = desk.get(opinion_on(model, comment="Vu sur place").get_absolute_url()).content.decode()

    for said in ("bouche d’égout", "Voirie", "Not right: it is “Eau et assainissement”", "Vu sur place"):
        assert said in text
    assert 'value="eau" selected' in text


def test_accepting_without_a_right_answer_is_told_at_the_form(desk, model):
    doubt = opinion_on(model, is_right=None, right_answer="")

    page = desk.post(doubt.get_absolute_url(), {"acte": "accepter", "bonne": ""})

    assert "Say what the right answer is" in page.content.decode()
    assert "Error:" in page.content.decode()


def test_the_desk_costs_as_many_queries_for_one_opinion_as_for_thirty(desk, model):
    opinion_on(model)
    desk.get(DESK)
    with CaptureQueriesContext(connection) as one:
        desk.get(DESK)
    for _time in range(29):
        opinion_on(model)
    with CaptureQueriesContext(connection) as thirty:
        desk.get(DESK)

    assert len(thirty) == len(one) <= 13
