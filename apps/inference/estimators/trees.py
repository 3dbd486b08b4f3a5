"""Models made of decision trees: they find thresholds and combinations by themselves."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.enums import Task
from apps.inference.estimators.base import BALANCE, CLASSIFICATIONS, NUMBERS, EstimatorKind, Parameter

DEPTH = Parameter(
    name="max_depth",
    label=_("Depth at most"),
    help=_("How many questions a tree asks one after the other. Empty: as many as it wants."),
    default=None,
    minimum=1,
    maximum=50,
    is_whole=True,
    may_be_none=True,
)
LEAF = Parameter(
    name="min_samples_leaf",
    label=_("Rows of a leaf at least"),
    help=_("The higher, the less it learns exceptions by heart."),
    default=1,
    minimum=1,
    maximum=10_000,
    is_whole=True,
)
TREES = Parameter(
    name="n_estimators",
    label=_("Trees"),
    help=_("More make steadier answers, a larger file and slower ones."),
    default=200,
    minimum=10,
    maximum=2_000,
    is_whole=True,
)
BOOSTED = (
    Parameter(
        name="learning_rate",
        label=_("Learning rate"),
        help=_("How much each tree corrects those before. Lower needs more rounds."),
        default=0.1,
        minimum=0.001,
        maximum=1,
    ),
    Parameter(
        name="max_iter",
        label=_("Rounds"),
        help=_("How many trees, each correcting those before."),
        default=150,
        minimum=10,
        maximum=2_000,
        is_whole=True,
    ),
    Parameter(
        name="l2_regularization",
        label=_("Restraint"),
        help=_("The higher, the less it follows exceptions."),
        default=0.0,
        minimum=0,
        maximum=1_000,
    ),
    DEPTH,
)


def _boosting_classifier(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=seed, early_stopping=False, **parameters)


def _boosting_regressor(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=seed, early_stopping=False, **parameters)


def _forest_classifier(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=seed, **parameters)


def _forest_regressor(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(random_state=seed, **parameters)


LOSS = Parameter(
    name="loss",
    label=_("What it makes small"),
    help=_("Squared errors weigh the largest ones more; absolute errors are not led by extremes."),
    default="squared_error",
    choices=("squared_error", "absolute_error"),
)

KINDS = (
    EstimatorKind(
        name="gradient_boosting",
        label=_("Gradient boosting"),
        help=_("Trees that correct one another. Most often the best on tables of numbers and categories."),
        tasks=CLASSIFICATIONS,
        make=_boosting_classifier,
        is_dense=True,
        parameters=(*BOOSTED, BALANCE),
    ),
    EstimatorKind(
        name="random_forest",
        label=_("Random forest"),
        help=_("Trees that each learn from other rows, and vote. Robust, with hardly anything to set."),
        tasks=CLASSIFICATIONS,
        make=_forest_classifier,
        is_dense=True,
        parameters=(TREES, DEPTH, LEAF, BALANCE),
    ),
    EstimatorKind(
        name="gradient_boosting_regressor",
        label=_("Gradient boosting"),
        help=_("Trees that correct one another. Most often the best on tables of numbers and categories."),
        tasks=NUMBERS,
        make=_boosting_regressor,
        is_dense=True,
        parameters=(*BOOSTED, LOSS),
    ),
    EstimatorKind(
        name="random_forest_regressor",
        label=_("Random forest"),
        help=_("Trees that each learn from other rows, and whose answers are averaged. Robust."),
        tasks=NUMBERS,
        make=_forest_regressor,
        is_dense=True,
        parameters=(TREES, DEPTH, LEAF),
    ),
)
