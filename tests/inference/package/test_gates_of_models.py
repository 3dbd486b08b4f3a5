"""The gates that look at what was learnt and packaged: each closes on a planted fault, and stays open without it."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from django.utils.translation import override
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from apps.inference.enums import Format, Task
from apps.inference.gates import (
    champion,
    convergence,
    evaluation,
    footprint,
    parity,
    preparation,
    robustness,
    thresholds,
)
from apps.inference.gates.case import CheckName
from apps.inference.gates.resampling import gain
from apps.inference.gates.telling import told_check
from apps.inference.measures import METRICS, metric_named
from apps.inference.predictors import Answers, PipelinePredictor, open_model
from tests.inference import package_factories as made
from tests.inference.package.test_gates_of_data import blocking, failing

MODELS = (preparation, convergence, evaluation, champion, robustness, parity, footprint)


class Centred(TransformerMixin, BaseEstimator):
    """What a project writes by mistake: each row is prepared by those that come before it."""

    def fit(self, rows, target=None):
        self.is_fitted_ = True
        return self

    def transform(self, rows):
        values = np.nan_to_num(np.asarray(rows, np.float64))
        return values - np.cumsum(values, axis=0) / np.arange(1, len(values) + 1)[:, None]


class Asked:
    """A predictor whose answers were changed on the way."""

    def __init__(self, predictor, change):
        self.predictor, self.change = predictor, change

    def predict(self, inputs):
        return self.change(inputs, self.predictor.predict(inputs))


@pytest.mark.parametrize("family", MODELS, ids=lambda family: family.__name__.rpartition(".")[2])
@pytest.mark.parametrize("name", ["tumours", "progressions", "reports"])
def test_a_sound_model_opens_every_gate(family, name, request):
    trained, package = request.getfixturevalue(f"of_{name}"), request.getfixturevalue(f"package_of_{name}")
    case = made.case_of(replace(trained, champion=trained.answers), package)

    assert blocking(family.look(case)) == set()


def fitted_alone(sets, steps):
    """A pipeline fitted as it is, without the preparation of the house."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return made.fit(sets, Pipeline(steps))


def test_a_preparation_that_looks_at_other_rows_closes_the_gate(of_tumours, package_of_tumours):
    planted = fitted_alone(made.tumours(), [("centre", Centred()), ("estimate", LogisticRegression(max_iter=5_000))])

    checks = preparation.look(replace(made.case_of(of_tumours, package_of_tumours), trained=planted))

    assert CheckName.ORDER_OF_ROWS in blocking(checks)


def logarithm(rows):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(np.asarray(rows, np.float64))


def test_a_preparation_that_makes_what_is_no_number_closes_the_gate(of_progressions, package_of_progressions):
    """The logarithm of what goes below zero."""
    case = made.case_of(of_progressions, package_of_progressions)
    steps = [("log", FunctionTransformer(logarithm)), ("estimate", of_progressions.pipeline[-1])]
    planted = replace(of_progressions, pipeline=Pipeline(steps))

    assert blocking(preparation.look(replace(case, trained=planted))) == {CheckName.PREPARED_NUMBERS}


def as_many_as_rows(rows):
    return np.eye(len(rows), 300)[:, : len(rows)]


def test_a_preparation_whose_columns_depend_on_the_rows_closes_the_gate(of_progressions, package_of_progressions):
    case = made.case_of(of_progressions, package_of_progressions)
    steps = [("count", FunctionTransformer(as_many_as_rows)), ("estimate", of_progressions.pipeline[-1])]

    checks = preparation.look(replace(case, trained=replace(of_progressions, pipeline=Pipeline(steps))))

    assert CheckName.PREPARED_COLUMNS in blocking(checks)


def test_a_training_that_stops_before_it_converged_closes_the_gate(package_of_tumours):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        planted = made.train(made.tumours(), LogisticRegression(max_iter=2))

    checks = list(convergence.look(made.case_of(planted, package_of_tumours)))

    assert [(check.passed, check.measured) for check in checks if check.name == CheckName.CONVERGES] == [(False, "2")]


def test_a_warning_of_convergence_closes_the_gate(of_tumours, package_of_tumours):
    told = ("UserWarning: whatever", "ConvergenceWarning: lbfgs failed to converge")

    checks = convergence.look(made.case_of(replace(of_tumours, warnings=told), package_of_tumours))

    assert blocking(checks) == {CheckName.CONVERGES}


