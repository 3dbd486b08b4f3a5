"""The gate of a run, without a run."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.collection.contract import MANY_REJECTED, Agreement, Limits, Stop, Tally, is_hopeless, judge, judge_columns
from apps.collection.enums import Reaction
from apps.core.gates import Severity, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged(tally=None, limits=None, *, found=("a", "b"), agreement=None, asked=(), previous=(), **facts):
    columns = judge_columns(
        found=dict.fromkeys(found, "text") if not isinstance(found, dict) else found,
        agreement=agreement or Agreement(),
        asked=asked,
        previous=previous,
    )
    limits = limits or Limits(share=Decimal(5))
    return judge(tally=tally or Tally(read=100), limits=limits, columns=columns, now=NOW, **facts)


def blocking(verdict):
    return [check.name for check in verdict.blocking]


def test_a_run_that_keeps_what_was_agreed_passes():
    verdict = judged(asked=["a"], previous=["a", "b"])

    assert verdict.is_open
    assert verdict.judged_at == NOW


@pytest.mark.parametrize(("rejected", "is_open"), [(0, True), (5, True), (6, False), (100, False)])
def test_a_share_of_rejected_records_is_accepted_up_to_its_limit(rejected, is_open):
    assert judged(Tally(read=100, rejected=rejected)).is_open is is_open


@pytest.mark.parametrize(("rejected", "is_open"), [(2, True), (3, False)])
def test_a_number_of_rejected_records_is_accepted_up_to_its_limit(rejected, is_open):
    verdict = judged(Tally(read=1000, rejected=rejected), Limits(rows=2, share=Decimal(5)))

    assert verdict.is_open is is_open
    assert blocking(verdict) == ([] if is_open else ["rejected_rows"])


def test_a_run_that_read_nothing_is_held():
    assert blocking(judged(Tally())) == ["records_read"]


@pytest.mark.parametrize(
    ("asked", "previous", "missing", "new"),
    [
        ([], [], [], []),
        (["a", "c"], [], ["c"], ["b"]),
        ([], ["a", "b", "c"], ["c"], []),
        ([], ["a"], [], ["b"]),
        (["a", "b"], ["a", "b", "c"], [], []),
    ],
    ids=["nothing agreed", "asked", "gone", "new", "what is asked wins over what was"],
)
def test_columns_are_compared_with_those_agreed(asked, previous, missing, new):
    verdict = judged(asked=asked, previous=previous)

    found = {check.name: (check.passed, check.measured, check.severity) for check in verdict.checks}
    assert found["columns_present"] == (not missing, ", ".join(missing), Severity.BLOCKING)
    assert found["columns_known"] == (not new, ", ".join(new), Severity.WARNING)


def test_a_run_that_stopped_on_its_way_does_not_pass():
    assert blocking(judged(stopped_by=Stop.ROWS)) == ["read_to_the_end"]


def test_a_run_of_what_is_new_may_find_nothing():
    assert judged(Tally(), may_be_empty=True).is_open


def test_a_run_stopped_for_its_columns_is_not_blamed_for_having_read_nothing():
    verdict = judged(Tally(), previous=["c"], stopped_by=Stop.COLUMNS)

    assert blocking(verdict) == ["columns_present", "read_to_the_end"]


@pytest.mark.parametrize("reaction", Reaction)
@pytest.mark.parametrize(
    ("difference", "check", "agreed"),
    [
        ("on_missing", "columns_present", {"a": "", "b": "", "c": ""}),
        ("on_new", "columns_known", {"a": ""}),
        ("on_changed", "types_unchanged", {"a": "integer", "b": ""}),
    ],
)
def test_what_differs_from_what_was_agreed_is_accepted_told_or_stops(difference, check, agreed, reaction):
    verdict = judged(agreement=Agreement(columns=agreed, **{difference: reaction}))

    assert [each.name for each in verdict.blocking] == ([check] if reaction == Reaction.STOP else [])
    assert [each.name for each in verdict.warnings] == ([check] if reaction == Reaction.WARN else [])


def test_a_type_that_nobody_agreed_on_may_be_any():
    assert not judged(agreement=Agreement(columns={"a": "", "b": "text"}, on_changed=Reaction.STOP)).blocking


def test_a_verdict_is_stored_and_read_again():
    verdict = judged(Tally(read=3, rejected=1))

    assert Verdict.from_json(verdict.as_json()) == verdict


def test_a_number_that_is_passed_is_hopeless_at_once():
    assert is_hopeless(tally=Tally(read=3, rejected=3), limits=Limits(rows=2))
    assert not is_hopeless(tally=Tally(read=3, rejected=2), limits=Limits(rows=2))


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(read=20_000, rejected=20_000, progress=0.01), False),
        (Tally(read=20_000, rejected=20_000, progress=0.1), True),
        (Tally(read=20_000, rejected=20_000, progress=None), False),
        (Tally(read=5_000, rejected=5_000, progress=0.5), False),
    ],
    ids=["what remains may make up for it", "it cannot", "nobody knows what remains", "few"],
)
def test_a_share_is_hopeless_once_the_rest_cannot_make_up_for_it(tally, expected):
    assert is_hopeless(tally=tally, limits=Limits(share=Decimal(5))) is expected


@given(
    rejected=st.integers(MANY_REJECTED, 10**6),
    kept=st.integers(0, 10**6),
    to_come=st.integers(0, 10**7),
    share=st.decimals(0, 100, places=2),
)
def test_what_is_hopeless_never_passes_even_if_all_that_remains_is_good(rejected, kept, to_come, share):
    read, total = rejected + kept, rejected + kept + to_come
    tally = Tally(read=read, rejected=rejected, progress=read / total)

    if is_hopeless(tally=tally, limits=Limits(share=share * Decimal("0.999"))):
        end = Tally(read=total, rejected=rejected)
        assert not judged(end, Limits(share=share * Decimal("0.998"))).is_open
