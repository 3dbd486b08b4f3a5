"""The gate of a build, and its report in words."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from apps.core.gates import GateState
from apps.datasets.enums import BuildState
from apps.datasets.judging import CheckName, Judged, Tally, judge
from apps.datasets.models import Build
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.rules.base import RuleCheck
from apps.datasets.telling import failure_of, verdict_of
from tests.datasets.factories import TOWNS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged(*, share=5, before=None, rules=(), found=None, found_before=None, **tally):
    return judge(
        entities=[entity(before, rules, found, found_before, **tally)], max_rejected_share=Decimal(share), now=NOW
    )


def entity(before=None, rules=(), found=None, found_before=None, **tally):
    asked = Recipe.from_document({"inputs": [{"source": "s", "steps": [{"step": "trim"}]}], "rules": list(rules)}).rules
    return Judged(
        schema=TOWNS,
        tally=Tally(**tally),
        rows_before=before,
        rules=asked,
        found=found or {},
        found_before=found_before or {},
    )


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


def by_rule(verdict):
    return [(check.label, check.passed, check.blocks, check.measured) for check in verdict.checks if check.label]


@pytest.mark.parametrize(
    ("rule", "broken", "passed"),
    [({}, 0, True), ({}, 1, False), ({"max_share": 2}, 2, True), ({"max_share": 2}, 3, False)],
)
@pytest.mark.parametrize("severity", ["block", "warn"])
def test_a_rule_on_rows_holds_if_no_more_of_them_break_it_than_it_tolerates(rule, broken, passed, severity):
    asked = {"rule": "required", "columns": ["name"], "severity": severity} | rule

    verdict = judged(kept=100, rules=[asked], found={"required(name)": {"broken": broken}})

    assert by_rule(verdict) == [
        ("required(name)", passed, not passed and severity == "block", f"{broken} {broken}.000")
    ]


@pytest.mark.parametrize(("limit", "state"), [({}, "open"), ({"max_share": 5}, "open"), ({"max_share": 4.9}, "closed")])
def test_rows_that_a_rule_sets_aside_block_only_over_its_limit(limit, state):
    asked = {"rule": "required", "columns": ["name"], "name": "named", "severity": "quarantine"} | limit

    assert judged(kept=95, rejected=5, rules=[asked], broken={"named": 5}).state == state


def test_the_checks_of_several_entities_say_which_they_are_about():
    towns, others = entity(kept=1), replace(entity(kept=0), schema=replace(TOWNS, name="other", label=""))

    verdict = judge(entities=[towns, others], max_rejected_share=Decimal(5), now=NOW)

    assert [(check.subject, check.name) for check in verdict.blocking] == [("other", "rows_kept")]
    assert {check.subject for check in verdict.checks} == {TOWNS.title, "other"}


@pytest.mark.parametrize(
    ("rule", "facts", "passed"),
    [
        ({"rule": "row_count", "min": 10}, {"kept": 9}, False),
        ({"rule": "row_count", "min": 10, "max": 20}, {"kept": 20}, True),
        ({"rule": "row_count", "max": 20}, {"kept": 21}, False),
        ({"rule": "row_count", "max_change": 10}, {"kept": 90, "before": 100}, True),
        ({"rule": "row_count", "max_change": 10}, {"kept": 111, "before": 100}, False),
        ({"rule": "completeness", "columns": ["name"], "min_share": 90}, {"kept": 10, "found": {"name": 9}}, True),
        ({"rule": "completeness", "columns": ["name"], "min_share": 90.1}, {"kept": 10, "found": {"name": 9}}, False),
        ({"rule": "freshness", "column": "d", "max_days": 3}, {"kept": 1, "found": {"newest": "2026-02-26"}}, True),
        ({"rule": "freshness", "column": "d", "max_days": 2}, {"kept": 1, "found": {"newest": "2026-02-26"}}, False),
        ({"rule": "freshness", "column": "d", "max_days": 2}, {"kept": 1, "found": {"newest": None}}, False),
        (
            {"rule": "freshness", "column": "d", "max_days": 0},
            {"kept": 1, "found": {"newest": "2026-03-01T23:59:59+00:00"}},
            True,
        ),
    ],
)
def test_rules_on_the_whole_table(rule, facts, passed):
    found = {"named": facts.pop("found", {})}

    verdict = judged(rules=[rule | {"name": "named"}], found=found, **facts)

    assert [check.passed for check in verdict.checks if check.label] == [passed]


def test_a_count_of_rows_has_nothing_to_be_compared_with_in_a_first_version():
    assert by_rule(judged(kept=1, rules=[{"rule": "row_count", "max_change": 1}])) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_check_of_a_rule_has_words(language):
    rules = [
        {"rule": "required", "columns": ["name"]},
        {"rule": "required", "columns": ["code"], "severity": "quarantine"},
        {"rule": "completeness", "columns": ["name"], "min_share": 99.5},
        {"rule": "freshness", "column": "d", "max_days": 3},
        {"rule": "row_count", "min": 200, "max": 300, "max_change": 10},
        {"rule": "distribution", "column": "name", "max_shift": 0.1},
    ]
    found = {
        "required(name)": {"broken": 3},
        "completeness(name)": {"name": 97},
        "freshness(d)": {"newest": "2026-01-01"},
        "distribution(name)": {"missing": 50, "bin_0": 50},
    }
    before = {"distribution(name)": {"missing": 0, "bin_0": 50}}
    verdict = judged(
        kept=100, rejected=5, before=50, rules=rules, found=found, found_before=before, broken={"required(code)": 5}
    )

    with translation.override(language):
        told = verdict_of(Build(verdict=verdict.as_json()))

    checks = [check for check in told.checks if check.label]
    assert {check.name for check in verdict.checks if check.label} == set(RuleCheck)
    assert all(check.measured and check.expected for check in checks)
    if language == "en":
        assert [check.name for check in checks[:5]] == [
            "Filled: name",
            "Filled: code",
            "Filled often enough: name",
            "Fresh enough: d",
            "As many rows as expected",
        ]
        assert [(check.measured, check.expected) for check in checks] == [
            ("3 rows, 3% of them all", "no row that breaks it"),
            ("5 rows set aside (4.76%)", "set aside"),
            ("97% filled", "99.50% at least"),
            ("59 days", "3 days at most"),
            ("100 rows", "200 at least, 300 at most"),
            ("100% more rows than in the version before", "a change of 10% at most"),
            ("a shift of 0.500", "0.100 at most"),
        ]
