"""Classifiers that weigh each value: quick, readable, and at ease with the many terms of a text."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.enums import Task
from apps.inference.estimators.base import BALANCE, CLASSIFICATIONS, EstimatorKind, Parameter

STRENGTH = Parameter(
    name="C",
    label=_("Freedom to fit"),
    help=_("The higher, the closer the model follows the rows it learns from, exceptions included."),
    default=1.0,
    minimum=0.0001,
    maximum=10_000,
)


def _logistic_regression(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(random_state=seed, **parameters)


def _linear_svc(task: Task, seed: int, **parameters: Any) -> Any:
    """Its distances to the frontier become probabilities by Platt's scaling, fitted on folds that it did not learn."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import LinearSVC

    return CalibratedClassifierCV(LinearSVC(random_state=seed, **parameters), cv=3, ensemble=False)


KINDS = (
    EstimatorKind(
        name="logistic_regression",
        label=_("Logistic regression"),
        help=_(
            "A sum of what each value weighs for each class. The first to try: quick, and its answers are calibrated."
        ),
        tasks=CLASSIFICATIONS,
        make=_logistic_regression,
        scales=True,
        parameters=(
            STRENGTH,
            BALANCE,
            Parameter(
                name="max_iter",
                label=_("Steps at most"),
                help=_("How long it looks for the best weights. More are needed if it does not converge."),
                default=1_000,
                minimum=10,
                maximum=100_000,
                is_whole=True,
            ),
        ),
    ),
    EstimatorKind(
        name="linear_svc",
        label=_("Linear support vectors, calibrated"),
        help=_("The frontier that leaves most room between classes. Often the best on short texts."),
        tasks=CLASSIFICATIONS,
        make=_linear_svc,
        scales=True,
        parameters=(STRENGTH, BALANCE),
    ),
)
