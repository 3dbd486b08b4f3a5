"""Following a build, stopping it, reading what it set aside."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from apps.datasets.engine import Reason
from apps.datasets.enums import BuildPhase, BuildState, RejectReason
from apps.datasets.models import Build
from apps.datasets.quarantine import reason_text
from apps.datasets.requesting import request_build

ENGLISH = {"accept-language": "en"}
HTMX = {"HX-Request": "true", "accept-language": "en"}


@pytest.fixture
def waiting(towns) -> Build:
    return request_build(dataset=towns, by=None)


def address(name, build):
    return reverse(f"datasets:{name}", args=[build.dataset.slug, build.pk])


def test_asking_for_a_build_leads_to_its_page(developer, towns):
    answer = developer.post(reverse("datasets:build_new", args=[towns.slug]))

    assert answer.headers["Location"] == towns.latest_build().get_absolute_url()


def test_asking_twice_is_refused_with_words(developer, towns, waiting):
    page = developer.post(reverse("datasets:build_new", args=[towns.slug]), follow=True, headers=ENGLISH)

    assert "This dataset is being built already." in page.content.decode()


def test_a_build_under_way_refreshes_itself_until_the_page_is_held_still(developer, waiting):
    live = developer.get(waiting.get_absolute_url()).content.decode()
    still = developer.get(f"{waiting.get_absolute_url()}?figer=1").content.decode()

    assert 'hx-trigger="every 5s"' in live
    assert "hx-trigger" not in still


def test_the_fragment_announces_a_phase_once(developer, waiting):
    Build.objects.filter(pk=waiting.pk).update(state=BuildState.RUNNING, phase=BuildPhase.CLEAN)

    first = developer.get(address("build_progress", waiting), {"dit": "read"}, headers=HTMX).content.decode()
    again = developer.get(address("build_progress", waiting), {"dit": "clean"}, headers=HTMX).content.decode()

    assert 'data-announce="Apply the recipe"' in first
    assert "data-announce" not in again
    assert "<html" not in first


def test_once_it_is_over_the_fragment_asks_for_the_whole_page(developer, held_towns):
    answer = developer.get(address("build_progress", held_towns.latest_build()), headers=HTMX)

    assert answer.headers["HX-Refresh"] == "true"


def test_the_fragment_opened_by_itself_leads_to_the_page(developer, waiting):
    answer = developer.get(address("build_progress", waiting))

    assert answer.headers["Location"] == waiting.get_absolute_url()


def test_cancelling_asks_first(developer, waiting):
    developer.get(address("build_cancel", waiting))
    untouched = Build.objects.get(pk=waiting.pk).state
    developer.post(address("build_cancel", waiting))

    assert untouched == BuildState.WAITING
    assert Build.objects.get(pk=waiting.pk).state == BuildState.CANCELLED


def test_a_failed_build_says_what_to_do(developer, waiting):
    Build.objects.filter(pk=waiting.pk).update(state=BuildState.FAILED, error_code="segments_gone", phase="read")

    page = developer.get(waiting.get_absolute_url(), headers=ENGLISH).content.decode()

    assert "Collect the source again, then build." in page


def test_a_held_build_counts_its_reasons(developer, held_towns):
    page = developer.get(held_towns.latest_build().get_absolute_url(), headers=ENGLISH)

    lines = [(line.label, line.column, line.count) for line in page.context["reasons"]["lines"]]
    assert sorted(lines) == [("Not a number", "Habitants", 1), ("Required value missing", "Nom", 1)]


def test_its_queries_do_not_grow_with_what_was_set_aside(developer, towns, held_towns):
    one, two = towns.builds.order_by("pk")
    developer.get(one.get_absolute_url())
    with CaptureQueriesContext(connection) as without:
        developer.get(one.get_absolute_url())

    with CaptureQueriesContext(connection) as with_rejects:
        developer.get(two.get_absolute_url())

    assert len(with_rejects) <= len(without)


# --- What was set aside ---------------------------------------------------------------------------
def test_rows_set_aside_are_read_with_their_value_and_their_record(developer, held_towns):
    page = developer.get(address("rejects", held_towns.latest_build()), headers=ENGLISH).content.decode()

    assert "Habitants: Not a number (“many”)" in page
    assert "Dominique" not in page
    assert "38001" in page


def test_a_reason_that_is_of_the_whole_row_names_no_column(towns):
    schema = towns.entities.get().schema

    with translation.override("en"):
        whole = reason_text(Reason(code=RejectReason.FILTERED, column="", value=None), schema)
        named = reason_text(Reason(code=RejectReason.MISSING, column="code", value=None), schema)

    assert whole == "Left out by a filter"
    assert named == "Code INSEE: Required value missing"


@pytest.mark.parametrize(
    ("query", "found"), [("motif=missing", ["38000"]), ("colonne=population", ["38001"]), ("motif=duplicate", [])]
)
def test_they_are_filtered_by_reason_and_by_column(developer, held_towns, query, found):
    page = developer.get(f"{address('rejects', held_towns.latest_build())}?{query}")

    codes = [dict(record)["Code"] for _reject, _reasons, record in page.context["rows"]]
    # What is no reason of this build is refused by the form, and filters nothing.
    assert codes == (found or ["38000", "38001"])


def test_the_csv_holds_no_formula(developer, held_towns):
    answer = developer.get(address("rejects_export", held_towns.latest_build()))

    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == 3
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_rows_whose_retention_is_over_are_said_to_be_deleted(developer, held_towns):
    build = held_towns.latest_build()
    build.outputs.update(rejects="")

    page = developer.get(address("rejects", build), headers=ENGLISH).content.decode()
    as_csv = developer.get(address("rejects_export", build))

    assert "the rows set aside are deleted" in page
    assert as_csv.status_code == 404
