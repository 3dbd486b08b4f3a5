"""Isolation forest: what a few random questions are enough to single out is unusual (Liu, Ting & Zhou, 2008)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.enums import FieldType, Task
from apps.inference.estimators.base import EstimatorKind, Parameter


def _isolation_forest(task: Task, seed: int, **parameters: Any) -> Any:
    from sklearn.ensemble import IsolationForest

    contamination = parameters.pop("contamination")
    return IsolationForest(
        random_state=seed, contamination="auto" if contamination is None else contamination, **parameters
    )


KINDS = (
    EstimatorKind(
        name="isolation_forest",
        label=_("Isolation forest"),
        help=_("Singles out the rows that look like no other, without being shown any."),
        tasks=frozenset({Task.ANOMALY}),
        make=_isolation_forest,
        is_dense=True,
        takes=frozenset(FieldType) - {FieldType.TEXT},
        parameters=(
            Parameter(
                name="n_estimators",
                label=_("Trees"),
                help=_("More make steadier answers, a larger file and slower ones."),
                default=100,
                minimum=10,
                maximum=1_000,
                is_whole=True,
            ),
            Parameter(
                name="contamination",
                label=_("Share of anomalies"),
                help=_("How many of the rows are thought to be unusual. Empty: the threshold of the original article."),
                default=None,
                minimum=0.0001,
                maximum=0.5,
                may_be_none=True,
            ),
        ),
    ),
)
