"""Judging a model on rows that it never saw: its metrics with intervals, beside a baseline and the champion; where it
is worst; what it got wrong while being sure; what it relies on; whether more rows would help.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.inference.encoding import Array
from apps.inference.estimators.pipelines import make_pipeline
from apps.inference.fitting import fit
from apps.inference.measures import Metric, given, metric_named, metrics_of, truth_of
from apps.inference.measures.calibration import calibration_bins
from apps.inference.measures.counting import confusion, f1s, precisions, recalls
from apps.inference.measures.intervals import bootstrap, conformal_margin, wilson
from apps.inference.report import (
    CalibrationBin,
    ClassScore,
    Confusion,
    Described,
    Forecasted,
    Foretold,
    Gap,
    Measure,
    Mistake,
    Report,
    Scored,
    Slice,
    Timing,
    Trial,
)
from apps.inference.series import day_of
from apps.inference.slicing import slices_of
from apps.inference.spec import ModelSpec
from apps.inference.studying import importance_of, learning_curve_of
from apps.inference.trained import Rows, Sets, Trained

__all__ = ["Report", "evaluate"]

MOST_MISTAKES = 50
MOST_SLICES = 100
MOST_POINTS = 300
LEAST_ROWS_OF_SLICE = 30
# Of the numbers to come, how many lie within the margin that is told.
COVERAGE = 0.9
MODEL, BASELINE, CHAMPION = "model", "baseline", "champion"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an evaluation says of where it comes from: the version of the dataset, what was tried, how long it took."""

    dataset: str
    version: int
    trials: Sequence[Trial] = ()
    fit_s: float = 0.0
    answer_ms: float = 0.0
    champion: int | None = None


def evaluate(
    trained: Trained, spec: ModelSpec, context: Context, *, between: Callable[[], None] = lambda: None
) -> Report:
    """The report of this model. `between` is called between two steps, often: what it raises stops all.

    An anomaly detector whose rows are not labelled has no metric: the report says what it relied on, and no more.
    """
    sets, signature = trained.sets, trained.sets.signature
    metric = metric_named(spec.task, spec.metric, scale=sets.scale)
    truth = None if sets.test.target is None else truth_of(sets.test.target, signature.output.classes)
    answered = {MODEL: given(trained.answers), BASELINE: given(trained.baseline)}
    if trained.champion is not None:
        answered[CHAMPION] = given(trained.champion)
    metrics = metrics_of(spec.task, scale=sets.scale)
    scored = [] if truth is None else list(_scored(spec, metrics, truth, answered, between))
    main = next((each.model.value for each in scored if each.name == metric.name), None)
    return Report(
        task=spec.task.value,
        metric=metric.name,
        estimator=spec.estimator.name or spec.estimator.entry_point,
        parameters=dict(trained.parameters),
        seed=spec.seed,
        data=_described(sets, spec, context),
        scores=scored,
        slices=[] if truth is None else _slices(sets.test, spec, metric, truth, answered[MODEL]),
        importance=importance_of(trained.pipeline, sets, metric=metric, seed=spec.seed, between=between),
        learning_curve=[]
        if main is None
        else learning_curve_of(
            _maker(spec, sets, trained.parameters),
            sets,
            metric=metric,
            whole=main,
            fit_s=context.fit_s,
            seed=spec.seed,
            between=between,
        ),
        trials=list(context.trials),
        timing=Timing(fit_s=context.fit_s, answer_ms=context.answer_ms),
        champion=context.champion if trained.champion is not None else None,
        forecast=None if truth is None else _forecasted(spec, sets.test, truth, answered[MODEL]),
        **({} if truth is None else _looked_at(sets, truth, answered[MODEL])),
    )


