"""How good a forecast is: as a regression, and beside what the season before says."""

from django.utils.translation import gettext_lazy as _

from apps.inference.measures import regression
from apps.inference.measures.base import Metric

MASE = Metric(
    name="mase",
    label=_("Scaled mean error (MASE)"),
    explanation=_(
        "The mean error, as a part of what saying again the number of a season before was wrong by, in the past that "
        "was learnt from (Hyndman and Koehler, 2006). Below 1, the forecast does better than that."
    ),
    compute=regression.mae,
    is_higher_better=False,
    is_scaled=True,
)
METRICS = (regression.METRICS[0], MASE, *regression.METRICS[1:])
