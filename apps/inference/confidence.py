"""How sure an answer is, in plain words, tied to what was measured: of the answers this sure, how many were right.

Pure. A probability is no promise: it is told together with how often the model was right when it said as much, on the
rows that it was judged by (the calibration of its evaluation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.interface import Tone
from apps.core.numbers import format_number, format_percent
from apps.inference.report import Forecasted

# Below so many answers measured, a share says nothing.
ENOUGH = 30
HIGH, MEDIUM = 0.8, 0.5


@dataclass(frozen=True, kw_only=True)
class Confidence:
    tone: Tone
    word: str
    sentence: str


def confidence_of(probability: float, calibration: Sequence[Mapping[str, Any]]) -> Confidence:
    """Of an answer of this probability. `calibration`: bins of the evaluation, `low` to `high` the probability of the
    class that was answered, `rows` how many were, `accuracy` the share that was right."""
    share = format_percent(probability)
    if probability >= HIGH:
        tone, word = Tone.OK, _("High confidence, %(share)s") % {"share": share}
    elif probability >= MEDIUM:
        tone, word = Tone.WARN, _("Medium confidence, %(share)s") % {"share": share}
    else:
        tone, word = Tone.BAD, _("Low confidence, %(share)s") % {"share": share}
    return Confidence(tone=tone, word=word, sentence=_measured(probability, calibration))


def error_of(metrics: Mapping[str, Any], unit: str) -> str:
    """By how much a number that is answered is off, on average, when the model was judged; "" if it is not known."""
    off = metrics.get("mae")
    if off is None:
        return ""
    digits = 2 if abs(off) < 10 else 0
    return _("When the model was judged, its answers were off by %(error)s on average.") % {
        "error": format_number(round(off, digits), unit=unit)
    }


def margin_said(forecast: Forecasted | None, unit: str) -> str:
    """Between which values the numbers to come are, how often, and by what right that is said; "" if it is not."""
    if forecast is None or forecast.margin is None:
        return ""
    digits = 2 if forecast.margin < 10 else 0
    return _(
        "Of a hundred numbers to come, about %(share)d are within %(margin)s of what is foretold: as many were, of the "
        "periods that it was judged by (split conformal prediction). It holds as long as what comes is like what was."
    ) % {
        "share": round(forecast.coverage * 100),
        "margin": format_number(round(forecast.margin, digits), unit=unit),
    }


def _measured(probability: float, calibration: Sequence[Mapping[str, Any]]) -> str:
    for each in calibration:
        is_last = each["high"] >= 1
        if each["low"] <= probability and (probability < each["high"] or is_last):
            if each["rows"] < ENOUGH:
                return _("Too few answers this sure were measured to say how often they are right.")
            right = round(each["accuracy"] * 100)
            return _("Out of a hundred answers as sure as this one, %(right)d were right.") % {"right": right}
    return _("How often answers this sure are right was not measured.")
