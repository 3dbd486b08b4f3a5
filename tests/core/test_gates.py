"""Gates: what opens them, what closes them, and that a stored verdict is the one that was given."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.gates import Check, GateState, Severity, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

texts = st.text(max_size=30)
checks = st.builds(
    Check,
    name=texts,
    passed=st.booleans(),
    measured=texts,
    expected=texts,
    severity=st.sampled_from(Severity),
    message=texts,
)
verdicts = st.builds(
    Verdict,
    judged_at=st.datetimes(timezones=st.just(UTC)),
    checks=st.lists(checks, max_size=6).map(tuple),
    awaits_decision=st.booleans(),
)

HOLDS = Check(name="holds", passed=True)
BLOCKS = Check(name="blocks", passed=False)
WARNS = Check(name="warns", passed=False, severity=Severity.WARNING)


def judge(*given_checks, awaits_decision=False):
    return Verdict(judged_at=NOW, checks=given_checks, awaits_decision=awaits_decision)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (judge(), GateState.OPEN),
        (judge(HOLDS), GateState.OPEN),
        (judge(HOLDS, WARNS), GateState.OPEN),
        (judge(HOLDS, WARNS, BLOCKS), GateState.CLOSED),
        (judge(HOLDS, awaits_decision=True), GateState.WAITING),
        (judge(BLOCKS, awaits_decision=True), GateState.CLOSED),
    ],
    ids=["no check", "all hold", "one warns", "one blocks", "awaits a person", "blocks, whatever a person says"],
)
def test_the_state_of_a_gate(verdict, state):
    assert verdict.state == state
    assert verdict.is_open == (state == GateState.OPEN)


def test_a_report_is_read_from_what_blocks_to_what_holds():
    assert judge(HOLDS, WARNS, BLOCKS).ordered_checks == [BLOCKS, WARNS, HOLDS]


@given(verdict=verdicts)
def test_a_verdict_that_was_stored_is_read_back_the_same(verdict):
    stored = json.loads(json.dumps(verdict.as_json()))

    assert Verdict.from_json(stored) == verdict


@given(verdict=verdicts)
def test_every_check_is_in_the_report_once(verdict):
    assert sorted(verdict.ordered_checks, key=id) == sorted(verdict.checks, key=id)


@given(verdict=verdicts)
def test_a_gate_is_open_only_if_nothing_blocks(verdict):
    blocked = any(not check.passed and check.severity == Severity.BLOCKING for check in verdict.checks)

    assert (verdict.state == GateState.CLOSED) == blocked
