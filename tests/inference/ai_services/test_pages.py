"""The pages of the services of others, of needs and of benchmarks, from the form to the report."""

import json
import re
from html import unescape

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.inference.benchmarking import running
from apps.inference.enums import Hosting, TrainingState
from apps.inference.models import AiService, Benchmark, Need, ServiceDay
from tests.accounts.factories import UserFactory
from tests.inference.ai_services.factories import FUNCTIONS, make_benchmark, make_need
from tests.inference.ai_services.factories import make_service as described
from tests.inference.serve_factories import in_service, reports

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("inference:ai_services"), reverse("inference:ai_service_new")
NEEDS, NEED_NEW = reverse("inference:needs"), reverse("inference:need_new")
KEY = "sesame-never-shown"
SAID = {
    "name": "Petit",
    "slug": "petit",
    "kind": "openai",
    "capabilities": ["chat", "classify"],
    "url": "https://ia.example.org/v1",
    "remote_model": "petit-2603",
    "api_key": KEY,
    "is_open": "on",
    "timeout_s": "30",
    "requests_per_minute": "60",
    "monthly_cap_eur": "10",
    "hosting": "eu",
    "price_tokens_in": "0.2",
}
SHEET = {
    "name": "Orienter",
    "slug": "orienter",
    "objectives": "Plus vite.",
    "hosting": "eu",
    "min_quality": "0.5",
    "max_p99_s": "5",
    "max_cost_eur": "5",
    "functions": yaml.safe_dump(FUNCTIONS, allow_unicode=True),
}


@pytest.fixture
def browser(client):
    client.person = UserFactory(role=Role.AI_DEVELOPER, language="en")
    client.force_login(client.person)
    return client


def text_of(response):
    return unescape(response.content.decode())


def queries_of(browser, url):
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    return len(queries)


# --- Services -------------------------------------------------------------------------------------
def test_an_empty_catalogue_says_what_to_do_first(browser):
    assert "Write down what you need first" in text_of(browser.get(LIST))


def test_a_list_of_services_that_were_never_tried_does_not_say_that_they_answer(browser):
    described("new", checked_at=None)

    page = text_of(browser.get(LIST))

    assert "None was tried yet." in page
    assert "All that were tried answer." not in page


def test_the_list_says_which_do_not_answer(browser):
    described("well")
    described("failing", last_error="server_failed")
    described("unopened", is_open=False)

    page = text_of(browser.get(LIST))

    assert ("Answers" in page, "Its last answer failed" in page, "Not open" in page) == (True, True, True)
    assert "All that were tried answer." not in page


def test_lists_cost_as_many_queries_for_one_as_for_many(browser):
    make_benchmark(make_need("n-0"), described("s-0"))
    browser.get(LIST)
    few = queries_of(browser, LIST), queries_of(browser, NEEDS)
    for rank in range(1, 6):
        make_benchmark(make_need(f"n-{rank}"), described(f"s-{rank}"))

    assert (queries_of(browser, LIST), queries_of(browser, NEEDS)) == few


def test_a_sheet_tells_all_but_the_key(browser):
    service = described()
    need = make_need()
    make_benchmark(need, service)

    page = text_of(browser.get(service.get_absolute_url()))

    assert KEY not in page
    for told in ("Exemple SAS", "https://ia.example.org/v1", "petit-2603", "Mesure de l’hébergeur", need.name):
        assert told in page


def test_a_service_is_added_with_its_prices_and_its_key_is_kept_unseen(browser):
    answer = browser.post(NEW, SAID)

    service = AiService.objects.get()
    assert answer.url == service.get_absolute_url()
    assert service.api_key.reveal() == KEY
    assert [(price.unit, str(price.eur)) for price in service.prices.all()] == [("tokens_in", "0.2000")]
    assert service.created_by == browser.person
    changing = text_of(browser.get(reverse("inference:ai_service_change", args=["petit"])))
    assert (KEY in changing, "A value is stored" in changing) == (False, True)


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        ({"name": ""}, "This field is required."),
        ({"capabilities": []}, "This field is required."),
        ({"url": ""}, "A service has an address, or is a model of this platform; not both."),
        ({"url": "ftp://ia.example.org"}, "http"),
        ({"kind": "tei"}, "A service of this kind does not do: chat."),
        ({"kind": "http", "template": "{"}, "The body of requests is not JSON: line 1."),
        ({"kind": "http", "template": "{}"}, "says nowhere where what is asked goes"),
        ({"timeout_s": "0"}, "greater than or equal to 1"),
        ({"price_tokens_in": "-1"}, "greater than or equal to 0"),
    ],
)
def test_each_fault_of_a_service_is_told_and_nothing_is_kept(browser, instead, told):
    page = text_of(browser.post(NEW, SAID | instead))

    assert told in page
    assert KEY not in page
    assert not AiService.objects.exists()