@pytest.mark.parametrize("name", ["tumours", "progressions"])
def test_a_model_that_learnt_nothing_closes_the_gate(name, request):
    """All targets were shuffled: its answers have nothing to do with them."""
    trained, package = request.getfixturevalue(f"of_{name}"), request.getfixturevalue(f"package_of_{name}")
    rng = np.random.default_rng(0)
    learnt, judged = (
        replace(rows, target=rng.permutation(rows.target)) for rows in (trained.sets.train, trained.sets.test)
    )
    sets = replace(trained.sets, train=learnt, test=judged)
    planted = made.train(sets, LogisticRegression(max_iter=5_000) if name == "tumours" else Ridge(0.1))

    assert CheckName.BETTER_THAN_BASELINE in blocking(convergence.look(made.case_of(planted, package)))


@pytest.mark.parametrize(
    ("gate", "is_open"),
    [
        ({"metric": "accuracy", "at_least": 0.9}, True),
        ({"metric": "accuracy", "at_least": 0.999}, False),
        ({"metric": "log_loss", "at_most": 0.3}, True),
        ({"metric": "log_loss", "at_most": 0.001}, False),
        ({"metric": "unheard_of", "at_least": 0.1}, False),
    ],
    ids=str,
)
def test_a_threshold_of_the_declaration_opens_or_closes_the_gate(of_tumours, package_of_tumours, gate, is_open):
    checks = list(evaluation.look(made.case_of(of_tumours, package_of_tumours, gates=[gate])))

    assert [(check.label, check.passed) for check in checks] == [(gate["metric"], is_open)]
    assert bool(blocking(checks)) is not is_open


def test_a_threshold_that_does_not_block_only_warns(of_tumours, package_of_tumours):
    gate = {"metric": "accuracy", "at_least": 0.999, "is_blocking": False}

    checks = list(evaluation.look(made.case_of(of_tumours, package_of_tumours, gates=[gate])))

    assert failing(checks) == {(CheckName.METRIC, "")}
    assert blocking(checks) == set()


def unfair(trained, column, value):
    """The same answers, but all wrong where the column has this value."""
    answers = trained.answers.probabilities.copy()
    places = [place for place, each in enumerate(trained.sets.test.columns[column]) if each == value]
    answers[places] = np.roll(answers[places], 1, axis=1)
    return replace(trained, answers=Answers(probabilities=answers))


def test_a_slice_below_the_threshold_closes_the_gate_and_is_named(of_reports, package_of_reports):
    spec = {"gates": [{"metric": "accuracy", "at_least": 0.5, "slice": "canal"}], "slices": ["canal"]}
    planted = unfair(of_reports, "canal", "téléphone")

    sound = list(evaluation.look(made.case_of(of_reports, package_of_reports, **spec)))
    found = list(evaluation.look(made.case_of(planted, package_of_reports, **spec)))

    assert blocking(sound) == set()
    assert failing(found) == {
        (CheckName.METRIC_OF_SLICE, "canal = téléphone"),
        (CheckName.WORST_SLICE, "canal = téléphone"),
    }
    worst = next(check for check in found if check.name == CheckName.WORST_SLICE)
    of_telephone = of_reports.sets.test.columns["canal"].count("téléphone")
    assert worst.measured.split()[1] == str(of_telephone)


def test_a_threshold_on_slices_that_nothing_could_be_compared_with_does_not_hold(of_reports, package_of_reports):
    spec = {"gates": [{"metric": "accuracy", "at_least": 0.1, "slice": "recu_le"}]}

    assert blocking(evaluation.look(made.case_of(of_reports, package_of_reports, **spec))) == {
        CheckName.METRIC_OF_SLICE
    }


def test_slices_with_few_rows_are_not_judged(of_reports, package_of_reports):
    case = made.case_of(of_reports, package_of_reports)

    found = evaluation.slices(case, "canal", metric_named(case.spec.task, "accuracy"))

    counted = {value: of_reports.sets.test.columns["canal"].count(value) for value in case.both["canal"]}
    assert {each.value for each in found} == {
        value or "" for value, rows in counted.items() if rows >= thresholds.SLICE_ROWS
    }
    assert "courrier" not in {each.value for each in found}


