"""The runs: the list, the page of one while it goes on and once it is over, stopping it, going on with it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.requesting import request_run
from tests.collection.factories import RunFactory
from tests.collection.pages.conftest import CSV
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

LIST = "/collecte/executions/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def running(file_source):
    """A run that a worker is half way through."""

    def running(**fields):
        now = timezone.now()
        told = {
            "state": RunState.RUNNING,
            "started_at": now - timedelta(seconds=30),
            "lease_owner": "6f0b8f3e-0000-4000-8000-000000000001",
            "lease_until": now + timedelta(minutes=1),
            "plan": {"config": {"delimiter": "semicolon"}, "columns": ["a", "b"], "parts": []},
            "bytes_total": 1_000,
            "bytes_read": 500,
            "rows_read": 60,
            "rows_kept": 59,
            "rows_rejected": 1,
        }
        return RunFactory(source=file_source(), **told | fields)

    return running


def fragment_of(run):
    return reverse("collection:run_progress", args=[run.pk])


def page_of(answer):
    return Page(answer.text)


def test_an_empty_list_says_what_a_run_is(browser):
    assert "No run yet" in page_of(browser.get(LIST)).texts("h3")


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_costs_the_same_for_two_runs_and_for_twenty(browser, file_source, count):
    source = file_source()
    for _number in range(count):
        Run.objects.create(source=source, state=RunState.CANCELLED)
    browser.get(LIST)

    with assertNumQueries(12):
        browser.get(LIST)


def test_the_list_is_filtered_by_source_and_state_and_goes_by_pages(browser, file_source):
    source = file_source(name="Une")
    other = RunFactory(source=file_source(name="Autre"), state=RunState.FAILED)
    for _number in range(26):
        Run.objects.create(source=source, state=RunState.CANCELLED)

    by_source = browser.get(f"{LIST}?source=autre").context["rows"]
    by_state = browser.get(f"{LIST}?etat=cancelled&page=2")

    assert [run.pk for run, _tone in by_source] == [other.pk]
    assert len(by_state.context["rows"]) == 1
    assert "etat=cancelled" in by_state.text


def test_a_filter_that_means_nothing_is_said_and_filters_nothing(browser):
    RunFactory()

    answer = browser.get(f"{LIST}?source=inconnue")

    assert "source" in answer.context["form"].errors
    assert len(answer.context["rows"]) == 1


def test_a_run_that_goes_on_shows_how_far_it_is_and_refreshes_itself(browser, running):
    run = running()

    page = page_of(browser.get(run.get_absolute_url()))

    assert page.one("progress")["value"] == "50"
    assert any(text.startswith("Running for 30 s. All is well: the end is expected about") for text in page.texts("p"))
    (live,) = (each for each in page.all("div") if each.get("id") == "run-live")
    assert live["hx-get"].startswith(fragment_of(run))
    assert live["hx-trigger"] == "every 5s"


def test_a_frozen_page_does_not_refresh_itself(browser, running):
    run = running()

    answer = browser.get(f"{run.get_absolute_url()}?figer=1")

    assert "hx-get" not in answer.text
    assert "htmx" not in answer.text
    assert "Follow again" in answer.text


@pytest.mark.parametrize("state", [each for each in RunState if each.is_over])
def test_a_run_that_is_over_does_not_refresh_itself(browser, running, state):
    run = running(state=state, lease_owner=None, lease_until=None)

    assert "hx-get" not in browser.get(run.get_absolute_url()).text
    assert "hx-get" not in browser.get(fragment_of(run), headers=HTMX).text


def test_the_part_that_refreshes_is_no_page_by_itself(browser, running):
    run = running()

    assert browser.get(fragment_of(run)).headers["Location"] == run.get_absolute_url()


@pytest.mark.parametrize(
    ("read", "said", "told"),
    [(500, 0, "50% read."), (500, 2, None), (740, 2, None), (760, 2, "76% read."), (100, 0, None)],
)
def test_how_far_it_is_is_told_aloud_at_each_quarter_and_not_twice(browser, running, read, said, told):
    run = running(bytes_read=read)

    page = page_of(browser.get(f"{fragment_of(run)}?dit={said}", headers=HTMX))

    (live,) = (each for each in page.all("div") if each.get("id") == "run-live")
    assert live.get("data-announce") == told


def test_its_end_is_told_aloud_once_with_a_new_title(browser, collected):
    run = collected()

    page = page_of(browser.get(f"{fragment_of(run)}?dit=3", headers=HTMX))

    (live,) = (each for each in page.all("div") if each.get("id") == "run-live")
    assert live["data-announce"] == "Passed with rejects: 2 rows kept, 2 records set aside."
    assert page.texts("title") == [f"Run no. {run.pk}: Succeeded – Écluse"]


@pytest.mark.parametrize("said", ["x", "-1", "9" * 40, "²"])
def test_what_was_told_aloud_may_be_anything(browser, running, said):
    assert browser.get(fragment_of(running()), {"dit": said}, headers=HTMX).status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"cancel_requested_at": timezone.now()}, "Being cancelled: the worker finishes the batch it is reading."),
        ({"lease_until": timezone.now() - timedelta(seconds=1)}, "Its worker no longer answers"),
        ({"started_at": None, "plan": {}}, "A worker is finding out what there is to read."),
        ({"bytes_total": 0, "bytes_read": 0}, "Running for 30 s."),
    ],
)
def test_what_a_run_is_doing_is_said(browser, running, fields, said):
    page = page_of(browser.get(running(**fields).get_absolute_url()))

    assert any(text.startswith(said) for text in page.texts("p"))


def test_a_run_that_no_worker_takes_says_so(browser):
    run = RunFactory(source__kind="file")
    Run.objects.update(requested_at=timezone.now() - timedelta(minutes=5))

    assert "every worker is busy, or none is running" in browser.get(run.get_absolute_url()).text


def test_a_run_that_passed_shows_its_gate_its_figures_and_its_digests(browser, collected):
    run = collected()
    segment = run.segments.get()

    page = page_of(browser.get(run.get_absolute_url()))

    assert "Gate open: 4 checks hold" in page.texts("p")
    assert {segment.sha256, run.files.get().digest} <= set(page.texts("code"))
    assert "out of 4 records read" in page.texts("dd")
    assert [text for text in page.texts("a") if text.startswith("Too")] == ["Too few columns", "Too many columns"]


def test_a_run_held_at_the_gate_says_what_blocks_and_what_datasets_do_meanwhile(browser, collected):
    run = collected(max_rejected_share=1)

    answer = browser.get(run.get_absolute_url())

    assert run.state == RunState.HELD
    assert "Held at the gate: one check blocks (2 rows kept, 2 records set aside)." in page_of(answer).texts("p")
    assert "Datasets go on with the last run that passed." in answer.text


def test_a_run_that_failed_says_why_what_to_do_and_that_nothing_is_lost(browser, file_source):
    run = RunFactory(
        source=file_source(),
        state=RunState.FAILED,
        error_kind="config",
        error_code="empty_file",
        error_details={"name": "gens.csv"},
        finished_at=timezone.now(),
        rows_read=9,
        rows_kept=9,
    )

    answer = browser.get(run.get_absolute_url())

    assert "The file “gens.csv” is empty" in answer.text
    assert "Check what was exported" in answer.text
    assert "Nothing is lost: the 9 rows that landed stay" in answer.text
    assert {"retry", "collect-again"} <= {each.get("id") for each in page_of(answer).all("button")}


@pytest.mark.parametrize("bad_records", [2, 300])
def test_the_page_costs_the_same_whatever_it_rejected(browser, collected, bad_records):
    content = CSV + b"Eve;Dole;4\n" * 1_000 + b"x\n" * (bad_records - 2)
    run = collected(content=content, max_rejected_share=100)
    browser.get(run.get_absolute_url())

    with assertNumQueries(19):
        browser.get(run.get_absolute_url())


def test_cancelling_is_confirmed_and_says_what_is_kept(browser, running):
    run = running()
    address = reverse("collection:run_cancel", args=[run.pk])

    asked = browser.get(address).text
    answer = browser.post(address, follow=True)

    run.refresh_from_db()
    assert "The 59 rows that have landed are <strong>kept</strong>" in asked
    assert run.cancel_requested_at
    assert "The run is being cancelled." in answer.text
    assert "Cancel…" not in answer.text


def test_cancelling_what_is_over_says_so(browser, running):
    run = running(state=RunState.SUCCEEDED, lease_owner=None, lease_until=None)
    address = reverse("collection:run_cancel", args=[run.pk])

    assert "This run is over" in browser.get(address).text
    assert "This run is over already." in browser.post(address, follow=True).text


def test_a_cancelled_run_goes_on_from_its_page(browser, file_source):
    run = RunFactory(source=file_source(), state=RunState.CANCELLED, finished_at=timezone.now())

    answer = browser.post(reverse("collection:run_retry", args=[run.pk]), follow=True)

    run.refresh_from_db()
    assert run.state == RunState.WAITING
    assert "The run goes on from where it stopped." in answer.text


def test_a_run_that_cannot_go_on_says_why(browser, collected):
    run = collected()

    answer = browser.post(reverse("collection:run_retry", args=[run.pk]), follow=True)

    assert "Only a run that failed or was cancelled can go on." in answer.text


def test_a_retention_that_is_over_is_told(browser, collected):
    run = collected()
    run.segments.all().delete()
    Run.objects.update(segments_deleted_at=timezone.now())

    assert "the retention of the source is over" in browser.get(run.get_absolute_url()).text


def test_collecting_again_reads_the_file_anew(collected, browser):
    first = collected()

    browser.post(reverse("collection:source_collect", args=[first.source.slug]))

    second = collect(run_id=first.source.active_run().pk) or first.source.latest_run()
    assert second.pk != first.pk
    assert request_run(source=first.source, by=None).pk > second.pk
