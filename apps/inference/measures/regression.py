"""How good a regression is."""

from django.utils.translation import gettext_lazy as _

from apps.inference.encoding import Array
from apps.inference.measures.base import Metric


def mae(truth: Array, values: Array) -> float | None:
    return float(abs(truth - values).mean()) if len(truth) else None


def rmse(truth: Array, values: Array) -> float | None:
    return float(((truth - values) ** 2).mean() ** 0.5) if len(truth) else None


def median_error(truth: Array, values: Array) -> float | None:
    import numpy as np

    return float(np.median(abs(truth - values))) if len(truth) else None


def r2(truth: Array, values: Array) -> float | None:
    """1 less the part of the variance that is not explained. None where the truth does not vary."""
    spread = float(((truth - truth.mean()) ** 2).sum()) if len(truth) else 0.0
    return 1 - float(((truth - values) ** 2).sum()) / spread if spread else None


def mape(truth: Array, values: Array) -> float | None:
    """None as soon as one true value is zero: an error is no share of nothing."""
    return float(abs((truth - values) / truth).mean()) if len(truth) and (truth != 0).all() else None


METRICS = (
    Metric(
        name="mae",
        label=_("Mean error"),
        explanation=_(
            "How far answers are from the truth on average, above or below, in the unit of what is predicted."
        ),
        compute=mae,
        is_higher_better=False,
        in_unit=True,
    ),
    Metric(
        name="median_error",
        label=_("Median error"),
        explanation=_("Half of the answers are closer to the truth than this. It hides how bad the others are."),
        compute=median_error,
        is_higher_better=False,
        in_unit=True,
    ),
    Metric(
        name="rmse",
        label=_("Root mean squared error"),
        explanation=_(
            "An error that counts large mistakes for more. Far above the mean error, a few answers are very bad."
        ),
        compute=rmse,
        is_higher_better=False,
        in_unit=True,
    ),
    Metric(
        name="r2",
        label=_("Variance explained (R²)"),
        explanation=_(
            "All of it: every answer is right. None: no better than always answering the mean. Below: worse. High does "
            "not mean precise: look at the mean error."
        ),
        compute=r2,
        is_share=True,
    ),
    Metric(
        name="mape",
        label=_("Mean error, in proportion"),
        explanation=_("The error as a share of the true value. It punishes answers above the truth more than below."),
        compute=mape,
        is_higher_better=False,
        is_share=True,
    ),
)