def test_what_is_not_set_is_folded_and_what_is_wrong_is_open(browser):
    def is_open(page, group):
        return f'id="group-{group}" open' in page

    new = text_of(browser.get(NEW))
    wrong = text_of(browser.post(NEW, SAID | {"price_tokens_in": "", "timeout_s": "0"}))

    groups = ("plain", "limits", "data", "use", "footprint")
    assert [group for group in groups if is_open(new, group)] == []
    assert is_open(wrong, "limits")


def test_two_services_have_two_names(browser):
    described("petit")

    assert "already exists" in text_of(browser.post(NEW, SAID))


def test_a_key_is_kept_when_it_is_left_empty_and_never_follows_to_another_address(browser):
    described("petit")
    change = reverse("inference:ai_service_change", args=["petit"])

    moved = text_of(browser.post(change, SAID | {"api_key": "", "url": "https://elsewhere.example.org"}))
    browser.post(change, SAID | {"api_key": "", "provider": "Autre SAS"})

    service = AiService.objects.get()
    assert "Type the key again" in moved
    assert (service.provider, service.url, service.api_key.reveal()) == ("Autre SAS", SAID["url"], KEY)


def test_what_is_asked_of_a_model_of_the_platform_stays_on_it(browser, media_root):
    model = in_service(reports())
    said = {**SAID, "kind": "own", "own_model": model.pk, "capabilities": ["classify"], "hosting": "outside"}
    said |= {"url": "", "remote_model": "", "api_key": ""}

    browser.post(NEW, said)

    assert AiService.objects.get().hosting == Hosting.HERE


def test_a_service_is_tried_from_its_sheet(browser, make_service, fake):
    service = make_service()
    check = reverse("inference:ai_service_check", args=[service.slug])

    assert "It answers." in text_of(browser.post(check, follow=True))

    AiService.objects.update(url=f"http://127.0.0.1:{fake.server_port}/nothing")
    page = text_of(browser.post(check, follow=True))
    assert "It does not answer." in page
    assert "Its last answer failed" in page
    assert not ServiceDay.objects.exists()


def test_a_service_is_deleted_once_it_is_confirmed(browser):
    service = described()
    delete = reverse("inference:ai_service_delete", args=[service.slug])

    assert "Keep it" in text_of(browser.get(delete))
    assert "was deleted" in text_of(browser.post(delete, follow=True))
    assert not AiService.objects.exists()


def test_a_service_that_was_studied_is_not_deleted(browser):
    service = described()
    make_benchmark(make_need(), service)

    page = text_of(browser.post(reverse("inference:ai_service_delete", args=[service.slug]), follow=True))

    assert "was studied in a benchmark" in page
    assert AiService.objects.exists()


# --- Needs ----------------------------------------------------------------------------------------
def test_a_need_is_written_with_its_functions_and_changed_keeping_them(browser):
    answer = browser.post(NEED_NEW, SHEET)

    need = Need.objects.get()
    assert answer.url == need.get_absolute_url()
    assert [(each.name, each.cases.count()) for each in need.functions.all()] == [
        ("Orienter un signalement", 2),
        ("Résumer", 1),
    ]
    change = reverse("inference:need_change", args=[need.slug])
    assert "une fuite d’eau rue du Bief" in text_of(browser.get(change))
    browser.post(change, SHEET | {"context": "Quarante par jour."})
    assert "Quarante par jour." in text_of(browser.get(need.get_absolute_url()))


@pytest.mark.parametrize(
    ("functions", "told"),
    [
        ("- name: [", "This is not YAML: line"),
        ("nothing", "Write a list of functions"),
        ("- capability: chat", "Function 1: it has no name."),
        ("- {name: a, capability: dance}", "Function 1: its capability is one of chat, embed, classify, predict."),
        ("- {name: a, capability: classify}", "Function 1: a choice among labels needs “labels”"),
        ("- {name: a, capability: chat, cases: [{given: b}]}", "Function 1: case 1: say what is “given”"),
        (
            "- {name: a, capability: chat, cases: [{given: {text: b}, expected: c, judge: me}]}",
            "Function 1: case 1: it is judged by one of",
        ),
        ("- {name: a, capability: chat}\n- {name: a, capability: chat}", "Function 2: another has this name."),
        ("- {name: a, capability: chat, options: [b]}", "Function 1: its options are a mapping."),
        ("- {name: a, capability: chat, cases: b}", "Function 1: its cases are a list."),
    ],
)
def test_each_fault_of_what_is_needed_is_told_with_its_place(browser, functions, told):
    page = text_of(browser.post(NEED_NEW, SHEET | {"functions": functions}))

    assert told in page
    assert not Need.objects.exists()


