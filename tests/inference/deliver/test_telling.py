"""Models in words, for the pages of their declaration and of their trainings."""

import pytest
from django.utils import translation

from apps.inference.spec import Estimator, Retraining
from apps.inference.telling import estimator_said, retraining_said


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("estimator", "said"),
    [
        (Estimator(name="logistic_regression"), "Logistic regression"),
        (Estimator(entry_point="ville.modeles:orienter"), "ville.modeles:orienter"),
    ],
)
def test_an_estimator_is_called_as_people_call_it(estimator, said):
    assert estimator_said(estimator) == said


def test_what_asks_for_a_training_is_told_one_by_one():
    said = retraining_said(Retraining(cron="0 3 * * 1", on_new_data=True, on_drift=True, after_feedbacks=50))

    assert said == [
        "by the clock: 0 3 * * 1",
        "at each new version of the dataset",
        "when drift lasts",
        "after 50 reviewed feedbacks",
    ]
    assert retraining_said(Retraining()) == []
