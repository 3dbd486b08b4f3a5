"""Naive Bayes: how often each term is met in each class."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.enums import FieldType, Task
from apps.inference.estimators.base import CLASSIFICATIONS, EstimatorKind, Parameter


def _naive_bayes(task: Task, seed: int, **parameters: Any) -> Any:
    """Complement naive Bayes (Rennie et al., 2003), which rare classes harm less. Nothing in it is drawn at random."""
    from sklearn.naive_bayes import ComplementNB

    return ComplementNB(**parameters)


KINDS = (
    EstimatorKind(
        name="naive_bayes",
        label=_("Naive Bayes"),
        help=_(
            "Counts the terms of each class. Instant, good with few texts; its probabilities are poorly calibrated."
        ),
        tasks=CLASSIFICATIONS,
        make=_naive_bayes,
        # It counts: a number below zero, as a scaled one is, has no meaning to it.
        takes=frozenset({FieldType.TEXT, FieldType.CATEGORY}),
        parameters=(
            Parameter(
                name="alpha",
                label=_("Smoothing"),
                help=_("What is added to each count, so that a term never met does not rule a class out."),
                default=0.5,
                minimum=0.001,
                maximum=100,
            ),
        ),
    ),
)