def test_a_need_is_deleted_with_its_benchmarks_but_not_while_one_goes_on(browser):
    need, service = make_need(), described()
    delete = reverse("inference:need_delete", args=[need.slug])
    assert "benchmark" not in text_of(browser.get(delete)).partition("<main")[2]
    benchmark = running.request_benchmark(need=need, services=[service], set_aside={}, by=None)

    assert "goes on: cancel it first" in text_of(browser.post(delete, follow=True))

    running.cancel_benchmark(benchmark=benchmark, by=None)
    assert "So is its benchmark" in text_of(browser.get(delete))
    browser.post(delete)
    assert not Need.objects.exists()


# --- Benchmarks -----------------------------------------------------------------------------------
def test_without_a_service_that_may_be_asked_there_is_nothing_to_compare(browser):
    described(is_open=False)

    page = text_of(browser.get(reverse("inference:benchmark_new", args=[make_need().slug])))

    assert "No service may be asked" in page


@pytest.mark.django_db(transaction=True)
def test_services_are_compared_from_the_form_to_the_report(browser, make_service):
    need, service = make_need(min_quality=0.5), make_service(name="Petit")

    answer = browser.post(
        reverse("inference:benchmark_new", args=[need.slug]),
        {"services": [service.pk], "set_aside": "Grand : pas de clé"},
    )
    running.run_benchmark(benchmark_id=Benchmark.objects.get().pk)

    page = text_of(browser.get(answer.url))
    assert Benchmark.objects.get().state == TrainingState.PASSED
    for told in ("Petit", "Right answers", "Grand", "pas de clé", "fits the need and answers best"):
        assert told in page
    report = json.loads(browser.get(f"{answer.url}json/").content)
    assert [each["name"] for each in report["results"]] == ["Petit"]
    assert report["set_aside"] == [{"name": "Grand", "reason": "pas de clé"}]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"set_aside": ""}, "This field is required."),
        ({"set_aside": "Grand"}, "Line 1: say a name, a colon, and the reason."),
        ({"set_aside": "Petit : pas de clé"}, "“Petit” is both studied and set aside."),
    ],
)
def test_each_fault_of_a_comparison_is_told(browser, said, told):
    need, service = make_need(), described("petit", name="Petit")
    chosen = {"services": [service.pk]} if said["set_aside"] else {}

    assert told in text_of(browser.post(reverse("inference:benchmark_new", args=[need.slug]), chosen | said))
    assert not Benchmark.objects.exists()


def test_what_goes_on_is_followed_cancelled_and_tells_the_page_to_come_back(browser):
    need = make_need()
    benchmark = running.request_benchmark(need=need, services=[described()], set_aside={}, by=None)
    url = benchmark.get_absolute_url()

    part = browser.get(url, headers={"HX-Request": "true"})
    browser.post(f"{url}annuler/")
    after = browser.get(url, headers={"HX-Request": "true"})
    again = text_of(browser.post(f"{url}annuler/", follow=True))

    assert "0 of 3 questions asked" in text_of(part)
    assert "<html" not in text_of(part)
    assert after.headers["HX-Refresh"] == "true"
    assert "over already" in again


def test_a_conclusion_is_written_by_whoever_may_compare(browser):
    benchmark = make_benchmark(make_need(), described())
    url = benchmark.get_absolute_url()

    browser.post(url, {"conclusion": "On retient le petit."})
    assert "On retient le petit." in text_of(browser.get(url))

    browser.force_login(UserFactory(role=Role.OPERATOR, language="en"))
    browser.post(url, {"conclusion": "Autre chose."})
    assert "Save the conclusion" not in text_of(browser.get(url))
    benchmark.refresh_from_db()
    assert benchmark.conclusion == "On retient le petit."


def test_a_report_costs_as_many_queries_for_one_service_as_for_many(browser):
    one = make_benchmark(make_need("one"), described("a")).get_absolute_url()
    many = make_benchmark(make_need("many"), *(described(f"b-{rank}") for rank in range(4))).get_absolute_url()
    browser.get(one)

    assert queries_of(browser, many) == queries_of(browser, one)


@pytest.mark.parametrize("path", [LIST, NEW, NEEDS, NEED_NEW])
def test_pages_of_services_and_needs_are_marked_as_those_of_their_section(browser, path):
    navigation = re.findall(r'<a href="([^"]*)" aria-current="([^"]*)"', browser.get(path).content.decode())

    assert ("/ia/", "true") in navigation
