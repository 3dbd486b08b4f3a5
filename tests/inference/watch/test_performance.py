"""How good answers are: by what people say, one opinion for each answer; by what confidence promises."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.declarations import metrics
from apps.inference import traffic
from apps.inference.enums import DeploymentCause, FeedbackState, Slot, Window
from apps.inference.measures.intervals import wilson
from apps.inference.models import Deployment, DriftReport, Evaluation, Feedback
from apps.inference.performance import Opinions, expected_accuracy, opinions_of
from apps.inference.report import CalibrationBin
from apps.inference.uuid7 import first_of, instant_of
from apps.inference.watching import add_traffic
from tests.accounts.factories import UserFactory
from tests.inference.watch.factories import make_model, make_version, opinion, serve

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def version():
    version = make_version(make_model())
    serve(version.model, version)
    return version


def said_of(version, since=NOON):
    return opinions_of([version.pk], {Window.DAY: since})[version.pk, Window.DAY]


def test_identifiers_are_ordered_by_their_instant():
    assert instant_of(first_of(NOON)) == NOON
    assert first_of(NOON) < first_of(NOON + timedelta(milliseconds=1))


def test_opinions_are_those_on_answers_given_since_then_by_this_version(version):
    for number, is_right in enumerate([True, True, True, False, None]):
        opinion(version, NOON + number * HOUR, is_right=is_right)
    opinion(version, NOON - HOUR, is_right=False)
    opinion(make_version(version.model, number=2), NOON, is_right=False)

    said = said_of(version)

    assert (said.count, said.judged, said.right, said.accuracy) == (5, 4, 3, 0.75)
    assert said.accuracy_interval == wilson(3, 4)


def test_a_reviewer_corrects_what_was_said_and_what_they_refuse_does_not_count(version):
    reviewed = {"reviewed_at": NOON, "reviewed_by": UserFactory()}
    opinion(version, NOON, is_right=True, answered="yes", state=FeedbackState.ACCEPTED, learnt_answer="no", **reviewed)
    opinion(version, NOON + HOUR, is_right=False, state=FeedbackState.REFUSED, **reviewed)
    opinion(version, NOON + HOUR, is_right=True)

    said = said_of(version)

    assert (said.count, said.reviewed, said.judged, said.right) == (2, 1, 2, 1)


def test_an_answer_counts_once_by_the_last_opinion_on_it(version):
    first = opinion(version, NOON, is_right=True, by=UserFactory())
    opinion(version, NOON, is_right=False, by=UserFactory(), prediction=first.prediction, given_at=NOON + HOUR)

    said = said_of(version)

    assert (said.count, said.right) == (1, 0)


def test_numbers_are_told_by_how_far_they_were_and_what_is_no_number_is_left_out(version):
    for answered, right in [("10.0", "12.5"), ("3", "-1.5e0"), ("nan", "3"), ("1e999", "3"), ("8", ""), ("x", "1")]:
        opinion(version, NOON, is_right=False, answered=answered, right_answer=right)

    said = said_of(version)

    assert (said.count, said.numbers, said.mean_error) == (6, 2, 3.5)
    assert said.error_interval is None  # too few


def test_the_interval_of_a_mean_error_narrows_with_the_number_of_opinions():
    few, many = (Opinions(numbers=count, mean_error=4.0, deviation=2.0).error_interval for count in (30, 3_000))

    assert few[0] < many[0] < 4.0 < many[1] < few[1]


def test_nothing_said_is_no_figure(version):
    said = said_of(version)

    assert (said.count, said.accuracy, said.accuracy_interval, said.error_interval) == (0, None, None, None)


def test_the_opinions_of_many_versions_over_many_windows_are_one_query(version):
    versions = [version, *(make_version(make_model(slug=f"m{number}")) for number in range(3))]
    for each in versions:
        opinion(each, NOON, is_right=True)
    with CaptureQueriesContext(connection) as queries:
        found = opinions_of(
            [each.pk for each in versions], {"day": NOON, "week": NOON - 24 * HOUR, "hour": NOON + HOUR}
        )

    assert len(queries) == 1
    assert [found[each.pk, "week"].count for each in versions] == [1] * 4
    assert found[version.pk, "hour"].count == 0


# --- What confidence promises ---------------------------------------------------------------------
def bins(*accuracies, rows=1_000):
    width = 1 / len(accuracies)
    return [
        CalibrationBin(low=n * width, high=(n + 1) * width, rows=rows, confidence=(n + 0.5) * width, accuracy=each)
        for n, each in enumerate(accuracies)
    ]


def test_a_model_that_is_too_sure_of_itself_is_expected_to_be_right_as_often_as_was_measured():
    confidence = {"counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 100], "sum": 95.0}

    found = expected_accuracy(confidence, bins(0.5, 0.7))

    assert (found.rows, found.announced, found.value) == (100, 0.95, pytest.approx(0.7))
    assert (found.low, found.high) == pytest.approx(wilson(700, 1_000))


def test_what_was_never_measured_widens_the_interval():
    confidence = {"counts": [0, 0, 0, 0, 0, 50, 0, 0, 0, 50], "sum": 75.0}
    measured = bins(0.5, 0.7)

    assert expected_accuracy(confidence, measured[1:]).high == expected_accuracy(confidence, measured).high
    half = expected_accuracy(confidence, [CalibrationBin(low=0.9, high=1, rows=500, confidence=0.95, accuracy=0.9)])
    assert half.low < 0.5 < half.high
    assert half.high - half.low > 0.4


@pytest.mark.parametrize(
    ("confidence", "calibration"),
    [(None, bins(0.5)), ({"counts": [0, 0], "sum": 0.0}, bins(0.5)), ({"counts": [1, 2], "sum": 2.0}, [])],
)
def test_where_nothing_is_known_nothing_is_promised(confidence, calibration):
    assert expected_accuracy(confidence, calibration) is None


# --- Prometheus -----------------------------------------------------------------------------------
def collected(key):
    (metric,) = [each for each in metrics.all() if each.key == key]
    return {tuple(labels[name] for name in metric.labels): value for labels, value in metric.collect()}


def test_every_figure_of_drift_is_measured_for_each_field_and_for_the_answers(version):
    figures = {"psi": 0.3, "js": 0.2, "ks": 0.1, "w1": 0.9, "missing": 0.04, "outside": 0.02}
    answers = {"psi": 0.05, "js": 0.01, "ks": None, "w1": None, "missing": 0.0, "outside": 0.0}
    DriftReport.objects.create(
        version=version,
        window=Window.DAY,
        until_at=NOON,
        rows=900,
        is_enough=True,
        drifts=[{"name": "age"} | figures, {"name": ""} | answers],
        verdict={},
    )

    age, said = ("triage", "day", "age"), ("triage", "day", "answers")
    assert collected("model_drift_psi") == {age: 0.3, said: 0.05}
    assert collected("model_drift_js") == {age: 0.2, said: 0.01}
    assert collected("model_drift_ks") == {age: 0.1}
    assert collected("model_drift_w1") == {age: 0.9}
    assert collected("model_missing") == {age: 0.04, said: 0.0}
    assert collected("model_unseen") == {age: 0.02, said: 0.0}


def test_what_people_say_is_measured_of_the_champion_alone(version):
    now = timezone.now()
    opinion(version, now, is_right=True, answered="4", right_answer="")
    opinion(version, now, is_right=False, answered="4", right_answer="6")
    opinion(make_version(version.model, number=2), now, is_right=False)

    day = ("triage", "day")
    assert collected("model_opinions")[day] == 2
    assert collected("model_opinions_accuracy") == {("triage", each): 0.5 for each in Window.values}
    assert collected("model_opinions_error")[day] == 2.0
    assert Feedback.objects.count() == 3


def test_what_confidence_promises_is_measured_over_each_window(version):
    calibration = [each.model_dump() for each in bins(0.5, 0.7)]
    Evaluation.objects.create(training=version.training, report={"calibration": calibration}, sha256="0" * 64)
    now, sure, unsure = timezone.now(), {"counts": [0] * 9 + [10], "sum": 9.5}, {"counts": [10] + [0] * 9, "sum": 0.5}
    for slot, at, confidence in (
        (Slot.CHAMPION, now, sure),
        (Slot.CHAMPION, now - timedelta(hours=30), unsure),
        (Slot.SHADOW, now, unsure),
    ):
        add_traffic(version_id=version.pk, slot=slot, at=at, rows=10, counts={"confidence": confidence})
    add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=now - timedelta(hours=3), rows=1)

    found = collected("model_expected_accuracy")

    week = expected_accuracy({"counts": [10] + [0] * 8 + [10], "sum": 10.0}, bins(0.5, 0.7)).value
    assert found == {
        ("triage", "hour"): pytest.approx(0.7),
        ("triage", "day"): pytest.approx(0.7),
        ("triage", "week"): pytest.approx(week),
    }


def test_what_a_version_in_shadow_answers_is_measured_beside_the_champion_alone(version):
    other, now = make_version(version.model, number=2), timezone.now()
    Deployment.objects.create(
        model=version.model, version=other, slot=Slot.SHADOW, cause=DeploymentCause.TRIAL, deployed_at=now
    )
    classes = [(("a", None, 0.9), (name, None, 0.8)) for name in "aaab"]
    for champion, at in ((version.pk, now), (version.pk, now - timedelta(hours=30)), (other.pk + 1, now)):
        requests = traffic.beside(champion, classes, [100]) | {"latency": {"3": 1}}
        add_traffic(version_id=other.pk, slot=Slot.SHADOW, at=at, rows=4, requests=requests)

    day, week = ("triage", "day"), ("triage", "week")
    assert collected("model_shadow_rows") == {("triage", "hour"): 4, day: 4, week: 8}
    assert collected("model_shadow_agreement")[day] == 0.75
    assert collected("model_shadow_gap") == {}


@pytest.mark.parametrize(
    "key",
    ["model_opinions", "model_drift_ks", "model_expected_accuracy", "model_shadow_rows", "model_shadow_agreement"],
)
def test_without_a_model_in_service_nothing_is_measured(key):
    assert collected(key) == {}