def test_a_model_worse_than_the_champion_for_sure_closes_the_gate(of_tumours, package_of_tumours):
    planted = replace(of_tumours, answers=of_tumours.baseline, champion=of_tumours.answers)

    checks = list(champion.look(made.case_of(planted, package_of_tumours)))

    assert blocking(checks) == {CheckName.NOT_WORSE_THAN_CHAMPION}
    assert failing(checks) == {(CheckName.NOT_WORSE_THAN_CHAMPION, ""), (CheckName.AS_GOOD_AS_CHAMPION, "")}


def test_a_model_that_may_be_worse_than_the_champion_is_warned_of(of_tumours, package_of_tumours):
    """A few more wrong answers, on few rows: nothing is sure."""
    wrong = of_tumours.answers.probabilities.copy()
    wrong[:3] = wrong[:3, ::-1]
    planted = replace(of_tumours, answers=Answers(probabilities=wrong), champion=of_tumours.answers)
    small = made.with_rows(planted, test=made.first(planted.sets.test, 60))
    small = replace(
        small,
        answers=Answers(probabilities=wrong[:60]),
        champion=Answers(probabilities=of_tumours.answers.probabilities[:60]),
    )

    checks = list(champion.look(made.case_of(small, package_of_tumours)))

    assert blocking(checks) == set()
    assert failing(checks) == {(CheckName.AS_GOOD_AS_CHAMPION, "")}


@pytest.mark.parametrize(
    ("name", "metric"),
    [("reports", metric.name) for metric in METRICS[Task.TEXT_CLASSIFICATION]]
    + [("progressions", metric.name) for metric in METRICS[Task.REGRESSION]],
)
def test_any_metric_of_the_task_compares_with_the_baseline_the_champion_and_on_slices(name, metric, request):
    trained, package = request.getfixturevalue(f"of_{name}"), request.getfixturevalue(f"package_of_{name}")
    column = "canal" if name == "reports" else "sex"
    bound = "at_least" if metric_named(trained.sets.signature.task, metric).is_higher_better else "at_most"
    gate = {"metric": metric, bound: 0 if bound == "at_least" else 1e6, "slice": column}
    case = made.case_of(
        replace(trained, champion=trained.answers), package, metric=metric, slices=[column], gates=[gate]
    )

    checks = [*convergence.look(case), *champion.look(case), *evaluation.look(case)]

    assert blocking(checks) == set()
    assert {CheckName.BETTER_THAN_BASELINE, CheckName.NOT_WORSE_THAN_CHAMPION, CheckName.METRIC_OF_SLICE} <= {
        check.name for check in checks
    }


def test_a_metric_that_makes_no_sense_of_the_rows_proves_nothing(of_progressions, package_of_progressions):
    """A proportion of zero."""
    target = np.zeros_like(of_progressions.sets.test.target)
    sets = replace(of_progressions.sets, test=replace(of_progressions.sets.test, target=target))
    planted = replace(of_progressions, sets=sets, champion=of_progressions.answers)
    case = made.case_of(planted, package_of_progressions, metric="mape")

    assert blocking(convergence.look(case)) == {CheckName.BETTER_THAN_BASELINE}
    assert failing(champion.look(case)) == {(CheckName.AS_GOOD_AS_CHAMPION, "")}
    with override("en"):
        assert [told_check(check).measured for check in champion.look(case)] == ["nothing could be measured"]


def test_without_a_champion_there_is_nothing_to_compare(of_tumours, package_of_tumours):
    assert list(champion.look(made.case_of(of_tumours, package_of_tumours))) == []


def test_the_interval_of_a_gain_holds_the_true_one_as_often_as_it_says():
    """Two answerers whose true difference is known, over many test sets."""
    rng = np.random.default_rng(1)
    accuracy, found = metric_named(Task.CLASSIFICATION, "accuracy"), []
    for _ in range(60):
        right = rng.integers(0, 2, 400)
        target = np.array(["non", "oui"], object)[right]

        def answered(accuracy, right=right):
            given = np.where(rng.random(400) < accuracy, right, 1 - right)
            return Answers(probabilities=np.eye(2, dtype=np.float32)[given])

        interval = gain(accuracy, target, answered(0.85), answered(0.75), ("non", "oui"))
        found.append(interval.low <= 0.10 <= interval.high)

    assert sum(found) >= 52


def brittle(inputs, answers):
    """Another answer for whoever does not write accents, writes in capitals, or leaves something out."""
    told = zip(inputs["texte"][:, 0], inputs["canal"][:, 0], strict=True)
    odd = [text.isascii() or text.isupper() or not channel for text, channel in told]
    probabilities = answers.probabilities.copy()
    probabilities[odd] = np.roll(probabilities[odd], 1, axis=1)
    return Answers(probabilities=probabilities)


