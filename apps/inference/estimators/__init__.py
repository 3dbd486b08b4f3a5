"""The estimators that models may be made with, and what prepares the fields for them.

One is added by a module that lists it in its `KINDS`, and by naming that module here.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from apps.inference.enums import Task
from apps.inference.estimators import isolation_forest, linear_classifiers, linear_regressors, naive_bayes, trees
from apps.inference.estimators.base import EstimatorKind, Parameter
from apps.inference.spec import Estimator

CATALOGUE: Mapping[str, EstimatorKind] = {
    kind.name: kind
    for module in (linear_classifiers, naive_bayes, trees, linear_regressors, isolation_forest)
    for kind in module.KINDS
}
# More would be a search that nobody waits for.
MAX_TRIALS = 40

__all__ = ["CATALOGUE", "MAX_TRIALS", "EstimatorKind", "Parameter", "suiting", "trials_of"]


def suiting(task: Task) -> Iterable[EstimatorKind]:
    """Those that do this task, in the order of the catalogue: the first ones are the first to try."""
    return [kind for kind in CATALOGUE.values() if task in kind.tasks]


def trials_of(estimator: Estimator) -> list[dict[str, Any]]:
    """The parameters to choose among: each combination of the values of `search`, over those that are fixed."""
    names = list(estimator.search)
    return [
        {**estimator.parameters, **dict(zip(names, values, strict=True))}
        for values in product(*(estimator.search[name] for name in names))
    ]