def _scored(
    spec: ModelSpec,
    known: Sequence[Metric],
    truth: Array,
    answered: Mapping[str, Array],
    between: Callable[[], None],
) -> Iterator[Scored]:
    """Each metric that makes sense of these rows, of each of those that answered. All are drawn together."""
    metrics = [each for each in known if each.compute(truth, answered[MODEL]) is not None]

    def compute(drawn: Array) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for metric in metrics:
            values = {who: metric.compute(truth[drawn], given_by[drawn]) for who, given_by in answered.items()}
            found |= {f"{metric.name} {who}": value for who, value in values.items()}
            for other in (BASELINE, CHAMPION):
                one, two = values[MODEL], values.get(other)
                found[f"{metric.name} over {other}"] = None if one is None or two is None else one - two
        return found

    intervals = bootstrap(len(truth), compute, seed=spec.seed, between=between)
    for metric in metrics:
        measures = {
            who: _measure(metric, truth, values, intervals.get(f"{metric.name} {who}"))
            for who, values in answered.items()
        }
        model = measures[MODEL]
        if model is None:
            continue
        gaps = {
            other: _gap(metric, model, measures.get(other), intervals.get(f"{metric.name} over {other}"))
            for other in (BASELINE, CHAMPION)
        }
        yield Scored(
            name=metric.name,
            model=model,
            baseline=measures[BASELINE],
            champion=measures.get(CHAMPION),
            over_baseline=gaps[BASELINE],
            over_champion=gaps[CHAMPION],
        )


def _measure(
    metric: Metric, truth: Array, answered: Array, interval: tuple[float, float] | None = None
) -> Measure | None:
    value = metric.compute(truth, answered)
    if value is None:
        return None
    if metric.is_counted:
        interval, method = wilson(round(value * len(truth)), len(truth)), "wilson"
    else:
        method = "bootstrap" if interval else ""
    low, high = interval or (None, None)
    return Measure(value=value, low=low, high=high, method=method)


def _gap(metric: Metric, one: Measure, other: Measure | None, interval: tuple[float, float] | None) -> Gap | None:
    if other is None:
        return None
    low, high = interval or (None, None)
    return Gap(
        difference=one.value - other.value,
        low=low,
        high=high,
        is_better=metric.better(one.value, other.value),
        is_sure=low is not None and high is not None and (low > 0 or high < 0),
    )


def _looked_at(sets: Sets, truth: Array, answered: Array) -> dict[str, Any]:
    """What there is to look at besides metrics: of classes, or of numbers."""
    if not sets.signature.output.classes:
        return {"mistakes": _furthest(sets.test, truth, answered), "points": _points(truth, answered)}
    classes = sets.signature.output.classes
    counts = confusion(truth, answered.argmax(axis=1), len(classes))
    unseen = bool(counts[-1].sum())
    return {
        "confusion": Confusion(
            truths=[*classes, *([""] if unseen else [])],
            answers=list(classes),
            counts=counts.tolist() if unseen else counts[:-1].tolist(),
        ),
        "classes": _classes(sets, counts),
        "calibration": [CalibrationBin(**vars(each)) for each in calibration_bins(truth, answered)],
        "mistakes": _surest(sets, truth, answered),
    }


def _classes(sets: Sets, counts: Array) -> list[ClassScore]:
    import numpy as np

    found, called, right = counts.sum(axis=1), counts.sum(axis=0), counts.diagonal()
    learnt = [] if sets.train.target is None else sets.train.target.tolist()
    shares = (precisions(counts), recalls(counts), f1s(counts))
    return [
        ClassScore(
            name=name,
            rows=int(found[at]),
            learnt=learnt.count(name),
            precision=_share(shares[0][at], int(right[at]), int(called[at])),
            recall=_share(shares[1][at], int(right[at]), int(found[at])),
            f1=None if np.isnan(shares[2][at]) else float(shares[2][at]),
        )
        for at, name in enumerate(sets.signature.output.classes)
    ]


def _share(value: float, right: int, total: int) -> Measure | None:
    interval = wilson(right, total)
    return Measure(value=float(value), low=interval[0], high=interval[1], method="wilson") if interval else None


