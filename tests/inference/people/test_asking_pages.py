"""The pages of whoever asks: the catalogue, the form, the answer that can be read again, the opinion."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.inference.asking import _key
from apps.inference.enums import Audience, FeedbackState
from apps.inference.models import Feedback, Model
from tests.accounts.factories import UserFactory
from tests.inference.people_factories import ASKED, orientation, service
from tests.inference.serve_factories import make_model, progression, reports

pytestmark = pytest.mark.django_db

CATALOGUE = reverse("inference:catalogue")
FORM = {"valeur-texte": ASKED["texte"], "valeur-quartier": "Quai-Bas"}


def url_of(model: Model) -> str:
    return reverse("inference:service", args=[model.slug])


def text_of(response) -> str:
    return re.sub(r"[ \n]+", " ", response.content.decode())


def asked(browser, model, form=FORM):
    """The page of the answer to this form."""
    return browser.post(url_of(model), form, follow=True)


# --- The catalogue --------------------------------------------------------------------------------
def test_nobody_in_particular_sees_the_services_open_to_everyone_alone(browser):
    service(name="Ouvert")
    service(name="Réservé", audience=Audience.PEOPLE)
    service(name="Interne", audience=Audience.STAFF)

    page = text_of(browser.get(CATALOGUE))

    assert ("Ouvert" in page, "Réservé" in page, "Interne" in page) == (True, False, False)
    assert "Proposer la direction municipale" in page
    assert "Ne connaît que les signalements faits en français." in page
    assert "accueil@ville.example" in page


def test_whoever_has_an_account_sees_those_of_people_too(as_role):
    service(name="Réservé", audience=Audience.PEOPLE)
    service(name="Interne", audience=Audience.STAFF)

    page = text_of(as_role(Role.USER).get(CATALOGUE))

    assert ("Réservé" in page, "Interne" in page) == (True, False)


def test_whoever_makes_models_is_led_to_them_from_the_services(as_role):
    developer = as_role(Role.AI_DEVELOPER)
    links = [reverse(f"inference:{name}") for name in ("models", "ai_services", "needs")]

    page = developer.get(reverse("inference:catalogue")).content.decode()

    assert [link for link in links if f'<a href="{link}">' in page] == links


def test_a_model_that_is_not_in_service_is_not_there(as_role):
    make_model(orientation(), audience=Audience.PUBLIC, name="Brouillon")

    assert "Brouillon" not in text_of(as_role(Role.AI_DEVELOPER).get(CATALOGUE))


def test_words_find_a_service_and_none_is_told(browser):
    service(name="Orienter")

    assert "Orienter" in text_of(browser.get(CATALOGUE, {"q": "direction orienter"}))
    assert "No such service" in text_of(browser.get(CATALOGUE, {"q": "météo"}))


def test_an_empty_catalogue_says_what_to_do(browser, as_role):
    assert reverse("account_login") in text_of(browser.get(CATALOGUE))
    assert "No service to ask yet" in text_of(as_role(Role.USER).get(CATALOGUE))


def test_the_catalogue_costs_as_many_queries_for_one_service_as_for_ten(browser):
    service()
    with CaptureQueriesContext(connection) as one:
        browser.get(CATALOGUE)
    for _time in range(9):
        service()
    with CaptureQueriesContext(connection) as ten:
        browser.get(CATALOGUE)

    assert len(ten) == len(one) <= 4


# --- The form -------------------------------------------------------------------------------------
def test_the_form_is_made_of_the_signature_and_says_that_an_ai_answers(browser):
    page = text_of(browser.get(url_of(service(orientation(is_sensitive=True)))))

    assert "An artificial intelligence answers here" in page
    assert "Do not write names" in page
    assert "At most 2,000 characters." in page
    assert "For instance: Un arbre est tombé sur le trottoir" in page
    assert '<option value="Quai-Bas"></option>' in page
    assert "mailto:accueil@ville.example" in page


def test_without_a_contact_the_one_of_the_instance_is_told(browser, settings):
    settings.ORGANISATION = settings.ORGANISATION | {"contact_email": "mairie@ville.example"}

    assert "mailto:mairie@ville.example" in text_of(browser.get(url_of(service(contact=""))))


def test_what_is_wrong_is_told_at_its_field(browser):
    page = browser.post(url_of(service()), {"valeur-texte": ""})

    assert page.status_code == 200
    assert "This field is required" in text_of(page)
    assert "Error:" in text_of(page)


def test_every_type_of_field_is_asked_and_answered(browser):
    model = service(reports())
    form = {
        "valeur-text": "nid de poule rue du Bief",
        "valeur-district": "Nord",
        "valeur-source": "pigeon",
        "valeur-day": "2026-07-14",
        "valeur-age": "41",
        "valeur-urgent": "oui",
        "valeur-surface": "",
    }

    page = text_of(asked(browser, model, form))

    assert "<output>Voirie</output>" in page
    assert "What you asked" in page
    assert "pigeon" in page


def test_a_number_is_written_as_the_reader_writes_it(client):
    client.cookies["django_language"] = "fr"
    model = service(progression())
    names = progression().signature.names
    row = progression().rows[0]

    page = asked(client, model, {f"valeur-{name}": f"{row[name]:.6f}".replace(".", ",") for name in names})

    assert page.redirect_chain
    assert re.search(r"<output>[\d,\u202f\u00a0]+\u00a0points</output>", page.content.decode())


@pytest.mark.parametrize(
    ("field", "value"),
    [("valeur-age", "130"), ("valeur-day", "hier"), ("valeur-district", "Est"), ("valeur-surface", "1e39")],
)
def test_what_the_model_would_refuse_is_refused_by_the_form(browser, field, value):
    form = {
        "valeur-text": "x", "valeur-district": "Nord", "valeur-source": "web", "valeur-day": "2026-07-14",
        "valeur-age": "41", "valeur-urgent": "oui",
    }  # fmt: skip

    page = browser.post(url_of(service(reports())), form | {field: value})

    assert (page.status_code, list(page.context["form"].errors)) == (200, [field.removeprefix("valeur-")])


def test_a_model_that_nobody_serves_says_so_to_whoever_may_ask_it(browser):
    model = make_model(orientation(), audience=Audience.PUBLIC)

    page = browser.get(url_of(model))

    assert (page.status_code, "Nobody answers at the moment" in text_of(page)) == (200, True)


def test_a_program_that_fills_in_forms_is_slowed_down(browser):
    model = service()

    answers = [browser.post(url_of(model), FORM).status_code for _time in range(31)]

    assert (answers[29], answers[30]) == (302, 429)


# --- The answer -----------------------------------------------------------------------------------
def test_an_answer_is_told_in_words_with_how_sure_it_is_and_why(browser):
    page = text_of(asked(browser, service()))

    assert "<output>Eau et assainissement</output>" in page
    assert "93 were right" in page
    assert "The 3 most probable answers" in page
    assert "<strong>égout</strong>" in page or "<strong>déborde</strong>" in page
    assert "An approximation" in page
    assert "made by an artificial intelligence" in page


def test_an_answer_is_read_again_without_asking_again(browser):
    model = service()
    first = asked(browser, model)

    again = browser.get(first.redirect_chain[-1][0])

    assert first.redirect_chain[-1][1] == 302
    assert re.findall("<output>.*?</output>", text_of(again)) == re.findall("<output>.*?</output>", text_of(first))
    number = re.compile("<code>(.*?)</code>")
    assert number.findall(text_of(again)) == number.findall(text_of(first))


def test_an_answer_is_nobody_elses_to_read(browser):
    place = asked(browser, service()).redirect_chain[-1][0]

    stranger = Client().get(place, headers={"accept-language": "en"})

    assert (stranger.status_code, "This answer is no longer here" in text_of(stranger)) == (410, True)


def test_an_answer_is_kept_encrypted_and_not_in_the_session(browser):
    place = asked(browser, service()).redirect_chain[-1][0]

    kept = cache.get(_key(place.rstrip("/").rsplit("/", 1)[-1]))

    assert kept.startswith("v1:")
    assert "déborde" not in kept
    assert "déborde" not in str(dict(browser.session))


def test_an_answer_that_was_forgotten_says_how_to_ask_again(browser):
    model = service()
    place = asked(browser, model).redirect_chain[-1][0]
    cache.delete(_key(place.rstrip("/").rsplit("/", 1)[-1]))

    page = browser.get(place)

    assert (page.status_code, url_of(model) in text_of(page)) == (410, True)


def test_no_page_of_an_answer_may_be_stored_on_the_way(browser):
    assert "no-store" in asked(browser, service())["Cache-Control"]


def test_a_value_outside_of_what_was_learnt_is_told(browser):
    page = text_of(asked(browser, service(), FORM | {"valeur-quartier": "Ailleurs"}))

    assert "Take this answer with care" in page
    assert "Quartier: Ailleurs" in page


def test_a_number_says_its_usual_error(browser):
    form = {f"valeur-{name}": str(value) for name, value in progression().rows[0].items()}

    assert "off by 3.2\u00a0points on average" in text_of(asked(browser, service(progression()), form))


def test_the_team_alone_is_led_to_where_an_answer_comes_from(browser, as_role):
    model = service()

    assert "From the sources to the answer" not in text_of(asked(browser, model))
    assert "From the sources to the answer" in text_of(asked(as_role(Role.AI_DEVELOPER), model))


# --- The opinion ----------------------------------------------------------------------------------
def test_an_opinion_is_kept_with_what_was_asked(browser):
    model = service()
    place = asked(browser, model).redirect_chain[-1][0]

    page = browser.post(f"{place}avis/", {"avis": "non", "bonne": "voirie", "remarque": "Non"}, follow=True)

    feedback = Feedback.objects.get()
    assert "Thank you" in text_of(page)
    assert (feedback.state, feedback.is_right, feedback.right_answer) == (FeedbackState.WAITING, False, "voirie")
    assert (feedback.answered, feedback.inputs, feedback.by) == ("eau", ASKED, None)


def test_an_opinion_is_changed_rather_than_doubled(as_role):
    browser, model = as_role(Role.USER), service()
    place = asked(browser, model).redirect_chain[-1][0]

    browser.post(f"{place}avis/", {"avis": "oui"})
    page = browser.post(f"{place}avis/", {"avis": "doute"}, follow=True)

    assert Feedback.objects.get().is_right is None
    assert Feedback.objects.get().by == browser.person
    assert "You gave it already" in text_of(page)
    assert page.context["form"].initial["avis"] == "doute"


def test_what_speaks_of_people_is_joined_only_if_they_say_so(browser):
    model = service(orientation(is_sensitive=True))
    place = asked(browser, model).redirect_chain[-1][0]

    browser.post(f"{place}avis/", {"avis": "oui"})
    assert Feedback.objects.get().inputs == {"quartier": "Quai-Bas"}

    browser.post(f"{place}avis/", {"avis": "oui", "joindre": "on"})
    assert Feedback.objects.get().inputs == ASKED


def test_an_opinion_that_was_reviewed_does_not_change(browser):
    model = service()
    place = asked(browser, model).redirect_chain[-1][0]
    browser.post(f"{place}avis/", {"avis": "oui"})
    reviewer = UserFactory(role=Role.AI_DEVELOPER)
    Feedback.objects.update(state="refused", reviewed_by=reviewer, reviewed_at=timezone.now())

    page = browser.post(f"{place}avis/", {"avis": "doute"})

    assert Feedback.objects.get().is_right is True
    assert "reviewed" in text_of(page)


def test_an_opinion_says_what_is_wrong_with_it(browser):
    place = asked(browser, service()).redirect_chain[-1][0]

    page = browser.post(f"{place}avis/", {"avis": "non", "bonne": "météo"})

    assert (page.status_code, "bonne" in page.context["form"].errors) == (200, True)
    assert not Feedback.objects.exists()


def test_the_page_of_an_answer_costs_a_few_queries(browser):
    place = asked(browser, service()).redirect_chain[-1][0]

    with CaptureQueriesContext(connection) as queries:
        browser.get(place)

    assert len(queries) <= 6
