"""The whole gate: its verdict, and how it is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils.translation import override
from sklearn.ensemble import IsolationForest

from apps.core.gates import Check, GateState, Verdict
from apps.inference import packaging
from apps.inference.enums import Format
from apps.inference.gates import judge
from apps.inference.gates.case import CheckName
from apps.inference.gates.telling import WORDS, told, told_check
from apps.inference.predictors import open_model
from tests.inference import package_factories as made

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def judged(trained, package, **spec):
    signature = trained.sets.signature
    predictor = open_model(package.content, format=Format(package.format), signature=signature)
    return judge(trained, made.spec_of(signature, **spec), package=package, predictor=predictor, now=NOW)


@pytest.mark.parametrize("name", ["tumours", "progressions", "reports"])
def test_a_sound_model_passes_and_its_verdict_is_kept_as_json(name, request):
    trained, package = request.getfixturevalue(f"of_{name}"), request.getfixturevalue(f"package_of_{name}")

    verdict = judged(replace(trained, champion=trained.answers), package)

    assert verdict.state == GateState.OPEN
    assert verdict.judged_at == NOW
    assert Verdict.from_json(verdict.as_json()) == verdict
    assert {check.name for check in verdict.checks} <= set(CheckName)


def test_one_planted_fault_closes_the_whole_gate_and_is_the_only_one_that_blocks(of_tumours, package_of_tumours):
    verdict = judged(of_tumours, package_of_tumours, gates=[{"metric": "accuracy", "at_least": 0.9999}])

    assert verdict.state == GateState.CLOSED
    assert [check.name for check in verdict.blocking] == [CheckName.METRIC]


def test_a_detector_of_anomalies_is_judged_without_a_target():
    trained = made.train(made.without_target(made.tumours()), IsolationForest(n_estimators=20, random_state=0))

    verdict = judged(trained, packaging.package(trained))

    assert verdict.state == GateState.OPEN


def test_judging_the_same_again_decides_the_same(of_reports, package_of_reports):
    first, again = (judged(of_reports, package_of_reports).checks for _ in range(2))
    timed = {CheckName.LATENCY}

    assert [each for each in first if each.name not in timed] == [each for each in again if each.name not in timed]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_check_is_told_in_words(of_reports, package_of_reports, language):
    spec = {
        "gates": [
            {"metric": "accuracy", "at_least": 0.9999},
            {"metric": "accuracy", "at_least": 0.99, "slice": "canal"},
        ],
        "slices": ["registre"],
    }
    trained = replace(of_reports, champion=of_reports.answers)
    verdict = judged(trained, package_of_reports, **spec)

    with override(language):
        words = told(verdict)

    assert [check.passed for check in words.checks] == [check.passed for check in verdict.checks]
    for check in words.checks:
        assert check.name not in set(CheckName)
        assert "%(" not in check.name + check.measured + check.expected + check.message
        assert check.measured
        assert bool(check.message) is not check.passed


def test_every_name_of_a_check_has_words():
    assert set(WORDS) == set(CheckName)


def test_a_check_that_this_release_no_longer_makes_stays_as_it_was_written():
    old = Check(name="phase_of_the_moon", passed=True, measured="full")

    assert told_check(old) == old


def test_what_was_measured_is_told_with_its_unit():
    with override("en"):
        size = told_check(
            Check(name=CheckName.SIZE, passed=True, measured=str(3 * 1024**2), expected=str(50 * 1024**2))
        )
        share = told_check(Check(name=CheckName.FILLED, passed=False, measured="0.625", expected="0.5"))
        metric = told_check(Check(name=CheckName.METRIC, passed=False, measured="", expected="≥ 0.8", label="recall"))

    assert size.measured.replace("\xa0", " ") == "3 MB"
    assert (share.measured, share.expected) == ("62.5%", "50.0% at most")
    assert (metric.measured, metric.expected) == ("nothing could be measured", "≥\xa00.8")
    assert "recall" in metric.name
