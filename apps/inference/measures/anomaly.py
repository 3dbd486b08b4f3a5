"""How good an anomaly detector is, where it is known which rows were anomalies."""

from django.utils.translation import gettext_lazy as _

from apps.inference.encoding import Array
from apps.inference.measures.base import Metric
from apps.inference.measures.ranking import average_precision, precision_at, roc_auc

# The position of anomalies among the classes.
ANOMALY = 1


def auc(truth: Array, probabilities: Array) -> float | None:
    return roc_auc(truth == ANOMALY, probabilities[:, ANOMALY])


def precision_at_k(truth: Array, probabilities: Array) -> float | None:
    """Of as many rows as there are anomalies, those of highest score, the share that are some."""
    return precision_at(truth == ANOMALY, probabilities[:, ANOMALY], int((truth == ANOMALY).sum()))


def mean_precision(truth: Array, probabilities: Array) -> float | None:
    return average_precision(truth == ANOMALY, probabilities[:, ANOMALY])


METRICS = (
    Metric(
        name="roc_auc",
        label=_("Area under the ROC curve"),
        explanation=_("How often an anomaly is given a higher score than a normal row. Half of the time is chance."),
        compute=auc,
        is_share=True,
    ),
    Metric(
        name="average_precision",
        label=_("Mean precision"),
        explanation=_(
            "How many of the rows shown first are anomalies, on average down the list. Chance gives their share."
        ),
        compute=mean_precision,
        is_share=True,
    ),
    Metric(
        name="precision_at_k",
        label=_("Precision of the first rows"),
        explanation=_(
            "Looking at as many rows as there are anomalies, the highest scores first: the share that are some."
        ),
        compute=precision_at_k,
        is_share=True,
    ),
)
