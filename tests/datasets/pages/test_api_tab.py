"""The tab of the API: snippets that work as they are pasted, and a form to try it."""

import json
import subprocess
import sys

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.views.snippets import Language
from tests.accounts.factories import issue
from tests.api_matrix import person
from tests.datasets.reading.tables import LINKED, SERVICES, add_tables, make_dataset

pytestmark = pytest.mark.django_db(transaction=True)

# What each language is run with here. R is only shown: nobody has it on a server of ours.
RUN = {
    Language.CURL: ["bash", "-c"],
    Language.PYTHON: [sys.executable, "-c"],
    Language.JAVASCRIPT: ["node", "--input-type=module", "-e"],
}


@pytest.fixture
def visits(lake_folder, no_table_left):
    return add_tables(make_dataset(name="Visits"), LINKED, has_snapshots=True).dataset


def questions(client, dataset, language: Language) -> dict[str, str]:
    page = client.get(reverse("datasets:api", args=[dataset.slug]), {"langage": language.value})
    return {each.name: each.code for each in page.context["questions"]}


def run(language: Language, code: str, folder) -> str:
    done = subprocess.run([*RUN[language], code], cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize("language", RUN)
def test_what_the_page_shows_is_answered(live_server, client, visits, settings, tmp_path, language):
    settings.SITE_URL = live_server.url
    asked = questions(client, visits, language)

    told = {name: run(language, code, tmp_path) for name, code in asked.items()}

    assert list(asked) == ["rows", "filters", "search", "aggregate", "export"]
    assert all("service_code" in told[name] for name in ("rows", "filters", "search"))
    assert "count" in told["aggregate"]
    assert (tmp_path / f"{visits.slug}.csv").read_text().splitlines()[0] == "id,number,service_code,day,cost,note"


@pytest.mark.parametrize("language", RUN)
def test_an_internal_dataset_is_read_with_a_token(live_server, client, settings, tmp_path, visits, language):
    settings.SITE_URL = live_server.url
    type(visits).objects.update(visibility="internal")
    developer = person(Role.AI_DEVELOPER)
    client.force_login(developer)
    secret = issue(developer, scopes=["datasets:read"], name="snippets").secret
    asked = questions(client, visits, language)

    told = run(language, asked["rows"].replace("ecl_YOUR_TOKEN", secret), tmp_path)
    run(language, asked["export"].replace("ecl_YOUR_TOKEN", secret), tmp_path)

    assert "service_code" in told
    assert (tmp_path / f"{visits.slug}.csv").read_text().count("\n") == 5


def test_r_is_shown_with_where_the_token_goes(client, visits):
    assert questions(client, visits, Language.R)["export"].startswith("download.file(")
    type(visits).objects.update(visibility="internal")
    client.force_login(person(Role.OPERATOR))

    assert 'c(Authorization = "Bearer ecl_YOUR_TOKEN")' in questions(client, visits, Language.R)["rows"]


def test_no_word_of_what_everyone_may_not_read_is_shown(client, visits):
    page = client.get(reverse("datasets:api", args=[visits.slug])).content.decode()

    assert "Durand" not in page
    assert "sponsor" not in page


# --- Try it ---------------------------------------------------------------------------------------
def tried(client, dataset, **asked: str):
    return client.get(reverse("datasets:api_try", args=[dataset.slug]), asked).context["answer"]


def test_nothing_is_asked_before_the_form_is_sent(client, visits):
    page = client.get(reverse("datasets:api_try", args=[visits.slug]))

    assert page.status_code == 200
    assert "answer" not in page.context


def test_the_answer_is_that_of_the_api(client, visits):
    asked = {"place": "rows", "columns": "number,cost", "order": "-number", "is.cost": "5", "by.cost": "gte"}

    page = client.get(reverse("datasets:api_try", args=[visits.slug]), asked)
    answer = page.context["answer"]

    assert (answer.status, answer.phrase) == (200, "OK")
    assert json.loads(answer.body)["results"] == [{"number": 2, "cost": 20}, {"number": 1, "cost": 10.5}]
    assert dict(answer.headers)["Content-Type"] == "application/json"
    assert {"ETag", "Last-Modified"} <= dict(answer.headers).keys()
    direct = client.get(page.context["address"].partition("/api")[1] + page.context["address"].partition("/api")[2])
    assert direct.json() == json.loads(answer.body)


def test_groups_and_statistics_of_any_entity_are_asked(client, visits):
    groups = tried(client, visits, place="rows/aggregate", entity="service", group_by="code", count="*")
    nothing = tried(client, visits, place="nowhere", entity="visit", limit="1")

    assert json.loads(groups.body)["results"] == [{"code": "CAR", "count": 1}, {"code": "URG", "count": 1}]
    assert json.loads(nothing.body)["results"][0]["number"] == 1


def test_what_is_refused_is_an_answer_too(client, visits):
    answer = tried(client, visits, place="rows", **{"is.cost": "cheap"})

    assert answer.status == 400
    assert not answer.is_well
    assert json.loads(answer.body)["errors"][0]["parameter"] == "cost"


def test_a_long_body_is_cut(client, lake_folder, no_table_left):
    rows = [[f"C{n}", "x" * 100, None, None] for n in range(100)]
    dataset = add_tables(make_dataset(), {SERVICES: rows}).dataset

    answer = tried(client, dataset, place="rows")

    assert answer.is_cut
    assert len(answer.body) == 4_000


def test_one_reads_by_trying_what_one_may_read_and_no_more(client, visits):
    type(visits).objects.update(visibility="internal")

    def status(user) -> tuple[int, bool]:
        client.force_login(user)
        page = client.get(reverse("datasets:api_try", args=[visits.slug]), {"place": "rows"})
        return page.status_code, "Durand" in page.content.decode()

    assert status(person()) == (404, False)
    assert status(person(Role.OPERATOR)) == (200, False)
    assert status(person(Role.AI_DEVELOPER)) == (200, True)


def test_what_the_browser_keeps_changes_nothing(client, visits):
    first = tried(client, visits, place="rows")

    page = client.get(
        reverse("datasets:api_try", args=[visits.slug]),
        {"place": "rows"},
        headers={"If-None-Match": dict(first.headers)["ETag"], "Authorization": "Bearer nobody"},
    )

    assert page.context["answer"].status == 200
