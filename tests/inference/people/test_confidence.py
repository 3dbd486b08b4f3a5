"""How sure an answer is, in words that were measured."""

import pytest

from apps.core.interface import Tone
from apps.inference.confidence import confidence_of, error_of
from tests.inference.people_factories import CALIBRATION


@pytest.mark.parametrize(
    ("probability", "tone", "said"),
    [
        (0.87, Tone.OK, "Out of a hundred answers as sure as this one, 93 were right."),
        (1.0, Tone.OK, "Out of a hundred answers as sure as this one, 93 were right."),
        (0.6, Tone.WARN, "Out of a hundred answers as sure as this one, 71 were right."),
        (0.41, Tone.BAD, "Too few answers this sure were measured to say how often they are right."),
    ],
)
def test_a_probability_is_told_with_how_often_such_answers_were_right(probability, tone, said):
    told = confidence_of(probability, CALIBRATION)

    assert (told.tone, told.sentence) == (tone, said)


def test_what_was_not_measured_is_not_promised():
    assert "not measured" in confidence_of(0.9, []).sentence
    assert "not measured" in confidence_of(0.3, CALIBRATION[1:]).sentence


@pytest.mark.parametrize(
    ("metrics", "said"),
    [({"mae": 3.204}, "off by 3.2\u00a0°C on average"), ({"mae": 123.4}, "off by 123\u00a0°C"), ({}, "")],
)
def test_a_number_is_told_with_its_usual_error(metrics, said):
    assert said in error_of(metrics, "°C")
    assert bool(error_of(metrics, "°C")) is bool(said)
