"""What is learnt of a model by trying it otherwise: without what a field says, with fewer rows. At a bounded cost."""

from collections.abc import Callable, Mapping
from statistics import fmean, pstdev
from typing import Any

from apps.inference.encoding import Array, inputs_of
from apps.inference.fitting import answers_of
from apps.inference.frames import take
from apps.inference.measures import Metric, given, truth_of
from apps.inference.report import Importance, LearningPoint
from apps.inference.signature import Signature
from apps.inference.trained import Rows, Sets

SHUFFLED_ROWS = 2_000
REPEATS = 3
MANY_FIELDS = 50  # from there on, once each
CURVE = (0.1, 0.25, 0.5)
LEAST_LEARNT = 20
LONGEST_FIT_SECONDS = 60.0


def importance_of(
    pipeline: Any, sets: Sets, *, metric: Metric, seed: int, between: Callable[[], None]
) -> list[Importance]:
    """What is lost of the metric when the values of each field are shuffled among rows (Breiman, 2001), the most first.

    Two fields that say the same thing each look useless: the model reads the other one.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    rows = _some(sets.test, SHUFFLED_ROWS, generator)
    whole = score_of(pipeline, rows, sets.signature, metric)
    if whole is None:
        return []
    sign = 1 if metric.is_higher_better else -1
    found = []
    for field in sets.signature.fields:
        losses = []
        for _repeat in range(REPEATS if len(sets.signature.fields) < MANY_FIELDS else 1):
            between()
            order = generator.permutation(len(rows))
            shuffled = {name: rows.inputs[name][order] for name in inputs_of(field)}
            changed = _score(pipeline, {**rows.inputs, **shuffled}, rows.target, sets.signature, metric)
            if changed is not None:
                losses.append(sign * (whole - changed))
        if losses:
            found.append(Importance(field=field.name, loss=fmean(losses), spread=pstdev(losses)))
    return sorted(found, key=lambda each: -each.loss)


def learning_curve_of(
    make: Callable[[Rows], Any],
    sets: Sets,
    *,
    metric: Metric,
    whole: float,
    fit_s: float,
    seed: int,
    between: Callable[[], None],
) -> list[LearningPoint]:
    """The metric on the test set for some of the rows to learn from, then for all: does it still rise?

    `make` fits a pipeline on some rows. Nothing but the last point where learning takes too long to be done again.
    """
    import numpy as np

    points = []
    order = np.random.default_rng(seed).permutation(len(sets.train)).tolist()
    for share in CURVE if fit_s < LONGEST_FIT_SECONDS else ():
        between()
        count = int(len(order) * share)
        if count < LEAST_LEARNT:
            continue
        rows = take(sets.train, sorted(order[:count]))
        if sets.signature.output.classes and len(set(rows.target.tolist() if rows.target is not None else ())) < 2:
            continue
        score = score_of(make(rows), sets.test, sets.signature, metric)
        if score is not None:
            points.append(LearningPoint(rows=count, score=score))
    return [*points, LearningPoint(rows=len(order), score=whole)]


def score_of(pipeline: Any, rows: Rows, signature: Signature, metric: Metric) -> float | None:
    """The metric of what a pipeline answers to these rows; None if it makes no sense of them."""
    return _score(pipeline, rows.inputs, rows.target, signature, metric)


def _score(
    pipeline: Any, inputs: Mapping[str, Array], target: Array | None, signature: Signature, metric: Metric
) -> float | None:
    if target is None or not len(target):
        return None
    answered = given(answers_of(pipeline, inputs, signature))
    return metric.compute(truth_of(target, signature.output.classes), answered)


def _some(rows: Rows, count: int, generator: Any) -> Rows:
    if len(rows) <= count:
        return rows
    return take(rows, sorted(generator.choice(len(rows), count, replace=False).tolist()))
