"""Metrics are what scikit-learn's are, and intervals hold as often as they say."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs

from apps.inference.enums import Task
from apps.inference.measures import (
    METRICS,
    anomaly,
    classification,
    metric_named,
    ranking,
    regression,
    scores,
    truth_of,
)
from apps.inference.measures.calibration import calibration_bins, expected_calibration_error
from apps.inference.measures.counting import confusion, precisions, recalls
from apps.inference.measures.intervals import bootstrap, drawings, wilson

SEEDS = st.integers(0, 2**32 - 1)


def answered(seed, classes=None):
    """Some truth, and probabilities that are more or less right."""
    generator = np.random.default_rng(seed)
    classes = classes or int(generator.integers(2, 6))
    rows = int(generator.integers(classes * 4, 200))
    truth = np.concatenate([np.arange(classes), generator.integers(0, classes, rows - classes)])
    raw = generator.gamma(1.0, 1.0, (rows, classes)) + 0.05
    raw[np.arange(rows), truth] += generator.uniform(0, 2)
    return truth, raw / raw.sum(axis=1, keepdims=True)


@settings(max_examples=60)
@given(SEEDS)
def test_metrics_of_classes_are_those_of_scikit_learn(seed):
    truth, probabilities = answered(seed)
    said, classes = probabilities.argmax(axis=1), range(probabilities.shape[1])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        area = (
            theirs.roc_auc_score(truth, probabilities[:, 1])
            if len(classes) == 2
            else theirs.roc_auc_score(truth, probabilities, multi_class="ovr")
        )
        expected = {
            "accuracy": theirs.accuracy_score(truth, said),
            "balanced_accuracy": theirs.balanced_accuracy_score(truth, said),
            "f1_macro": theirs.f1_score(truth, said, average="macro"),
            "f1_weighted": theirs.f1_score(truth, said, average="weighted"),
            "log_loss": theirs.log_loss(truth, probabilities),
            "brier": theirs.brier_score_loss(truth, probabilities[:, 1] if len(classes) == 2 else probabilities),
            "roc_auc": area,
        }

    found = scores(Task.CLASSIFICATION, truth, probabilities)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40)
@given(SEEDS)
def test_what_is_counted_of_each_class_is_what_scikit_learn_counts(seed):
    truth, probabilities = answered(seed)
    said, classes = probabilities.argmax(axis=1), probabilities.shape[1]

    counts = confusion(truth, said, classes)

    assert (counts[:-1] == theirs.confusion_matrix(truth, said, labels=range(classes))).all()
    precision, recall, _f1, _rows = theirs.precision_recall_fscore_support(truth, said, zero_division=np.nan)
    np.testing.assert_allclose(precisions(counts), precision)
    np.testing.assert_allclose(recalls(counts), recall)


@settings(max_examples=40)
@given(SEEDS)
def test_metrics_of_numbers_are_those_of_scikit_learn(seed):
    generator = np.random.default_rng(seed)
    truth = generator.normal(10, 3, int(generator.integers(2, 100)))
    values = truth + generator.normal(0, 1, len(truth))

    expected = {
        "mae": theirs.mean_absolute_error(truth, values),
        "median_error": theirs.median_absolute_error(truth, values),
        "rmse": theirs.root_mean_squared_error(truth, values),
        "r2": theirs.r2_score(truth, values),
        "mape": theirs.mean_absolute_percentage_error(truth, values),
    }
    assert scores(Task.REGRESSION, truth, values) == pytest.approx(expected)


@settings(max_examples=40)
@given(SEEDS)
def test_scores_of_anomalies_are_those_of_scikit_learn_and_ties_change_nothing(seed):
    generator = np.random.default_rng(seed)
    truth = generator.random(80) < 0.2
    truth[0] = True
    told = np.round(generator.random(80) + truth * 0.3, 1)  # with many ties

    assert ranking.average_precision(truth, told) == pytest.approx(theirs.average_precision_score(truth, told))
    assert ranking.roc_auc(truth, told) == pytest.approx(theirs.roc_auc_score(truth, told))
    order = generator.permutation(80)
    for k in (1, 10, 80):
        assert ranking.precision_at(truth[order], told[order], k) == pytest.approx(ranking.precision_at(truth, told, k))


def test_a_metric_that_makes_no_sense_of_the_rows_is_not_told():
    assert regression.mape(np.array([0.0, 1.0]), np.array([1.0, 1.0])) is None
    assert regression.r2(np.array([2.0, 2.0]), np.array([1.0, 3.0])) is None
    assert ranking.roc_auc(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert anomaly.precision_at_k(np.array([0, 0]), np.array([[0.9, 0.1], [0.8, 0.2]])) is None


def test_a_class_that_the_model_never_saw_is_always_wrong():
    truth = truth_of(np.array(["a", "b", "new"], object), ("a", "b"))
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])

    assert truth.tolist() == [0, 1, -1]
    assert classification.accuracy(truth, probabilities) == pytest.approx(2 / 3)
    assert confusion(truth, probabilities.argmax(axis=1), 2).tolist() == [[1, 0], [0, 1], [1, 0]]
    assert classification.log_loss(truth, probabilities) > 5


def test_calibration_tells_a_model_that_is_too_sure():
    truth = np.array([0] * 50 + [1] * 50)
    sure = np.tile([0.95, 0.05], (100, 1))

    [only] = calibration_bins(truth, sure)
    assert (only.low, only.high, only.rows, only.confidence, only.accuracy) == (0.9, 1.0, 100, pytest.approx(0.95), 0.5)
    assert expected_calibration_error(truth, sure) == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # Of Newcombe (1998), table I: method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (29, 29, 0.8830, 1.0)],
)
def test_the_interval_of_wilson_is_the_published_one(right, total, low, high):
    assert wilson(right, total) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert wilson(0, 0) is None


@given(share=st.floats(0, 1), total=st.integers(1, 10_000))
def test_the_interval_of_wilson_holds_the_share_and_narrows(share, total):
    right = share * total
    low, high = wilson(right, total)
    nearer_low, nearer_high = wilson(right * 4, total * 4)

    assert 0 <= low <= right / total <= high <= 1
    assert nearer_high - nearer_low <= high - low + 1e-12


def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(3)
    held = 0
    for seed in range(100):
        values = generator.normal(5, 2, 80)
        low, high = bootstrap(80, lambda drawn, values=values: {"mean": values[drawn].mean()}, seed=seed)["mean"]
        held += low <= 5 <= high
    assert 88 <= held <= 99


def test_drawings_are_the_same_for_a_seed_and_fewer_for_many_rows():
    first, again = (list(drawings(50, seed=7)) for _time in range(2))

    assert all((one == two).all() for one, two in zip(first, again, strict=True))
    assert (len(first), sum(1 for _each in drawings(200_000, seed=7))) == (500, 100)


def test_every_metric_says_what_it_means():
    for task, metrics in METRICS.items():
        assert metric_named(task, "") is metrics[0]
        assert all(str(metric.label) and str(metric.explanation) for metric in metrics)
    with pytest.raises(KeyError):
        metric_named(Task.REGRESSION, "accuracy")
