"""The quarantine of a run, to read and to take away."""

import csv
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from apps.accounts.models import AuditEvent
from apps.collection.audit_actions import AuditAction
from apps.collection.enums import RejectionReason, RunState
from apps.collection.models import Rejection, Run
from tests.collection.factories import RunFactory
from tests.core.rendering import XSS, Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def run_with(file_source):
    """A run that rejected these records: pairs of a reason and a text."""

    def run_with(*rejected):
        count = len(rejected)
        run = RunFactory(source=file_source(), state=RunState.SUCCEEDED, rows_read=count, rows_rejected=count)
        Rejection.objects.bulk_create(
            Rejection(
                run=run, part="all", seq=0, row=row, reason=reason, text=text, details={"found": 1, "expected": 3}
            )
            for row, (reason, text) in enumerate(rejected, start=1)
        )
        return run

    return run_with


def pages_of(run):
    return [reverse(f"collection:{name}", args=[run.pk]) for name in ("rejections", "rejections_export")]


FEW, MANY = RejectionReason.TOO_FEW_COLUMNS, RejectionReason.TOO_MANY_COLUMNS


def test_nothing_rejected_is_said_and_leads_back_to_the_run(browser, run_with):
    run = run_with()

    page = Page(browser.get(pages_of(run)[0]).text)

    assert "Nothing in quarantine" in page.texts("h2")
    assert run.get_absolute_url() in [link["href"] for link in page.all("a")]


def test_reasons_come_the_most_frequent_first_with_their_share(browser, run_with):
    run = run_with((FEW, "a"), (MANY, "b"), (MANY, "c"), (MANY, "d"))

    answer = browser.get(pages_of(run)[0])

    assert [(each.label, each.count, each.share) for each in answer.context["reasons"]] == [
        ("Too many columns", 3, 0.75),
        ("Too few columns", 1, 0.25),
    ]
    assert [bar["width"] for bar in Page(answer.text).all("rect")] == ["0.75", "0.25"]


def test_a_record_says_its_number_why_and_its_text(browser, run_with):
    page = Page(browser.get(pages_of(run_with((FEW, XSS)))[0]).text)

    assert "3 cells were expected, and 1 found: too few." in page.texts("td")
    assert " ".join(XSS.split()) in page.texts("code")


def test_a_text_that_is_not_kept_is_told(browser, run_with):
    assert "Their text is not kept" in browser.get(pages_of(run_with((FEW, "")))[0]).text


def test_records_are_filtered_by_reason(browser, run_with):
    run = run_with((FEW, "a"), (MANY, "b"))

    answer = browser.get(pages_of(run)[0], {"motif": MANY})

    assert [each.text for each, _why in answer.context["rows"]] == ["b"]
    assert f"?motif={MANY}" in answer.text


def test_a_reason_that_the_run_never_met_is_said_and_filters_nothing(browser, run_with):
    answer = browser.get(pages_of(run_with((FEW, "a")))[0], {"motif": MANY})

    assert "motif" in answer.context["form"].errors
    assert len(answer.context["rows"]) == 1


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_costs_the_same_for_one_record_and_for_sixty(browser, run_with, count):
    run = run_with(*[(FEW, "a")] * count)
    browser.get(pages_of(run)[0])

    with assertNumQueries(13):
        browser.get(pages_of(run)[0])


def test_the_export_holds_what_the_page_shows_and_no_formula(browser, run_with):
    run = run_with((FEW, "=HYPERLINK()"), (MANY, 'a;"b"\nc'), (MANY, "@x"))

    answer = browser.get(pages_of(run)[1], {"motif": MANY})
    whole = browser.get(pages_of(run)[1])

    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rejets-{run.pk}.csv"'
    assert [(row["record"], row["reason"], row["text"]) for row in rows] == [
        ("2", MANY, 'a;"b"\nc'),
        ("3", MANY, "'@x"),
    ]
    assert "'=HYPERLINK()" in b"".join(whole.streaming_content).decode()


def test_taking_them_away_leaves_a_trail(browser, run_with):
    run = run_with((FEW, "a"))

    browser.get(pages_of(run)[1], {"motif": FEW})

    event = AuditEvent.objects.get(action=AuditAction.REJECTIONS_EXPORTED)
    assert (event.subject_id, event.details) == (str(run.pk), {"reason": FEW})


def test_records_deleted_in_due_time_are_told(browser, run_with):
    run = run_with((FEW, "a"))
    run.rejections.all().delete()
    Run.objects.update(segments_deleted_at=timezone.now())

    assert "The retention of the source is over" in browser.get(pages_of(run)[0]).text
