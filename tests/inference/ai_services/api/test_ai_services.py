"""The services of others over REST: told without their key, asked within their limits, each refusal a problem."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference.models import AiService, ServiceDay
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.inference.ai_services.factories import make_benchmark, make_need
from tests.inference.ai_services.factories import make_service as described

pytestmark = pytest.mark.django_db

READ, BOTH = ["inference:read"], ["inference:read", "inference:write"]
SERVICES, NEEDS = "/api/v1/ai-services/", "/api/v1/ai-needs/"
CHAT = {"capability": "chat", "given": {"text": "abc"}}
KEY = "sesame-never-shown"


@pytest.fixture
def api():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=token_of(person(Role.AI_DEVELOPER), scopes=BOTH).authorization)
    return client


def readers():
    return {
        anonymous(): 401,
        token_of(person(), scopes=READ): 403,
        token_of(person(Role.WATCH_EDITOR), scopes=READ): 403,
        token_of(person(*Role), scopes=["datasets:read"], name="another area"): 403,
        token_of(person(Role.AI_DEVELOPER), scopes=READ): 200,
        token_of(person(Role.OPERATOR), scopes=READ): 200,
        token_of(person(Role.DATA_PROTECTION_OFFICER), scopes=READ): 200,
        token_of(person(Role.ADMINISTRATOR), scopes=READ): 200,
    }


def test_who_reads_services_needs_and_benchmarks():
    need = make_need("trier")
    benchmark = make_benchmark(need, described("petit"))

    for url in (SERVICES, f"{SERVICES}petit/", NEEDS, f"{NEEDS}trier/", f"{NEEDS}trier/benchmarks/{benchmark.pk}/"):
        assert_access("GET", url, readers())


def test_who_asks_a_service(make_service):
    service = make_service()

    assert_access(
        "POST",
        f"{SERVICES}{service.slug}/ask/",
        {
            anonymous(): 401,
            token_of(person(), scopes=BOTH): 403,
            token_of(person(*Role), scopes=READ, name="reads only"): 403,
            token_of(person(Role.AI_DEVELOPER), scopes=BOTH): 200,
            token_of(person(Role.OPERATOR), scopes=BOTH): 403,
            token_of(person(Role.DATA_PROTECTION_OFFICER), scopes=BOTH): 403,
            token_of(person(Role.ADMINISTRATOR), scopes=BOTH): 403,
        },
        body=CHAT,
    )


def test_what_is_not_there_is_not_found(api):
    make_need("trier")

    for url in (
        f"{SERVICES}none/",
        f"{NEEDS}none/",
        f"{NEEDS}trier/benchmarks/0/",
        f"{NEEDS}trier/benchmarks/{2**40}/",
    ):
        assert api.get(url).status_code == 404
    assert api.post(f"{SERVICES}none/ask/", CHAT, format="json").status_code == 404


def test_the_list_takes_as_many_queries_for_one_as_for_many_and_is_narrowed_by_what_they_do(api):
    described("a")
    api.get(SERVICES)
    with CaptureQueriesContext(connection) as few:
        api.get(SERVICES)
    described("b", capabilities=["embed"])
    with CaptureQueriesContext(connection) as many:
        found = api.get(SERVICES).json()["results"]

    assert ([each["slug"] for each in found], len(many)) == (["a", "b"], len(few))
    assert [each["slug"] for each in api.get(f"{SERVICES}?capability=embed").json()["results"]] == ["b"]
    assert api.get(f"{SERVICES}?capability=dance").status_code == 400


def test_a_service_is_told_with_its_prices_and_without_its_key(api):
    described("petit")

    answer = api.get(f"{SERVICES}petit/")

    told = answer.json()
    assert KEY not in answer.content.decode()
    assert not [name for name in told if "key" in name]
    assert (told["address"], told["own_model"], told["hosting"]) == ("https://ia.example.org/v1", None, "eu")
    assert [(each["unit"], each["eur"]) for each in told["prices"]] == [
        ("tokens_in", "0.2000"),
        ("tokens_out", "0.6000"),
    ]


def test_a_service_answers_and_says_what_it_took(api, make_service):
    answer = api.post(f"{SERVICES}{make_service().slug}/ask/", CHAT, format="json").json()

    assert (answer["output"], answer["tokens_in"], answer["are_tokens_estimated"]) == ("cba", 3, False)
    assert (answer["cost_eur"], answer["seconds"] > 0) == ("0.000000", True)
    assert ServiceDay.objects.get().requests == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"capability": "dance", "given": {"text": "a"}},
        {"capability": "chat", "given": "a"},
        CHAT | {"key": "mine"},
    ],
)
def test_a_question_that_is_none_is_refused_before_anything_is_sent(api, make_service, fake, body):
    answer = api.post(f"{SERVICES}{make_service().slug}/ask/", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert fake.seen == []


@pytest.mark.parametrize(
    ("more", "body", "status", "code"),
    [
        ({"is_open": False}, CHAT, 409, "ai_service_not_open"),
        ({"capabilities": ["embed"]}, CHAT, 400, "ai_service_refused"),
        ({}, {"capability": "chat", "given": {}}, 400, "ai_service_refused"),
        ({}, {"capability": "embed", "given": {"texts": "a"}}, 400, "ai_service_refused"),
        ({}, {"capability": "classify", "given": {"text": "a"}}, 400, "ai_service_refused"),
    ],
)
def test_what_may_not_be_asked_is_a_problem_and_is_not_sent(api, make_service, fake, more, body, status, code):
    answer = api.post(f"{SERVICES}{make_service(**more).slug}/ask/", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert fake.seen == []


def test_what_was_spent_is_a_problem(api, make_service):
    service = make_service(monthly_cap_eur=Decimal(1))
    service.prices.create(unit="requests", eur=Decimal(1), since_on=timezone.localdate())
    service.days.create(asked_on=timezone.localdate(), cost_eur=Decimal(1))

    answer = api.post(f"{SERVICES}{service.slug}/ask/", CHAT, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "spend_cap_reached")


def test_what_is_asked_too_often_says_when_to_come_back(api, make_service):
    url = f"{SERVICES}{make_service(requests_per_minute=1).slug}/ask/"
    api.post(url, CHAT, format="json")

    answer = api.post(url, CHAT, format="json")

    assert (answer.status_code, answer.json()["code"]) == (429, "ai_service_quota_reached")
    assert answer.headers["Retry-After"] == "60"


def test_a_service_that_keeps_failing_says_until_when_it_is_left_alone(api, make_service, fake):
    service = make_service()
    AiService.objects.update(failures=5, reopens_at=timezone.now() + timedelta(seconds=20))

    answer = api.post(f"{SERVICES}{service.slug}/ask/", CHAT, format="json")

    assert (answer.status_code, answer.json()["code"]) == (503, "ai_service_closed")
    assert 0 < int(answer.headers["Retry-After"]) <= 20
    assert fake.seen == []


def test_a_service_that_fails_is_a_problem_that_is_counted(api, make_service, fake):
    fake.failing = 1
    url = f"{SERVICES}{make_service().slug}/ask/"

    failed = api.post(url, CHAT, format="json")
    fake.answers["/v1/chat/completions"] = lambda body: {"choices": []}
    strange = api.post(url, CHAT, format="json")

    assert (failed.status_code, failed.json()["code"]) == (503, "server_failed")
    assert (strange.status_code, strange.json()["code"]) == (502, "answer_not_understood")
    assert ServiceDay.objects.get().errors == 2


def test_a_need_is_told_with_its_cases_and_its_benchmarks(api):
    need = make_need("trier")
    benchmark = make_benchmark(need, described("petit"))

    told = api.get(f"{NEEDS}trier/").json()

    assert [(each["name"], len(each["cases"])) for each in told["functions"]] == [
        ("Orienter un signalement", 2),
        ("Résumer", 1),
    ]
    assert [(each["id"], each["state"]) for each in told["benchmarks"]] == [(benchmark.pk, "passed")]


def test_a_report_is_told_as_the_page_tells_it(api):
    benchmark = make_benchmark(make_need("trier"), described("petit"), described("grand"))

    told = api.get(f"{NEEDS}trier/benchmarks/{benchmark.pk}/").json()

    assert {each["name"]: (each["quality"], each["failures"]) for each in told["results"]} == {
        "Grand": (1.0, 0),
        "Petit": (2 / 3, 1),
    }
    assert told["set_aside"] == [{"name": "Autre", "reason": "Pas de clé."}]
    assert (told["state"], told["conclusion"], "Grand" in told["advice"]) == ("passed", "Le premier.", True)
