"""Needs, cases, benchmarks: run against real servers, resumed, judged, reported."""

from decimal import Decimal

import pytest

from apps.inference.benchmarking.comparing import Asked, Limits, Studied, advise, compare, percentile
from apps.inference.benchmarking.judging import score
from apps.inference.benchmarking.reporting import report_of
from apps.inference.benchmarking.running import cancel_benchmark, request_benchmark, run_benchmark
from apps.inference.cataloguing import save_need, write_functions
from apps.inference.enums import Capability, Hosting, Judge, TrainingState
from apps.inference.exceptions import BenchmarkRefused
from apps.inference.models import Measure, Need

LIMITS = Limits(hosting=Hosting.EU, min_quality=0.5, max_p99_s=2, max_cost_eur=Decimal(5))
FUNCTIONS = [
    {
        "name": "Sort",
        "capability": "classify",
        "options": {"labels": ["Voirie", "Eau"]},
        "cases": [
            {"given": {"text": "une fuite d’eau"}, "expected": "Eau", "judge": "same"},
            {"given": {"text": "la voirie est abîmée"}, "expected": "voirie", "judge": "same"},
        ],
    },
    {
        "name": "Reverse",
        "capability": "chat",
        "cases": [{"given": {"text": "abc"}, "expected": "cba", "judge": "same"}],
    },
]


@pytest.fixture
def need(db):
    made = save_need(need=Need(name="Sort reports", slug="sort", objectives="Faster."), by=None)
    write_functions(need=made, functions=FUNCTIONS, by=None)
    return made


@pytest.mark.parametrize(
    ("judge", "expected", "answer", "result"),
    [
        (Judge.SAME, "Éclairage", " eclairage. ", 1),
        (Judge.SAME, "Eau", "Voirie", 0),
        (Judge.SAME, "Eau", ["eau"], 1),
        (Judge.CONTAINS, ["pluie", "rue"], "Il y a de la pluie", 0.5),
        (Judge.FIELDS, {"rue": "du Bief", "numero": 3}, {"rue": "Du bief", "numero": 4}, 0.5),
        (Judge.FIELDS, {"rue": "du Bief"}, "no object", 0),
        (Judge.NUMBER, 100, 104, 1),
        (Judge.NUMBER, 100, "106", 0),
        (Judge.NUMBER, 100, None, 0),
        (Judge.NEAREST, 2, [[1, 0], [0, 1], [0.9, 0.1]], 1),
        (Judge.NEAREST, 1, [[1, 0], [0, 1], [0.9, 0.1]], 0),
    ],
)
def test_answers_are_judged(judge, expected, answer, result):
    assert score(judge, expected, answer) == result


def asked(score, *, seconds=0.1, cost="0.001", function="Sort"):
    return Asked(function=function, seconds=seconds, score=score, cost_eur=Decimal(cost))


def test_what_does_not_fit_the_need_is_last_and_says_all_that_it_lacks():
    far = Studied(name="Far", hosting=Hosting.OUTSIDE, asked=[asked(1.0, seconds=9, cost="1")] * 4)
    poor = Studied(name="Poor", hosting=Hosting.EU, asked=[asked(0.0)] * 4)
    good = Studied(name="Good", hosting=Hosting.HERE, asked=[asked(1.0), asked(1.0), asked(1.0), asked(0.0)])

    results = compare([far, poor, good], LIMITS)

    assert [each.name for each in results] == ["Good", "Far", "Poor"]
    assert [len(each.lacks) for each in results] == [0, 3, 1]
    assert "Good" in advise(results)


def test_whoever_does_not_answer_is_wrong():
    (result,) = compare([Studied(name="Mute", hosting=Hosting.EU, asked=[asked(None), asked(1.0)])], LIMITS)

    assert (result.quality, result.failures) == (0.5, 1)


def test_nothing_that_fits_is_said():
    assert "None" in advise(compare([Studied(name="Mute", hosting=Hosting.EU, asked=[asked(None)])], LIMITS))


