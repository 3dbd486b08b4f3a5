"""Reports in words: what is shown as nothing is not told as something."""

import pytest
from django.utils import translation

from apps.core.interface import Tone
from apps.inference.report import Report
from apps.inference.reports import Told, value_said
from tests.inference.deliver_factories import REPORT


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def told(name, value, *, task="classification", unit="", **more):
    """The line of a report of one metric."""
    model = {"value": value, "low": None, "high": None, "method": "bootstrap"}
    report = REPORT | {"task": task, "metric": name, "scores": [{"name": name, "model": model} | more]}
    return Told(Report.from_json(report), {}, unit).lines[0]


def test_a_difference_too_small_to_be_shown_is_told_as_none():
    gap = {"difference": -6.16e-10, "low": -7e-10, "high": -5e-10, "is_better": True, "is_sure": True}

    line = told("f1_macro", 0.917, over_champion=gap)

    assert (line.difference, line.tone, line.word) == ("0.0%", Tone.OFF, "No certain difference")


def test_a_metric_in_the_unit_of_what_is_answered_says_it():
    assert told("mae", 4.7441, task="regression", unit="days").value == "4.744\u00a0days"


@pytest.mark.parametrize(
    ("value", "said"), [(186.0, "186"), (12.4036, "12.4"), (0.00123, "0.00123"), ("Voirie", "Voirie")]
)
def test_what_was_answered_is_told_to_three_figures(value, said):
    assert value_said(value) == said
