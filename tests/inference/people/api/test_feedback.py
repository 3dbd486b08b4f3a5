"""`/api/v1/models/<slug>/feedback/`: giving an opinion by its receipt, listing, reviewing, and who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference.enums import Audience, FeedbackState
from apps.inference.models import Feedback
from tests.api_matrix import anonymous, assert_access, person, stranger, token_of
from tests.inference.people_factories import ASKED, opinion_on, receipt_of, service
from tests.inference.serve_factories import progression

pytestmark = pytest.mark.django_db

WRITE, READ = ["inference:write"], ["inference:read"]


def client(caller) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=caller.authorization)
    return api


@pytest.fixture
def model():
    return service()


@pytest.fixture
def user():
    return client(token_of(person(), scopes=WRITE))


@pytest.fixture
def reviewer():
    return client(token_of(person(Role.AI_DEVELOPER), scopes=WRITE))


def url_of(model, *rest) -> str:
    return "/".join(["/api/v1/models", model.slug, "feedback", *map(str, rest), ""])


def test_an_opinion_is_given_by_the_receipt_of_the_answer(user, model):
    body = {"receipt": receipt_of(model), "is_right": False, "right_answer": "voirie", "inputs": ASKED}

    answer = user.post(url_of(model), body, format="json")

    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["right_answer"], told["inputs"], told["version"]) == ("waiting", "voirie", ASKED, 1)


def test_given_again_it_replaces_the_one_before(user, model):
    receipt = receipt_of(model)

    first, second = (
        user.post(url_of(model), {"receipt": receipt, "is_right": is_right}, format="json").json()
        for is_right in (True, None)
    )

    assert (first["id"], second["is_right"]) == (second["id"], None)


def test_a_number_is_given_as_one(user):
    model = service(progression())

    told = user.post(url_of(model), {"receipt": receipt_of(model), "is_right": False, "right_value": 12}, format="json")

    assert told.json()["right_answer"] == "12.0"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"receipt": "AAAA"}, 400, "receipt_refused"),
        ({"right_answer": "météo"}, 400, "feedback_refused"),
        ({"inputs": {"nom": "Camille"}}, 400, "feedback_refused"),
        ({"is_right": "no"}, 400, "invalid"),
        ({"agrees": True}, 400, "invalid"),
    ],
)
def test_what_is_wrong_is_told(user, model, change, status, code):
    answer = user.post(url_of(model), {"receipt": receipt_of(model), "is_right": False} | change, format="json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_one_that_was_reviewed_does_not_change(user, reviewer, model):
    body = {"receipt": receipt_of(model), "is_right": True, "answered": "eau"}
    number = user.post(url_of(model), body, format="json").json()["id"]
    reviewer.put(url_of(model, number, "review"), {"decision": "accepted"}, format="json")

    answer = user.post(url_of(model), body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "feedback_reviewed")


def test_a_reviewer_lists_reads_and_decides(reviewer, model):
    first, second = opinion_on(model), opinion_on(model)

    accepted = reviewer.put(url_of(model, first.pk, "review"), {"decision": "accepted"}, format="json")
    refused = reviewer.put(
        url_of(model, second.pk, "review"), {"decision": "refused", "reason": "Illisible"}, format="json"
    )

    assert (accepted.json()["learnt_answer"], refused.json()["reason"]) == ("eau", "Illisible")
    listed = reviewer.get(url_of(model), {"state": "accepted"}).json()["results"]
    assert [each["id"] for each in listed] == [first.pk]
    assert reviewer.get(url_of(model, first.pk)).json() == listed[0]
    assert "by" not in listed[0]


def test_a_review_is_undone(reviewer, model):
    feedback = opinion_on(model)
    reviewer.put(url_of(model, feedback.pk, "review"), {"decision": "accepted", "answer": "proprete"}, format="json")

    assert reviewer.delete(url_of(model, feedback.pk, "review")).json()["state"] == "waiting"
    assert Feedback.objects.get().state == FeedbackState.WAITING


def test_both_a_class_and_a_number_are_not_learnt(reviewer, model):
    body = {"decision": "accepted", "answer": "eau", "value": 3}

    assert reviewer.put(url_of(model, opinion_on(model).pk, "review"), body, format="json").status_code == 400


def test_a_state_that_is_none_is_refused(reviewer, model):
    assert reviewer.get(url_of(model), {"state": "lost"}).json()["errors"][0]["code"] == "invalid_choice"


def test_the_list_costs_as_many_queries_for_one_as_for_twenty(reviewer, model):
    opinion_on(model)
    with CaptureQueriesContext(connection) as one:
        reviewer.get(url_of(model))
    for _time in range(19):
        opinion_on(model)
    with CaptureQueriesContext(connection) as twenty:
        reviewer.get(url_of(model))

    assert len(twenty) <= len(one)


def test_who_may_give_an_opinion():
    body = {"is_right": None}
    public, people, team = (service(audience=each) for each in (Audience.PUBLIC, Audience.PEOPLE, Audience.STAFF))

    for model, of_a_user in ((public, 201), (people, 201), (team, 404)):
        assert_access(
            "POST",
            url_of(model),
            {
                anonymous(): 401,
                stranger(): 401,
                token_of(person(), scopes=READ): 403,
                token_of(person(), scopes=WRITE): of_a_user,
                token_of(person(Role.OPERATOR), scopes=WRITE): 201,
            },
            body | {"receipt": receipt_of(model)},
        )


@pytest.mark.parametrize(("method", "rest", "good"), [("GET", (), 200), ("GET", ("pk",), 200)])
def test_who_may_read_opinions(model, method, rest, good):
    number = opinion_on(model).pk

    assert_access(
        method,
        url_of(model, *(number for _each in rest)),
        {
            anonymous(): 401,
            token_of(person(), scopes=READ): 403,
            token_of(person(Role.WATCH_EDITOR), scopes=READ): 403,
            token_of(person(Role.ADMINISTRATOR), scopes=READ): 403,
            token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]): 403,
            token_of(person(Role.AI_DEVELOPER), scopes=READ): good,
            token_of(person(Role.DATA_PROTECTION_OFFICER), scopes=READ): good,
        },
    )


@pytest.mark.parametrize(("method", "body"), [("PUT", {"decision": "refused"}), ("DELETE", None)])
def test_who_may_review_opinions(model, method, body):
    assert_access(
        method,
        url_of(model, opinion_on(model).pk, "review"),
        {
            anonymous(): 401,
            token_of(person(), scopes=WRITE): 403,
            token_of(person(Role.ADMINISTRATOR), scopes=WRITE): 403,
            token_of(person(Role.OPERATOR), scopes=READ): 403,
            token_of(person(Role.OPERATOR), scopes=WRITE): 200,
        },
        body,
    )
