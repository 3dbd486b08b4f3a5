"""Regressions that weigh each value."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.enums import Task
from apps.inference.estimators.base import NUMBERS, EstimatorKind, Parameter


def _linear(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.linear_model import LinearRegression

    return LinearRegression(**parameters)


def _ridge(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(random_state=seed, **parameters)


def _elastic_net(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.linear_model import ElasticNet

    return ElasticNet(random_state=seed, max_iter=10_000, **parameters)


RESTRAINT = Parameter(
    name="alpha",
    label=_("Restraint"),
    help=_("The higher, the less it follows exceptions."),
    default=1.0,
    minimum=0.0001,
    maximum=10_000,
)

KINDS = (
    EstimatorKind(
        name="linear_regression",
        label=_("Linear regression"),
        help=_("A sum of what each value weighs. The plainest; unsteady when values say the same thing."),
        tasks=NUMBERS,
        make=_linear,
        scales=True,
    ),
    EstimatorKind(
        name="ridge",
        label=_("Ridge regression"),
        help=_("A linear regression that keeps its weights small. The first to try."),
        tasks=NUMBERS,
        make=_ridge,
        scales=True,
        parameters=(RESTRAINT,),
    ),
    EstimatorKind(
        name="elastic_net",
        label=_("Elastic net"),
        help=_("A linear regression that sets aside what does not help."),
        tasks=NUMBERS,
        make=_elastic_net,
        scales=True,
        parameters=(
            RESTRAINT,
            Parameter(
                name="l1_ratio",
                label=_("Share of what is set aside"),
                help=_("0 keeps every value, 1 sets aside as many as possible."),
                default=0.5,
                minimum=0,
                maximum=1,
            ),
        ),
    ),
)
