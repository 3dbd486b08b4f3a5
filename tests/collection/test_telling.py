"""What happened, in words, in both languages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from apps.collection.contract import Agreement, Limits, Stop, Tally, judge, judge_columns
from apps.collection.enums import EventCode, RejectionReason, RunState
from apps.collection.exceptions import CollectionError
from apps.collection.models import Rejection, Run, RunEvent
from apps.collection.telling import event_text, failure_of, reason_text, verdict_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def failed(code, kind="config", **details):
    return Run(state=RunState.FAILED, error_kind=kind, error_code=code, error_details=details)


def test_a_run_that_did_not_fail_has_no_failure():
    assert failure_of(Run(state=RunState.HELD)) is None


def test_a_failure_says_what_it_is_and_what_to_do_from_its_code_and_details():
    with override("en"):
        failure = failure_of(failed("site_refuses_us", kind="auth", host="example.org", status=403))

    assert failure.title == "example.org does not let us in (status 403)"
    assert failure.advice == "Check that the address is public, or the key and its rights."
    assert failure.detail == "site_refuses_us host=example.org status=403"


def test_what_may_pass_says_that_the_run_can_go_on():
    with override("en"):
        failure = failure_of(failed("site_too_slow", kind="transient", host="example.org"))

    assert failure.advice.endswith("retry the run later, and it goes on from where it stopped.")


def test_a_code_of_the_house_is_told_as_the_house_tells_it():
    with override("en"):
        assert failure_of(failed("lease_lost")).title == "Another process works on this"


@pytest.mark.parametrize("code", ["never_heard_of", "collection_unexpected", ""])
def test_what_nobody_knows_is_told_as_a_bug(code):
    failure = failure_of(failed(code, kind="bug"))

    assert failure.title == str(CollectionError.title)
    assert failure.advice == str(CollectionError.advice)


def test_details_that_are_missing_do_not_break_the_page():
    assert "%(host)s" in failure_of(failed("site_too_slow")).title


@pytest.mark.parametrize("reason", RejectionReason)
def test_every_reason_is_told_even_without_its_details(reason):
    assert reason_text(Rejection(reason=reason)).strip()
    assert "%(" not in reason_text(Rejection(reason=reason))


def test_a_reason_is_told_with_its_details():
    details = {"column": "ville", "byte": "0x81", "encoding": "utf-8"}
    with override("en"):
        told = reason_text(Rejection(reason=RejectionReason.INVALID_ENCODING, details=details))

    assert told == "The byte 0x81, in the column “ville”, is not a character in utf-8."


def held():
    verdict = judge(
        tally=Tally(read=12_345, rejected=1_000),
        limits=Limits(rows=999, share=Decimal("2.5")),
        columns=judge_columns(found={"a": "", "new": ""}, previous=["a", "b"], agreement=Agreement()),
        stopped_by=Stop.REJECTS,
        now=NOW,
    )
    return Run(verdict=verdict.as_json())


@pytest.mark.parametrize(
    ("language", "measured", "expected"), [("en", "8.1 %", "2.5 % at most"), ("fr", "8,1 %", "2,5 %")]
)
def test_a_verdict_is_told_in_the_language_of_its_reader(language, measured, expected):
    with override(language):
        checks = {check.expected: check for check in verdict_of(held()).checks}

        (share,) = [check for said, check in checks.items() if said.replace("\u00a0", " ").startswith(expected)]
        assert share.measured.replace("\u00a0", " ") == measured


def test_telling_a_verdict_changes_nothing_of_it():
    run = held()

    told = verdict_of(run)

    assert [check.passed for check in told.checks] == [check.passed for check in run.judged.checks]
    assert (told.state, told.judged_at) == (run.judged.state, NOW)
    assert all(check.name.strip() and "_" not in check.name for check in told.checks)
    assert all(check.message for check in told.checks if check.blocks)


def test_a_run_that_was_not_judged_has_no_verdict():
    assert verdict_of(Run()) is None


@pytest.mark.parametrize(
    ("code", "details", "said"),
    [
        (EventCode.STARTED, {}, "Started"),
        (EventCode.JUDGED, {"is_open": True}, "Judged: the gate opened."),
        (EventCode.JUDGED, {"is_open": False}, "Judged: the gate stayed closed."),
        (EventCode.JUDGED, {}, "Judged"),
        (
            EventCode.RETRIED,
            {"problem": "source_unavailable", "seconds": 4.2},
            "The source does not answer. Tried again after 4.2 s.",
        ),
        (EventCode.RETRIED, {"problem": "no_such_code", "seconds": 1}, "no_such_code. Tried again after 1 s."),
        (EventCode.RETRIED, {}, "Tried again"),
    ],
)
def test_the_log_is_told_in_words(code, details, said):
    with override("en"):
        assert event_text(RunEvent(code=code, details=details)) == said