def test_percentiles_are_values_that_were_measured():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([3, 1, 2], 0.99) == 3


@pytest.mark.django_db(transaction=True)
def test_each_case_is_asked_once_of_each_that_can(need, make_service):
    able = make_service(name="Able")
    sorter = make_service(name="Sorter", capabilities=[Capability.CLASSIFY])
    benchmark = request_benchmark(need=need, services=[able, sorter], set_aside={"Other": "no key"}, by=None)

    run_benchmark(benchmark_id=benchmark.pk)

    benchmark.refresh_from_db()
    report = report_of(benchmark)
    assert benchmark.state == TrainingState.PASSED
    assert Measure.objects.count() == 5 == report.asked == report.expected
    assert {line.result.name: line.result.quality for line in report.lines} == {"Able": 1.0, "Sorter": 1.0}
    assert [line.by_function for line in report.lines if line.result.name == "Sorter"] == [(1.0, None)]
    assert [entry.reason for entry in report.set_aside] == ["no key"]
    assert report.advice


@pytest.mark.django_db(transaction=True)
def test_a_service_that_fails_is_a_result(need, make_service, fake):
    fake.failing = 1
    benchmark = request_benchmark(need=need, services=[make_service()], set_aside={}, by=None)

    run_benchmark(benchmark_id=benchmark.pk)

    (line,) = report_of(benchmark).lines
    assert (line.result.failures, line.result.cases) == (1, 3)


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_process_kept_is_not_asked_again(need, make_service, fake):
    benchmark = request_benchmark(need=need, services=[make_service()], set_aside={}, by=None)
    run_benchmark(benchmark_id=benchmark.pk)
    Measure.objects.order_by("pk").last().delete()
    type(benchmark).objects.update(state=TrainingState.WAITING, finished_at=None)
    asked_before = len(fake.seen)

    run_benchmark(benchmark_id=benchmark.pk)

    assert len(fake.seen) == asked_before + 1
    assert Measure.objects.count() == 3


def test_a_cancelled_benchmark_keeps_what_was_answered(need, make_service):
    benchmark = request_benchmark(need=need, services=[make_service()], set_aside={}, by=None)

    cancel_benchmark(benchmark=benchmark, by=None)

    assert run_benchmark(benchmark_id=benchmark.pk) is None
    with pytest.raises(BenchmarkRefused):
        cancel_benchmark(benchmark=benchmark, by=None)


def test_what_cannot_be_compared_is_said(need, make_service):
    empty = save_need(need=Need(name="Empty", slug="empty", objectives="?"), by=None)
    with pytest.raises(BenchmarkRefused, match="case"):
        request_benchmark(need=empty, services=[make_service()], set_aside={}, by=None)
    with pytest.raises(BenchmarkRefused, match="at least one"):
        request_benchmark(need=need, services=[], set_aside={}, by=None)
    with pytest.raises(BenchmarkRefused, match="nothing of what"):
        request_benchmark(need=need, services=[make_service(capabilities=[Capability.EMBED])], set_aside={}, by=None)

    request_benchmark(need=need, services=[make_service()], set_aside={}, by=None)
    with pytest.raises(BenchmarkRefused, match="already"):
        request_benchmark(need=need, services=[make_service()], set_aside={}, by=None)


@pytest.mark.django_db(transaction=True)
def test_a_case_that_changes_loses_its_measures_and_the_others_keep_theirs(need, make_service):
    run_benchmark(benchmark_id=request_benchmark(need=need, services=[make_service()], set_aside={}, by=None).pk)
    changed = [
        {**FUNCTIONS[0], "cases": [FUNCTIONS[0]["cases"][0], {**FUNCTIONS[0]["cases"][1], "expected": "x"}]},
        FUNCTIONS[1],
    ]

    write_functions(need=need, functions=changed, by=None)

    assert Measure.objects.count() == 2
