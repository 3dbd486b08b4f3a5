"""Who opens what: each person × each page of inference, in one place.

An address that is added without its line here fails the first test. What staff see goes by rights (`PAGES`); what
people ask goes by whom the model is for.
"""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from apps.accounts.roles import Role
from apps.inference.enums import Audience, BatchFormat, BatchState, TrainingState
from apps.inference.models import Batch
from apps.inference.reviewing import request_review
from tests.accounts.factories import UserFactory
from tests.datasets.conftest import lake_folder  # noqa: F401 -- a fixture
from tests.inference.ai_services.factories import make_benchmark, make_need, make_service
from tests.inference.deliver_factories import in_service, make_model, make_training, make_version
from tests.inference.people_factories import opinion_on, service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]

SEE, VERSIONS = "inference.view_model", "inference.view_modelversion"
TRAININGS, DEPLOY = "inference.view_trainingrun", ("inference.view_deployment", "inference.deploy_model")
# The rights that each page asks for; whoever has them all opens it.
PAGES = {
    "models": (SEE,),
    "model_new": ("inference.add_model",),
    "model": (SEE, VERSIONS, TRAININGS),
    "model_change": (SEE, "inference.change_model"),
    "model_archive": (SEE, "inference.change_model"),
    "model_forge": (SEE, "inference.change_model"),
    "declaration": (SEE,),
    "training_new": (SEE, "inference.train_model"),
    "trainings": (SEE, TRAININGS),
    "training": (SEE, TRAININGS),
    "training_progress": (SEE, TRAININGS),
    "training_cancel": (SEE, "inference.train_model"),
    "version": (SEE, VERSIONS),
    "version_export": (SEE, VERSIONS),
    "report": (SEE, VERSIONS),
    "report_json": (SEE, VERSIONS),
    "review": (SEE, "inference.view_review"),
    "deploy": (SEE, *DEPLOY),
    "rollback": (SEE, *DEPLOY),
    "withdraw": (SEE, *DEPLOY),
    "monitoring": (SEE,),
    "shadow": (SEE, "inference.view_prediction"),
    "drift_trials": (SEE,),
    "ai_services": ("inference.view_aiservice",),
    "ai_service_new": ("inference.add_aiservice",),
    "ai_service": ("inference.view_aiservice",),
    "ai_service_change": ("inference.change_aiservice",),
    "ai_service_check": ("inference.change_aiservice",),
    "ai_service_delete": ("inference.delete_aiservice",),
    "needs": ("inference.view_need",),
    "need_new": ("inference.add_need",),
    "need": ("inference.view_need",),
    "need_change": ("inference.change_need",),
    "need_delete": ("inference.delete_need",),
    "benchmark_new": ("inference.add_benchmark",),
    "benchmark": ("inference.view_benchmark",),
    "benchmark_json": ("inference.view_benchmark",),
    "benchmark_cancel": ("inference.add_benchmark",),
}
# What those who may are answered, if it is not a page.
OTHERWISE = {
    "training_new": 405,  # by POST alone
    "ai_service_check": 405,
    "training_progress": 302,  # to the training, for whoever has no script
}
# What is about nothing in particular.
LISTS = {"models", "model_new", "ai_services", "ai_service_new", "needs", "need_new"}
BY_POST = {"training_new", "ai_service_check"}

# The pages of a service, to whoever may ask it. An answer is for the session that asked alone: 410 says so.
OF_A_SERVICE = {"service": 200, "answer": 410, "opinion": 410}
# What is foretold of a dataset: see `people/test_foretelling.py` for those that foretell something.
OF_FORECASTS = {"forecast"}
# A whole file is sent by those who may ask, with an account.
OF_FILES = {"batch_new", "batch_example"}
# One's own, with an account.
OWN = {"history", "history_forget", "history_forget_all", "batches"}
A_FILE = {"batch", "batch_progress", "batch_start", "batch_cancel", "batch_delete", "batch_result", "batch_refused"}
DESK = {"feedbacks", "feedbacks_review", "feedback_undo", "feedback_review"}
TO_ALL = {"catalogue"}
ACTS = {"opinion", "batch_start", "feedbacks_review", "feedback_undo"}
REVIEWERS = {"developer", "operator", "DPO"}
MAY_ASK = {
    Audience.PUBLIC: {"anonymous", "end user", "watch editor", "staff without a role", "administrator", *REVIEWERS},
    Audience.PEOPLE: {"end user", "watch editor", "staff without a role", "administrator", *REVIEWERS},
    Audience.STAFF: {"administrator", *REVIEWERS},
}
NIL = UUID(int=0)


