"""Checks, build after build: which weaken."""

from datetime import UTC, datetime

import pytest

from apps.core.gates import Check, Severity, Verdict
from apps.core.interface import Tone
from apps.datasets.quality import badness, by_subject, trails


def verdicts(*builds):
    """Each build as its checks."""
    now = datetime(2026, 11, 29, tzinfo=UTC)
    return [(Verdict(judged_at=now, checks=checks), Verdict(judged_at=now, checks=checks)) for checks in builds]


def broken(share, *, passed=True, label="Ages", subject="", severity=Severity.BLOCKING):
    return Check(
        name="rule_broken",
        measured=f"3 {share}",
        expected="5",
        passed=passed,
        label=label,
        subject=subject,
        severity=severity,
    )


def test_a_check_is_followed_from_build_to_build_also_where_it_was_not_made():
    found = trails(verdicts((), (broken(1),), (broken(9, passed=False),)))

    assert [trail.states for trail in found] == [[None, Tone.OK, Tone.BAD]]


def test_a_check_that_only_warns_is_told_apart():
    found = trails(verdicts((broken(9, passed=False, severity=Severity.WARNING),)))

    assert found[0].states == [Tone.WARN]


def test_rules_of_the_same_kind_are_told_apart_by_their_names_and_tables():
    found = trails(verdicts((broken(1), broken(1, label="Towns"), broken(1, subject="Visits"))))

    assert [len(group) for group in by_subject(found).values()] == [2, 1]


def test_what_the_last_build_made_comes_first_then_what_is_no_longer_made():
    found = trails(verdicts((broken(1, label="Old"), broken(1)), (broken(1),)))

    assert [trail.checks[0].label for trail in found] == ["Ages", "Old"]
    assert found[1].last is None


@pytest.mark.parametrize(
    ("shares", "weakens"),
    [
        ((0, 1, 2), True),
        ((2, 1, 0), False),
        ((0, 1, 1), False),
        ((0, 1), False),
        ((5, 0, 1, 2), True),
        ((0, 1, 2, 1), False),
    ],
)
def test_a_check_weakens_if_what_it_measures_got_worse_twice_in_a_row(shares, weakens):
    (trail,) = trails(verdicts(*((broken(share),) for share in shares)))

    assert trail.weakens == weakens


def test_a_check_weakens_when_it_no_longer_holds_not_while_it_goes_on_failing():
    held = (broken(1),)
    failed = (broken(9, passed=False),)

    assert trails(verdicts(held, failed))[0].weakens
    assert not trails(verdicts(held, failed, failed))[0].weakens
    assert not trails(verdicts(failed))[0].weakens


def test_a_check_that_is_no_longer_made_weakens_no_more():
    assert not trails(verdicts((broken(0),), (broken(1),), (broken(2),), ()))[0].weakens


@pytest.mark.parametrize(
    ("name", "measured", "value"),
    [
        ("rule_filled", "97.5", 2.5),
        ("rule_change", "-20", 20),
        ("rule_age", "12", 12),
        ("rule_age", "", None),
        ("rejected_share", "4.00", 4),
        ("rows_kept", "1000", None),
        ("of an older release", "x", None),
    ],
)
def test_more_is_worse_whatever_is_measured(name, measured, value):
    assert badness(Check(name=name, measured=measured, passed=True)) == value
