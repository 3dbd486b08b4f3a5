"""The sheet of a query: made from a real database, completed by its author, measured, and kept for each version."""

import sqlite3
from contextlib import closing
from io import BytesIO

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.models import QueryVersion
from apps.collection.sourcing import change_source, create_source, keep_upload
from tests.core.rendering import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder")]

QUERY = "SELECT service, count(*) AS reports FROM report WHERE priority > :least GROUP BY service"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "town.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE report (id INTEGER PRIMARY KEY, service TEXT, priority INTEGER)")
        rows = [(number, f"service {number % 12}", number % 5) for number in range(20_000)]
        database.executemany("INSERT INTO report VALUES (?, ?, ?)", rows)
        database.commit()
    stored = keep_upload(file=BytesIO(path.read_bytes()), name="town.sqlite")
    config = {
        "system": "sqlite",
        "upload": {"digest": stored.digest, "name": stored.name},
        "query": QUERY,
        "parameters": ["least = 3"],
    }
    return create_source(name="Town", kind="sql", config=config, by=None)


def address(source):
    return reverse("collection:source_query", args=[source.slug])


def test_a_query_without_a_sheet_offers_to_make_it(browser, source):
    page = Page(browser.get(address(source)).text)

    assert "Make the sheet" in page.texts("button")


def test_a_sheet_says_what_is_asked_how_it_is_done_and_what_could_be_done(browser, source):
    browser.post(address(source), {"explain": "1"})

    page = Page(browser.get(address(source)).text)

    assert QUERY in page.texts("code")[0]
    assert any("report" in said for said in page.texts("li"))
    assert "Filter: priority > :least (optional)" in page.texts("label")


def test_reasons_are_kept_and_stay_with_what_does_not_change(browser, source):
    browser.post(address(source), {"explain": "1"})
    sheet = QueryVersion.objects.get().told
    reasons = {f"why_{rank}": f"because {rank}" for rank in range(len(sheet.clauses))}
    browser.post(address(source), {"save": "1", "purpose": "Knowing who is busy"} | reasons)
    changed = source.config | {"query": QUERY + " ORDER BY service"}
    change_source(source=source, changes={"config": changed}, by=None)

    browser.post(address(source), {"explain": "1"})

    before, after = (version.told for version in QueryVersion.objects.order_by("pk"))
    assert before.purpose == after.purpose == "Knowing who is busy"
    assert [clause.why for clause in after.clauses if clause.kind != "order"] == list(reasons.values())
    assert [clause.why for clause in after.clauses if clause.kind == "order"] == [""]


def test_an_optimisation_is_kept_with_its_measures_before_and_after(browser, source):
    browser.post(address(source), {"explain": "1"})
    browser.post(address(source), {"measure": "1", "optimisation": ""})

    browser.post(address(source), {"measure": "1", "optimisation": "An index on priority"})

    (done,) = QueryVersion.objects.get().told.optimisations
    assert done.what == "An index on priority"
    assert done.before.rows == done.after.rows == 12
    assert done.before.is_whole


def test_a_source_that_sends_no_query_has_no_such_page(browser, file_source):
    assert browser.get(address(file_source())).status_code == 404


def test_whoever_may_not_change_sources_is_refused(signed_in_as, source):
    assert signed_in_as(Role.OPERATOR).get(address(source)).status_code == 403


def test_a_database_that_cannot_be_read_says_why(browser, source):
    change_source(source=source, changes={"config": source.config | {"query": "SELECT nothing FROM report"}}, by=None)

    answer = browser.post(address(source), {"explain": "1"}, follow=True)

    assert not QueryVersion.objects.exists()
    assert "does not understand the query" in str(list(answer.context["messages"]))