def test_answers_that_change_with_the_writing_are_warned_of(of_reports, package_of_reports):
    case = made.case_of(of_reports, package_of_reports)
    planted = replace(case, predictor=Asked(case.predictor, brittle))

    found = list(robustness.look(planted))

    assert {check.label for check in found if not check.passed} == {"accents", "capitals", "missing"}
    assert {check.label for check in found} == {"typos", "accents", "capitals", "missing", "noise"}
    assert blocking(found) == set()


def twitching(inputs, answers):
    """The slightest change of a measure is another answer."""
    return Answers(values=(inputs["bmi"][:, 0] * 1e6 % 7).astype(np.float32))


def test_values_that_jump_with_a_measure_a_little_off_are_warned_of(of_progressions, package_of_progressions):
    case = made.case_of(of_progressions, package_of_progressions)

    found = list(robustness.look(replace(case, predictor=Asked(case.predictor, twitching))))

    assert failing(robustness.look(case)) == set()
    assert [check.label for check in found if not check.passed] == ["noise"]


def test_a_typo_changes_a_letter_within_a_word_and_no_more():
    from random import Random

    text = "Le lampadaire de la rue Émile-Zola est éteint depuis trois nuits."

    written = robustness.mistyped(text, Random(1))

    assert written != text
    assert written[0] == "L"
    assert len(text) - 1 <= len(written) <= len(text)


def off(inputs, answers):
    return Answers(probabilities=np.clip(answers.probabilities * 1.001, 0, 1))


def test_a_package_that_answers_otherwise_closes_the_gate_of_parity(of_tumours, package_of_tumours):
    case = made.case_of(of_tumours, package_of_tumours)

    checks = list(parity.look(replace(case, predictor=Asked(case.predictor, off))))

    assert blocking(checks) == {CheckName.PARITY, CheckName.GOLDEN}


def test_a_package_in_the_slower_format_is_warned_of_and_tells_why(of_tumours, package_of_tumours):
    case = made.case_of(of_tumours, package_of_tumours)
    slower = replace(package_of_tumours, format=Format.SKOPS, why_not_onnx="NotImplementedError: no converter")

    found = next(check for check in parity.look(replace(case, package=slower)) if check.name == CheckName.CONVERTED)

    assert (found.passed, found.blocks, found.message) == (False, False, "NotImplementedError: no converter")


@pytest.mark.parametrize(("limit", "is_open"), [(0.000001, False), (10_000.0, True)])
def test_a_slow_model_is_warned_of(of_tumours, package_of_tumours, monkeypatch, limit, is_open):
    monkeypatch.setattr(footprint, "LATENCY_P50_MS", limit)
    monkeypatch.setattr(footprint, "LATENCY_P99_MS", limit)

    checks = [check for check in footprint.look(made.case_of(of_tumours, package_of_tumours)) if check.label]

    assert [(check.label, check.passed, check.blocks) for check in checks] == [
        ("p50", is_open, False),
        ("p99", is_open, False),
    ]


@pytest.mark.parametrize(
    ("warned", "allowed", "outcome"),
    [(10**6, 10**7, (True, False)), (10, 10**7, (False, False)), (10, 20, (False, True))],
    ids=["light", "heavy", "too heavy"],
)
def test_a_heavy_file_is_warned_of_or_blocked(of_tumours, package_of_tumours, monkeypatch, warned, allowed, outcome):
    monkeypatch.setattr(footprint, "SIZE_WARNED", warned)
    monkeypatch.setattr(footprint, "SIZE_ALLOWED", allowed)

    found = [each for each in footprint.look(made.case_of(of_tumours, package_of_tumours)) if each.name == "size"]

    assert [(check.passed, check.blocks) for check in found] == [outcome]


def test_what_is_asked_is_the_package_and_not_the_pipeline(of_reports, package_of_reports):
    """A sound pipeline beside a package of another model."""
    other = made.train(made.reports(), LogisticRegression(max_iter=1_000, C=0.01))
    predictor = PipelinePredictor(other.pipeline, has_classes=True)
    case = replace(made.case_of(of_reports, package_of_reports), predictor=predictor)

    assert CheckName.PARITY in blocking(parity.look(case))
    assert open_model(package_of_reports.content, format=Format.ONNX, signature=of_reports.sets.signature)
