"""How good answers are: one list of metrics for each kind of task, the first of which compares versions if no other is
chosen. Pure numpy: the same in training, gates and monitoring.
"""

from collections.abc import Mapping, Sequence

from apps.inference.encoding import Array
from apps.inference.enums import Task
from apps.inference.measures import anomaly, classification, forecasting, regression
from apps.inference.measures.base import Metric
from apps.inference.predictors import Answers

METRICS: Mapping[Task, tuple[Metric, ...]] = {
    Task.CLASSIFICATION: classification.METRICS,
    Task.TEXT_CLASSIFICATION: classification.METRICS,
    Task.REGRESSION: regression.METRICS,
    Task.ANOMALY: anomaly.METRICS,
    Task.FORECASTING: forecasting.METRICS,
}

__all__ = ["METRICS", "Metric", "given", "metric_named", "metrics_of", "scores", "truth_of"]


def metrics_of(task: Task, *, scale: float | None = None) -> list[Metric]:
    """Those of a task, ready to compute; `scale` is that of the rows that were learnt from, if they have one."""
    return [metric.scaled_by(scale) for metric in METRICS[task]]


def metric_named(task: Task, name: str, *, scale: float | None = None) -> Metric:
    """The one that versions are compared by if no name is given. Raises KeyError if this task has none of this name."""
    for metric in metrics_of(task, scale=scale):
        if metric.name == name or not name:
            return metric
    raise KeyError(name)


def truth_of(target: Array, classes: Sequence[str]) -> Array:
    """What metrics compare with: the position of each row's class, -1 for one that there is not; or the numbers."""
    import numpy as np

    if not classes:
        return target
    places = {name: place for place, name in enumerate(classes)}
    return np.array([places.get(value, -1) for value in target], np.int64)


def given(answers: Answers) -> Array:
    """What was answered, to compute metrics on: float64."""
    import numpy as np

    answered = answers.values if answers.probabilities is None else answers.probabilities
    return np.asarray(answered, np.float64)


def scores(task: Task, truth: Array, answered: Array, *, scale: float | None = None) -> dict[str, float]:
    """Every metric of the task that makes sense of these rows, by name."""
    found = {metric.name: metric.compute(truth, answered) for metric in metrics_of(task, scale=scale)}
    return {name: value for name, value in found.items() if value is not None}