@pytest.fixture
def people():
    """Everyone by name; None is nobody in particular."""
    return {
        "anonymous": None,
        "end user": UserFactory(),
        "staff without a role": UserFactory(is_staff=True),
        "developer": UserFactory(role=Role.AI_DEVELOPER),
        "operator": UserFactory(role=Role.OPERATOR),
        "DPO": UserFactory(role=Role.DATA_PROTECTION_OFFICER),
        "administrator": UserFactory(role=Role.ADMINISTRATOR),
        "watch editor": UserFactory(role=Role.WATCH_EDITOR),
    }


@pytest.fixture
def given():
    """What the addresses need: a model in service, a version under review, a training that waits; a service of others,
    a need and its benchmark."""
    model = make_model()
    in_service(model)
    request_review(version=make_version(model), by=None)
    training = make_training(model, state=TrainingState.WAITING, started_at=None)
    other, need = make_service(), make_need()
    of_model = {"slug": model.slug, "number": 2, "pk": training.pk, "slot": "champion", "kind": "card"}
    of_need = {"slug": need.slug, "pk": make_benchmark(need, other).pk}

    def arguments(name, **instead):
        family = {"ai": {"slug": other.slug}, "need": of_need, "benchmark": of_need}.get(name.split("_")[0], of_model)
        return {key: family[key] for key in pages()[name].pattern.converters} | instead

    return arguments


def pages():
    (found,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "inference"]
    return {pattern.name: pattern for pattern in found.url_patterns}


def statuses(people, name, **arguments):
    """What each of them gets."""
    url, found = reverse(f"inference:{name}", kwargs=arguments), {}
    for who, person in people.items():
        browser = Client()
        if person:
            browser.force_login(person)
        found[who] = (browser.post if name in ACTS else browser.get)(url).status_code
    return found


def test_every_address_is_in_the_table():
    assert sorted(pages()) == sorted([*PAGES, *OF_A_SERVICE, *OF_FORECASTS, *OF_FILES, *OWN, *A_FILE, *DESK, *TO_ALL])


def test_who_opens_each_page(people, given):
    wanted, got = {}, {}
    for name, rights in PAGES.items():
        got[name] = statuses(people, name, **given(name))
        wanted[name] = {
            who: OTHERWISE.get(name, 200) if person and person.has_perms(rights) else 403 if person else 302
            for who, person in people.items()
        }

    assert {name: codes for name, codes in got.items() if codes != wanted[name]} == {}


@pytest.mark.parametrize("name", sorted(PAGES.keys() - LISTS))
def test_what_is_not_there_is_not_found(people, given, name):
    browser = Client()
    browser.force_login(people["developer"])
    ask = browser.post if name in BY_POST else browser.get

    assert ask(reverse(f"inference:{name}", kwargs=given(name, slug="nothing"))).status_code == 404


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("name", sorted(OF_A_SERVICE))
def test_a_service_is_opened_by_those_it_is_for(people, audience, name):
    model = service(audience=audience)
    arguments = {"slug": model.slug} if name == "service" else {"slug": model.slug, "pk": NIL}

    expected = {who: OF_A_SERVICE[name] if who in MAY_ASK[audience] else 404 for who in people}

    assert statuses(people, name, **arguments) == expected


@pytest.mark.parametrize("name", sorted(OF_FORECASTS))
def test_a_service_that_foretells_nothing_has_no_forecast(people, name):
    assert set(statuses(people, name, slug=service().slug).values()) == {404}


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("name", sorted(OF_FILES))
def test_a_file_is_sent_by_those_who_may_ask_with_an_account(people, audience, name):
    expected = {who: 200 if who in MAY_ASK[audience] else 404 for who in people} | {"anonymous": 302}

    assert statuses(people, name, slug=service(audience=audience).slug) == expected


@pytest.mark.parametrize("name", sorted(A_FILE))
def test_the_file_of_another_is_not_found(people, name):
    model = service()
    batch = Batch.objects.create(
        model=model,
        version=model.versions.get(),
        requested_by=UserFactory(),
        state=BatchState.DONE,
        source_format=BatchFormat.PARQUET,
        result_format=BatchFormat.CSV,
    )

    found = statuses(people, name, pk=batch.pk)

    assert found == {who: 404 if person else 302 for who, person in people.items()}


@pytest.mark.parametrize("name", sorted(OWN))
def test_ones_own_questions_take_an_account(people, name):
    arguments = {"pk": NIL} if name == "history_forget" else {}

    assert statuses(people, name, **arguments) == {who: 200 if person else 302 for who, person in people.items()}


@pytest.mark.parametrize("name", sorted(DESK))
def test_the_desk_is_for_whoever_reviews(people, name):
    arguments = {"pk": opinion_on(service()).pk} if name == "feedback_review" else {}
    good = 302 if name in ACTS else 200

    found = statuses(people, name, **arguments)

    assert found == {
        who: good if who in REVIEWERS else 302 if person is None else 403 for who, person in people.items()
    }


def test_anyone_sees_the_catalogue(people):
    assert set(statuses(people, "catalogue").values()) == {200}