def _slices(rows: Rows, spec: ModelSpec, metric: Metric, truth: Array, answered: Array) -> list[Slice]:
    """The metric on each part of the rows that is large enough, the worst first."""
    import numpy as np

    found = []
    for column in spec.slices:
        for value, positions in slices_of(rows.columns[column]).items():
            if len(positions) < LEAST_ROWS_OF_SLICE:
                continue
            at = np.asarray(positions)

            def compute(drawn: Array, at: Array = at) -> dict[str, float | None]:
                return {"": metric.compute(truth[at[drawn]], answered[at[drawn]])}

            interval = None if metric.is_counted else bootstrap(len(at), compute, seed=spec.seed).get("")
            measure = _measure(metric, truth[at], answered[at], interval)
            if measure is not None:
                found.append(Slice(column=column, value=value, rows=len(at), measure=measure))
    worst_first = sorted(found, key=lambda each: each.measure.value, reverse=not metric.is_higher_better)
    return worst_first[:MOST_SLICES]


def _surest(sets: Sets, truth: Array, answered: Array) -> list[Mistake]:
    """The wrong answers of which it was the surest."""
    import numpy as np

    predicted, confidence = answered.argmax(axis=1), answered.max(axis=1)
    wrong = np.flatnonzero(predicted != truth)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:MOST_MISTAKES]
    target: Any = sets.test.target
    return [
        Mistake(
            id=sets.test.ids[at],
            truth=str(target[at]),
            answer=sets.signature.output.classes[predicted[at]],
            confidence=float(confidence[at]),
        )
        for at in order
    ]


def _furthest(rows: Rows, truth: Array, answered: Array) -> list[Mistake]:
    import numpy as np

    order = np.argsort(-abs(truth - answered), kind="stable")[:MOST_MISTAKES]
    return [Mistake(id=rows.ids[at], truth=float(truth[at]), answer=float(answered[at])) for at in order]


def _points(truth: Array, answered: Array) -> list[tuple[float, float]]:
    """As many as a picture can show, evenly taken."""
    step = max(1, -(-len(truth) // MOST_POINTS))
    return [(float(one), float(two)) for one, two in zip(truth[::step], answered[::step], strict=True)]


def _forecasted(spec: ModelSpec, rows: Rows, truth: Array, answered: Array) -> Forecasted | None:
    """What is told of a forecast; None of anything else."""
    if spec.forecast is None or rows.naive is None:
        return None
    period = spec.forecast.period
    told = sorted(zip(rows.ids, truth.tolist(), answered.tolist(), rows.naive, strict=True))
    return Forecasted(
        period=period,
        season=spec.forecast.season,
        coverage=COVERAGE,
        margin=conformal_margin(abs(truth - answered), COVERAGE),
        periods=[
            Foretold(day=day_of(rank, period).isoformat(), truth=true, answer=answer, naive=naive)
            for rank, true, answer, naive in told[-MOST_POINTS:]
        ],
    )


def _described(sets: Sets, spec: ModelSpec, context: Context) -> Described:
    import numpy as np

    column = spec.split.column if spec.split.by == "time" else ""
    told = [str(value)[:10] for rows in (sets.train, sets.test) for value in rows.columns.get(column, ()) if value]
    spread = {}
    if not spec.task.has_classes:
        target = np.concatenate([rows.target for rows in (sets.train, sets.test) if rows.target is not None])
        spread = dict(zip(("low", "median", "high"), map(float, np.percentile(target, [0, 50, 100])), strict=True))
    return Described(
        dataset=context.dataset,
        version=context.version,
        split=spec.split.by,
        split_column=spec.split.column,
        rows=len(sets.train) + len(sets.test),
        rows_train=len(sets.train),
        rows_test=len(sets.test),
        first=min(told, default=""),
        last=max(told, default=""),
        **spread,
    )


def _maker(spec: ModelSpec, sets: Sets, parameters: Mapping[str, Any]) -> Callable[[Rows], Any]:
    def make(rows: Rows) -> Any:
        pipeline = make_pipeline(spec.estimator, signature=sets.signature, seed=spec.seed, parameters=parameters)
        return fit(pipeline, rows, spec.task).pipeline

    return make
