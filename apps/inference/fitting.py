"""Learning: a pipeline is fitted on rows, parameters are chosen by trying them, and what was learnt is asked."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from apps.core.errors import EcluseError
from apps.inference.encoding import Array
from apps.inference.enums import Task
from apps.inference.estimators import trials_of
from apps.inference.estimators.pipelines import make_baseline, make_pipeline
from apps.inference.failures import NotLearnt
from apps.inference.fields import NORMAL
from apps.inference.frames import take
from apps.inference.measures import Metric, given, truth_of
from apps.inference.predictors import Answers, PipelinePredictor, as_frame
from apps.inference.report import Trial
from apps.inference.signature import Signature
from apps.inference.spec import ModelSpec
from apps.inference.splitting import folds
from apps.inference.trained import Rows, Sets

# Told as many times as there are rows otherwise.
MOST_WARNINGS = 20


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A pipeline that has learnt, in how many seconds, and what it warned of: "category: message"."""

    pipeline: Any
    seconds: float
    warnings: tuple[str, ...] = ()


def fit(pipeline: Any, rows: Rows, task: Task) -> Fitted:
    """Raises NotLearnt if it refuses these rows."""
    target = None if task == Task.ANOMALY else rows.target
    started = perf_counter()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            pipeline.fit(as_frame(rows.inputs), target)
        except ValueError as error:
            raise NotLearnt(error=type(error).__name__) from error
    messages = dict.fromkeys(f"{each.category.__name__}: {each.message}"[:300] for each in told)
    return Fitted(pipeline=pipeline, seconds=perf_counter() - started, warnings=tuple(messages)[:MOST_WARNINGS])


def baseline_answers(spec: ModelSpec, sets: Sets, *, metric: Metric) -> Answers:
    """What learns nothing says of the rows to judge by: always the same answer, the most frequent class with the share
    of each, or the middle; of a forecast, the number of the same period a season before."""
    import numpy as np

    rows = sets.train
    if sets.test.naive is not None:
        return Answers(values=np.array(sets.test.naive, np.float32))
    target = np.array([NORMAL] * len(rows), object) if rows.target is None else rows.target
    baseline = make_baseline(spec.task, metric=metric.name, seed=spec.seed).fit(as_frame(rows.inputs), target)
    return answers_of(baseline, sets.test.inputs, sets.signature)


def answers_of(pipeline: Any, inputs: Mapping[str, Array], signature: Signature) -> Answers:
    """What it answers, with a probability for each class of the signature: none for those that it never saw."""
    classes = signature.output.classes
    answers = PipelinePredictor(pipeline, has_classes=bool(classes)).predict(inputs)
    return in_order(answers, [str(name) for name in getattr(pipeline, "classes_", classes)], classes)


def in_order(answers: Answers, classes: Sequence[str], wanted: Sequence[str]) -> Answers:
    """The same answers, with their probabilities in the order of these classes: none for a class that it never saw."""
    import numpy as np

    if answers.probabilities is None or tuple(classes) == tuple(wanted):
        return answers
    probabilities = np.zeros((len(answers.probabilities), len(wanted)), np.float32)
    for at, name in enumerate(wanted):
        if name in classes:
            probabilities[:, at] = answers.probabilities[:, classes.index(name)]
    return Answers(probabilities=probabilities)


def search(
    spec: ModelSpec, signature: Signature, rows: Rows, *, metric: Metric, between: Callable[[], None]
) -> tuple[Mapping[str, Any], list[Trial]]:
    """The parameters whose metric is best on rows kept apart (see `splitting.folds`), and all that was tried.

    The first of those that are equal. Without anything to choose, nothing is tried. Raises NotLearnt if none learns.
    """
    choices = trials_of(spec.estimator)
    if not spec.estimator.search:
        return spec.estimator.parameters, []
    parts = [(take(rows, learnt), take(rows, judged)) for learnt, judged in folds(rows, spec) if learnt and judged]
    trials = []
    for parameters in choices:
        found = []
        for learnt, judged in parts:
            between()
            score = _tried(spec, signature, parameters, learnt, judged, metric)
            if score is not None:
                found.append(score)
        trials.append(Trial(parameters=parameters, score=sum(found) / len(found) if found else None))
    scored = [(trial.score, at) for at, trial in enumerate(trials) if trial.score is not None]
    if not scored:
        raise NotLearnt(error="no trial")
    sign = 1 if metric.is_higher_better else -1
    _best, at = max(scored, key=lambda each: (sign * each[0], -each[1]))
    return choices[at], trials


def _tried(
    spec: ModelSpec, signature: Signature, parameters: Mapping[str, Any], learnt: Rows, judged: Rows, metric: Metric
) -> float | None:
    pipeline = make_pipeline(spec.estimator, signature=signature, seed=spec.seed, parameters=parameters)
    try:
        fit(pipeline, learnt, spec.task)
    except EcluseError:
        return None
    if judged.target is None:
        return None
    answered = given(answers_of(pipeline, judged.inputs, signature))
    return metric.compute(truth_of(judged.target, signature.output.classes), answered)
