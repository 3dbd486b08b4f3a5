"""The documentation of a recipe: what it says, to whom, of today and of each version."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.recipe_markdown import plain
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import key_of, pads
from tests.datasets.factories import built

ENGLISH = {"accept-language": "en"}
WHY = "Typed *by hand* until 2024."


@pytest.fixture
def noted(towns):
    """Its recipe says why it trims; a rule looks at a column that is read by right."""
    design = design_of(towns)
    document = design.documents["town"]
    document["inputs"][0]["steps"][1]["note"] = WHY
    document["inputs"][0]["steps"].append({"step": "pseudonymise", "columns": ["mayor"]})
    document["rules"] = [
        {"rule": "range", "columns": ["population"], "min": 1, "severity": "quarantine"},
        {"rule": "completeness", "columns": ["mayor"], "min_share": 10, "severity": "warn"},
    ]
    change_design(
        dataset=towns, design=Design(model=design.model, recipes={"town": Recipe.from_document(document)}), by=None
    )
    assert built(towns).state == "published"
    return towns


def page_of(browser, dataset, number=0, markdown=False):
    name = f"{'version_' if number else ''}documentation{'_markdown' if markdown else ''}"
    answer = browser.get(
        reverse(f"datasets:{name}", args=[dataset.slug, *([number] if number else [])]), headers=ENGLISH
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_the_recipe_does_why_and_what_follows(developer, noted):
    said = page_of(developer, noted, markdown=True)

    assert "2. Take away the spaces around each value." in said
    assert r"Why: Typed \*by hand\* until 2024." in said
    assert "The rows that break it are set aside, with the reason." in said
    assert "If it is broken, the report of the gate says so; the version is published." in said
    assert f"python manage.py build {noted.slug}" in said
    assert "| Tool | duckdb |" in said


@pytest.mark.parametrize("number", [0, 2], ids=["today", "version"])
def test_the_page_and_the_file_say_the_same_sql(developer, noted, number):
    sql = noted.current_version.build.sql

    assert sql in page_of(developer, noted, number, markdown=True)
    assert "COPY (" in page_of(developer, noted, number)


@pytest.mark.parametrize("number", [0, 2], ids=["today", "version"])
def test_no_secret_is_in_it(developer, noted, number):
    made = pads(key_of(noted.slug, secret=settings.PSEUDONYM_KEY))

    said = page_of(developer, noted, number, markdown=True)

    assert "PSEUDONYM_KEY" in said
    assert settings.PSEUDONYM_KEY not in said
    assert not any(pad in said for pad in made.values())


def test_a_version_is_told_as_it_was_made(developer, noted):
    first, second = page_of(developer, noted, 1), page_of(developer, noted, 2)

    assert "Typed" not in first
    assert "Typed" in second
    assert "run no." in first


def test_a_recipe_that_no_build_applied_yet_is_compiled(developer, noted):
    design = design_of(noted)
    document = design.documents["town"]
    document["inputs"][0]["steps"][1]["columns"] = ["name"]
    change_design(
        dataset=noted, design=Design(model=design.model, recipes={"town": Recipe.from_document(document)}), by=None
    )

    said = page_of(developer, noted, markdown=True)

    assert "SELECT" in said
    assert "COPY (" not in said


@pytest.mark.parametrize("number", [0, 2], ids=["today", "version"])
def test_a_stranger_learns_nothing_of_a_column_that_is_read_by_right(client, noted, number):
    type(noted).objects.filter(pk=noted.pk).update(visibility="public")

    for said in (page_of(client, noted, number), page_of(client, noted, number, markdown=True)):
        assert "mayor" not in said.lower()
        assert "maire" not in said.lower()
        assert "Typed" not in said
        assert "COPY (" not in said
        assert "population" in said.lower() or "Habitants" in said


def test_the_page_of_the_recipe_hides_the_rules_on_what_is_read_by_right(client, noted):
    type(noted).objects.filter(pk=noted.pk).update(visibility="public")

    page = client.get(reverse("datasets:recipe", args=[noted.slug])).content.decode()

    assert "mayor" not in page.lower()


@pytest.mark.parametrize("role", list(Role))
def test_the_sql_is_for_those_who_see_builds(as_role, noted, role):
    browser = as_role(role)
    person = browser.get("/").wsgi_request.user
    if not person.has_perm("datasets.view_dataset"):
        return

    said = page_of(browser, noted, 2)

    assert ("COPY (" in said) == person.has_perm("datasets.view_build")


def test_its_queries_do_not_grow_with_the_versions(developer, noted):
    page_of(developer, noted, 1)
    with CaptureQueriesContext(connection) as first:
        page_of(developer, noted, 1)

    with CaptureQueriesContext(connection) as second:
        page_of(developer, noted, 2)

    assert len(second) <= len(first)


def test_what_people_wrote_is_no_markup():
    assert plain("a | *b*\n<script>") == r"a \| \*b\* \<script\>"
