"""The gate of a build, and its report in words."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from apps.core.gates import GateState
from apps.datasets.enums import BuildState
from apps.datasets.judging import CheckName, Tally, judge
from apps.datasets.models import Build
from apps.datasets.telling import failure_of, verdict_of
from tests.datasets.factories import TOWNS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged(*, share=5, before=None, **tally):
    return judge(tally=Tally(**tally), schema=TOWNS, max_rejected_share=Decimal(share), rows_before=before, now=NOW)


def by_name(verdict):
    return {check.name: check for check in verdict.checks}


def test_rows_that_all_pass_open_the_gate():
    verdict = judged(kept=100)

    assert verdict.is_open
    assert [check.name for check in verdict.checks] == [
        CheckName.ROWS_KEPT,
        CheckName.REJECTED_SHARE,
        CheckName.REQUIRED_FILLED,
        CheckName.NO_DUPLICATE,
    ]


@pytest.mark.parametrize(
    ("tally", "blocking"),
    [
        ({"kept": 0}, ["rows_kept"]),
        ({"kept": 0, "rejected": 3}, ["rows_kept", "rejected_share"]),
        ({"kept": 95, "rejected": 5}, []),
        ({"kept": 949, "rejected": 51}, ["rejected_share"]),
    ],
)
def test_no_row_or_too_many_rejected_close_it(tally, blocking):
    assert [check.name for check in judged(**tally).blocking] == blocking


@pytest.mark.parametrize(("kept", "warnings"), [(50, []), (49, ["rows_as_before"]), (200, [])])
def test_much_fewer_rows_than_before_are_a_warning_that_lets_through(kept, warnings):
    verdict = judged(kept=kept, before=100)

    assert [check.name for check in verdict.warnings] == warnings
    assert verdict.state == GateState.OPEN


@pytest.mark.parametrize("before", [None, 0])
def test_nothing_is_compared_with_when_nothing_was_before(before):
    assert "rows_as_before" not in by_name(judged(kept=1, before=before))


def test_the_rules_on_columns_hold_and_say_how_many_values_were_set_aside_for_them():
    checks = by_name(judged(kept=97, rejected=3, reasons={"missing": 2, "duplicate": 1, "not_a_number": 4}))

    assert checks["required_filled"].passed
    assert (checks["required_filled"].measured, checks["required_filled"].expected) == ("2", "code, name")
    assert (checks["no_duplicate"].measured, checks["no_duplicate"].expected) == ("1", "code")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_check_has_words_and_the_verdict_keeps_its_numbers(language):
    verdict = judged(kept=1, rejected=1_499, before=10, reasons={"missing": 1_499})
    build = Build(verdict=verdict.as_json())

    with translation.override(language):
        told = {check.name: check for check in verdict_of(build).checks}

    assert not set(told) & set(CheckName)
    assert all(check.name and check.measured and check.expected for check in told.values())
    assert build.judged == verdict


def test_a_check_is_told_in_plain_words():
    build = Build(verdict=judged(kept=900, rejected=100, reasons={"duplicate": 1}).as_json())

    with translation.override("en"):
        told = verdict_of(build)

    share = told.blocking[0]
    assert (share.measured, share.expected) == ("10%", "5% at most")
    assert "source or the recipe" in share.message
    assert [check.measured for check in told.passed] == ["900 rows", "no value missing", "1 row set aside"]


def test_a_check_that_the_gate_no_longer_makes_stays_as_it_was_written():
    stored = judged(kept=1).as_json()
    stored["checks"][0]["name"] = "an_older_one"

    assert verdict_of(Build(verdict=stored)).checks[0].name == "an_older_one"


def test_a_failure_is_told_and_one_of_an_older_release_too():
    broken = Build(state=BuildState.FAILED, error_code="recipe_broken", error_details={"reason": "No column Nom."})
    older = Build(state=BuildState.FAILED, error_code="recipe_broken")
    unknown = Build(state=BuildState.FAILED, error_code="gone", error_details={"error": "KeyError"})

    assert "No column Nom." in failure_of(broken).advice
    assert failure_of(older).title
    assert "KeyError" in failure_of(unknown).detail
    assert failure_of(Build(state=BuildState.HELD)) is None
