"""Whether the training came to an end, and was worth it."""

from collections.abc import Iterator
from typing import Any

from apps.core.gates import Check
from apps.inference.gates.case import Case, CheckName
from apps.inference.gates.resampling import gain
from apps.inference.measures import Metric, metric_named

# Where steps follow one another until nothing changes; a boosting makes as many trees as it was told.
_ITERATIVE = ("sklearn.linear_model", "sklearn.svm", "sklearn.neural_network", "sklearn.mixture")


def look(case: Case) -> Iterator[Check]:
    """No warning that it stopped before it converged; better than the baseline, for sure."""
    warned = [each for each in case.trained.warnings if each.startswith("ConvergenceWarning")]
    steps = _steps_at_their_limit(case.trained.pipeline)
    yield Check(name=CheckName.CONVERGES, passed=not warned and not steps, measured=str(steps or len(warned)))
    target = case.sets.test.target
    if target is None or not len(target):
        return
    for metric in _telling_of_worth(case):
        found = gain(metric, target, case.trained.answers, case.trained.baseline, case.classes)
        passed = found is not None and found.low > 0
        yield Check(name=CheckName.BETTER_THAN_BASELINE, passed=passed, measured=str(found or ""), label=metric.name)


def _telling_of_worth(case: Case) -> Iterator[Metric]:
    """The metrics by which an answer that looks at nothing is beaten: the one of the model, and a mean of recalls where
    that one does not tell. To answer at random is enough for a better F1 than an answer that is always the same, and
    such an answer is as well calibrated as can be."""
    if case.metric.name != "ece":
        yield case.metric
    if case.metric.name.startswith(("f1", "ece")):
        yield metric_named(case.spec.task, "balanced_accuracy", scale=case.sets.scale)


def _steps_at_their_limit(pipeline: Any) -> int:
    """How many steps its estimator made, if that is all that it was allowed; 0 if it stopped by itself."""
    estimator = pipeline[-1] if hasattr(pipeline, "steps") else pipeline
    made, allowed = getattr(estimator, "n_iter_", None), getattr(estimator, "max_iter", None)
    if not type(estimator).__module__.startswith(_ITERATIVE) or made is None or not allowed or allowed < 0:
        return 0
    most = max(made) if hasattr(made, "__len__") else made
    return int(most) if most >= allowed else 0
