"""The list of sources and the page of one."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertNumQueries

from apps.collection.collecting import collect
from apps.collection.enums import RunState, SourceState
from apps.collection.models import Run, Source
from apps.collection.requesting import request_run
from apps.core.gates import GateState
from apps.core.interface import Stage
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

LIST = "/collecte/"
# Nine for whoever is signed in; then the count, the page, and the last runs.
QUERIES_OF_THE_LIST = 12


def names_in(answer):
    return [row.source.name for row in answer.context["rows"]]


def test_an_empty_list_says_what_a_source_is_and_leads_to_the_first(browser):
    page = Page(browser.get(LIST).text)

    assert "No source yet" in page.texts("h3")
    assert "/collecte/sources/nouvelle/" in [link["href"] for link in page.all("a")]


def test_each_source_is_listed_with_its_last_run(browser, collected):
    run = collected()
    SourceFactory(name="Neuve")

    answer = browser.get(LIST)

    assert names_in(answer) == ["Gens", "Neuve"]
    assert f"No. {run.pk}" in answer.text
    assert "Never" in answer.text
    assert answer.context["verdict"].startswith("All is well")


def test_a_source_whose_last_run_failed_closes_the_verdict_of_the_list(browser):
    RunFactory(state=RunState.FAILED)

    assert "The last run of one source did not pass." in browser.get(LIST).text


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_costs_the_same_for_two_sources_and_for_twelve(browser, count):
    for _number in range(count):
        RunFactory(source=SourceFactory(kind="file"))
    browser.get(LIST)

    with assertNumQueries(QUERIES_OF_THE_LIST):
        browser.get(LIST)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=BROU", ["Brouillon"]),
        ("q=MARCHÉ", ["Ouverte"]),
        ("etat=draft", ["Brouillon"]),
        ("etat=closed", ["Close"]),
        ("etat=troubled", ["En échec"]),
        ("etat=running", ["En cours"]),
        ("q=rien", []),
        ("etat=absurd", ["Brouillon", "Close", "En cours", "En échec", "Ouverte"]),
        ("tri=-nom", ["Ouverte", "En échec", "En cours", "Close", "Brouillon"]),
        ("tri=absurd", ["Brouillon", "Close", "En cours", "En échec", "Ouverte"]),
        ("page=99", ["Brouillon", "Close", "En cours", "En échec", "Ouverte"]),
    ],
)
def test_the_list_is_filtered_and_sorted(browser, query, expected):
    SourceFactory(name="Brouillon", is_draft=True)
    SourceFactory(name="Close", state=SourceState.CLOSED)
    SourceFactory(name="Ouverte", description="Le marché du jeudi")
    RunFactory(source=SourceFactory(name="En échec"), state=RunState.FAILED)
    RunFactory(source=SourceFactory(name="En cours"))

    answer = browser.get(f"{LIST}?{query}")

    assert sorted(names_in(answer)) == sorted(expected)
    if "tri" in query or not query.startswith(("q", "etat")):
        assert [name[0] for name in names_in(answer)] == [name[0] for name in expected]


def test_the_page_of_a_source_says_how_its_last_run_went(browser, collected):
    run = collected()

    page = Page(browser.get(run.source.get_absolute_url()).text)

    assert page.texts("h1") == ["Gens"]
    assert "Last run: Passed with rejects: 2 rows kept, 2 records set aside." in page.texts("p")
    assert "2" in page.texts("dd")
    assert f"Run no. {run.pk}" in page.texts("h3")


def test_a_source_lives_on_the_run_from_before_the_one_that_was_held(browser, file_source, collected):
    source = file_source()
    first = collected(source)
    Source.objects.update(max_rejected_share=1)
    collect(run_id=request_run(source=source, by=None).pk)

    answer = browser.get(source.get_absolute_url())

    stage = answer.context["stages"][1]
    assert (stage.gate, stage.is_held) == (GateState.CLOSED, True)
    assert str(stage.gate_note) == f"Datasets still read run no. {first.pk}."


def test_what_the_levels_above_make_of_a_source_goes_on_its_flight(browser, file_source, monkeypatch):
    from apps.collection.readers import SourceReader, source_readers

    made = Stage(rank=30, label="Signalements", gate=GateState.OPEN)
    reader = SourceReader(stages=lambda source, viewer: [made])
    monkeypatch.setitem(source_readers.__dict__, "by_app", {"datasets": [reader]})

    answer = browser.get(file_source().get_absolute_url())

    assert [str(stage.label) for stage in answer.context["stages"]] == ["Source", "Run", "Signalements"]


@pytest.mark.parametrize("runs", [1, 9])
def test_the_page_of_a_source_costs_the_same_for_one_run_and_for_nine(browser, file_source, monkeypatch, runs):
    from apps.collection.readers import source_readers

    monkeypatch.setitem(source_readers.__dict__, "by_app", {})
    source = file_source()
    for _number in range(runs):
        Run.objects.create(source=source, state=RunState.CANCELLED)
    browser.get(source.get_absolute_url())

    with assertNumQueries(13):
        browser.get(source.get_absolute_url())


def test_collecting_from_the_page_shows_the_run(browser, file_source):
    source = file_source()

    answer = browser.post(reverse("collection:source_collect", args=[source.slug]))

    assert answer.headers["Location"] == source.active_run().get_absolute_url()


def test_whoever_collects_twice_is_shown_the_run_that_goes_on(browser, file_source):
    source = file_source()
    run = request_run(source=source, by=None)

    answer = browser.post(reverse("collection:source_collect", args=[source.slug]), follow=True)

    assert answer.redirect_chain[0][0] == run.get_absolute_url()
    assert "This source is being collected already." in answer.text
    assert source.runs.count() == 1


def test_closing_is_confirmed_and_says_what_becomes_of_the_run_that_goes_on(browser, file_source):
    source = file_source()
    run = request_run(source=source, by=None)
    address = reverse("collection:source_close", args=[source.slug])

    asked = browser.get(address).text
    source.refresh_from_db()
    was_open = source.is_open
    browser.post(address)
    source.refresh_from_db()
    run.refresh_from_db()

    assert was_open
    assert f"Run no. {run.pk}, which goes on, is <strong>cancelled</strong>." in asked
    assert (source.state, run.state) == (SourceState.CLOSED, RunState.CANCELLED)


def test_deleting_is_confirmed_and_says_how_much_goes(browser, collected):
    run = collected()
    address = reverse("collection:source_delete", args=[run.source.slug])

    asked = browser.get(address).text
    answer = browser.post(address, follow=True)

    assert "Its run is <strong>deleted</strong>" in asked
    assert "is deleted" in answer.text
    assert not Source.objects.exists()


def test_a_source_that_is_collected_is_not_deleted_and_says_so(browser, file_source):
    source = file_source()
    request_run(source=source, by=None)

    answer = browser.post(reverse("collection:source_delete", args=[source.slug]), follow=True)

    assert "stop its run first" in answer.text
    assert Source.objects.exists()


def test_a_closed_source_opens_again(browser, file_source):
    source = file_source(is_open=False)

    browser.post(reverse("collection:source_open", args=[source.slug]))

    source.refresh_from_db()
    assert source.is_open


def test_a_draft_without_a_purpose_is_sent_to_say_it(browser, file_source):
    source = file_source(is_open=False, purpose="", legal_basis="")

    answer = browser.post(reverse("collection:source_open", args=[source.slug]))

    assert answer.headers["Location"] == reverse("collection:source_rules", args=[source.slug])
