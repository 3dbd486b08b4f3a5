"""Training a model: read the rows of a version of its dataset, learn, evaluate on rows kept apart, package, judge.

A training is claimed by a lease, so one process at a time works on it. What it reads is pinned when it first starts. It
keeps nothing between two attempts but its file, named by its digest: so a process may die at any instruction, and
another begins again, with the same seed.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic, perf_counter
from typing import Any, TypeAlias

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.datasets.models import Dataset
from apps.datasets.models import Version as DatasetVersion
from apps.inference import provenance
from apps.inference.checking import faults_of
from apps.inference.defending import champion_answers
from apps.inference.energy import Cost, Meter
from apps.inference.enums import Format, TrainingPhase, TrainingState
from apps.inference.estimators.pipelines import make_pipeline
from apps.inference.evaluating import Context, Report, evaluate
from apps.inference.exceptions import TrainingCancelled
from apps.inference.failures import (
    DeclarationBroken,
    NoRoom,
    NothingPublished,
    OneClass,
    TooFewRows,
    TooManyClasses,
    Unexpected,
)
from apps.inference.fitting import answers_of, baseline_answers, fit, search
from apps.inference.frames import columns_learnt, read_rows, signed, take
from apps.inference.measures import given, metric_named, scores, truth_of
from apps.inference.models import TrainingRun
from apps.inference.predictors import Answers, open_model
from apps.inference.recording import record_judged
from apps.inference.series import error_of_naive
from apps.inference.spec import ModelSpec
from apps.inference.splitting import split
from apps.inference.trained import Rows, Sets, Trained

CANCEL_IS_LOOKED_AT_EVERY_S = 1.0
LEAST_ROWS = 10
MOST_CLASSES = 200

OnProgress: TypeAlias = Callable[[TrainingRun], None]


def train(*, training_id: int, on_progress: OnProgress | None = None) -> TrainingRun | None:
    """Do a waiting training, to its end. None if it is another's, or became so.

    What goes wrong is written in the training, not raised (see `core.work`).
    """

    def do(lease: Lease[TrainingRun], held: Held) -> dict[str, Any]:
        working = _Training(lease=lease, held=held, on_progress=on_progress)
        try:
            return {"state": working.make()}
        except TrainingCancelled:
            return {"state": TrainingState.CANCELLED, **as_fields(working.meter.cost())}

    return carry_out(TrainingRun.objects.waiting(), training_id, do=do, unexpected=Unexpected, no_room=NoRoom)


def limited_threads() -> AbstractContextManager[Any]:
    """What computes in this block does on TRAINING_THREADS cores."""
    # Only what is loaded already can be limited: in a new process, that would be nothing.
    import sklearn.ensemble  # noqa: F401 -- as above
    from threadpoolctl import threadpool_limits

    limited: AbstractContextManager[Any] = threadpool_limits(settings.TRAINING_THREADS)
    return limited


def as_fields(cost: Cost) -> dict[str, Any]:
    """What was used, as a training tells it."""
    return {"cpu_seconds": cost.cpu_seconds, "energy_j": cost.joules, "energy_method": cost.method}


@dataclass(kw_only=True)
class _Training:
    """One process at work on one training."""

    lease: Lease[TrainingRun]
    held: Held
    on_progress: OnProgress | None
    looked_at: float = 0.0
    meter: Meter = field(default_factory=Meter.start)

    @property
    def row(self) -> TrainingRun:
        return self.lease.row

    @cached_property
    def spec(self) -> ModelSpec:
        """What is learnt; what was declared is pinned in the row."""
        return self.row.pinned_spec.learnt

    def make(self) -> TrainingState:
        """Every phase in turn. Raises TrainingCancelled if somebody asked for it to stop."""
        self._enter(TrainingPhase.READING)
        version = self._pin()
        self._check_declaration(version)
        rows = read_rows(version, self.row.pinned_spec)
        self._enter(TrainingPhase.CHECKING)
        sets = self._kept_apart(version, rows)
        with limited_threads():
            trained, report = self._learn(version, sets)
            return self._deliver(trained, report)

    def _learn(self, version: DatasetVersion, sets: Sets) -> tuple[Trained, Report]:
        spec, metric = self.spec, metric_named(self.spec.task, self.spec.metric, scale=sets.scale)
        self._enter(TrainingPhase.BASELINE)
        baseline = baseline_answers(spec, sets, metric=metric)
        self._enter(TrainingPhase.SEARCHING)
        parameters, trials = search(spec, sets.signature, sets.train, metric=metric, between=self._go_on)
        self.lease.note(parameters=dict(parameters))
        self._enter(TrainingPhase.FITTING)
        pipeline = make_pipeline(spec.estimator, signature=sets.signature, seed=spec.seed, parameters=parameters)
        fitted = fit(pipeline, sets.train, spec.task)
        self._enter(TrainingPhase.EVALUATING)
        started = perf_counter()
        answers = answers_of(fitted.pipeline, sets.test.inputs, sets.signature)
        answer_ms = (perf_counter() - started) * 1_000 / len(sets.test)
        number, champion = champion_answers(self.row.model, sets)
        trained = Trained(
            sets=sets,
            pipeline=fitted.pipeline,
            answers=answers,
            baseline=baseline,
            champion=champion,
            parameters=parameters,
            warnings=fitted.warnings,
            **self._scores(sets, {"scores": answers, "baseline_scores": baseline, "champion_scores": champion}),
        )
        context = Context(
            dataset=spec.data.dataset,
            version=version.number,
            trials=trials,
            fit_s=fitted.seconds,
            answer_ms=answer_ms,
            champion=number,
        )
        return trained, evaluate(trained, spec, context, between=self._go_on)

    def _deliver(self, trained: Trained, report: Report) -> TrainingState:
        """Package it, judge it, and write what came of it."""
        from apps.inference.gates import judge
        from apps.inference.packaging import package
        from apps.inference.packaging.store import keep

        self._enter(TrainingPhase.PACKAGING)
        signature = trained.sets.signature
        packaged = package(trained)
        predictor = open_model(packaged.content, format=Format(packaged.format), signature=signature)
        self._enter(TrainingPhase.JUDGING)
        verdict = judge(trained, self.spec, package=packaged, predictor=predictor, now=timezone.now())
        profile = _profile(trained)
        stored = keep(packaged.content)
        return record_judged(
            lease=self.lease,
            trained=trained,
            report=report,
            verdict=verdict,
            package=packaged,
            stored=stored,
            profile=profile,
            cost=self.meter.cost(),
        )

    def _pin(self) -> DatasetVersion:
        """What this training reads is what was published when it was first tried. Raises NothingPublished."""
        if self.row.dataset_version:
            return self.row.dataset_version
        # That of the declaration: the model may have been given to another dataset since.
        dataset = Dataset.objects.select_related("current_version").filter(slug=self.spec.data.dataset).first()
        version: DatasetVersion | None = dataset.current_version if dataset else None
        if version is None:
            raise NothingPublished(dataset=self.spec.data.dataset)
        self.lease.note(
            started_at=timezone.now(),
            dataset_version=version,
            code_digest=provenance.code_digest(self.spec),
            lock_digest=provenance.lock_digest(),
        )
        return version

    def _check_declaration(self, version: DatasetVersion) -> None:
        """The dataset may have changed since the model was declared."""
        if faults := faults_of(self.row.pinned_spec, version.pinned_schema):
            raise DeclarationBroken(reason=" ".join(map(str, faults)))

    def _kept_apart(self, version: DatasetVersion, rows: Rows) -> Sets:
        """Raises TooFewRows, OneClass, TooManyClasses, TooManyCategories."""
        learnt, judged = split(rows, self.spec)
        if min(len(learnt), len(judged)) < LEAST_ROWS:
            raise TooFewRows(train=len(learnt), test=len(judged), least=LEAST_ROWS)
        train, test = take(rows, learnt), take(rows, judged)
        columns = columns_learnt(version.pinned_schema, self.row.pinned_spec)
        signature = signed(self.spec, columns, train)
        if self.spec.task.has_classes and len(signature.output.classes) < 2:
            raise OneClass
        if len(signature.output.classes) > MOST_CLASSES:
            raise TooManyClasses(count=len(signature.output.classes), limit=MOST_CLASSES)
        self.lease.note(rows_train=len(train), rows_test=len(test))
        scale = None if train.naive is None or train.target is None else error_of_naive(train.target, train.naive)
        return Sets(signature=signature, train=train, test=test, scale=scale)

    def _scores(self, sets: Sets, answers: Mapping[str, Answers | None]) -> dict[str, dict[str, float]]:
        if sets.test.target is None:
            return {}
        truth = truth_of(sets.test.target, sets.signature.output.classes)
        told = {name: given(each) for name, each in answers.items() if each is not None}
        return {name: scores(self.spec.task, truth, each, scale=sets.scale) for name, each in told.items()}

    def _enter(self, phase: TrainingPhase) -> None:
        """Say where the training is. Between two phases is where it stops if it must."""
        self.looked_at = 0.0
        self._go_on()
        self.lease.note(phase=phase)
        if self.on_progress:
            self.on_progress(self.row)

    def _go_on(self) -> None:
        """Raises TrainingCancelled if somebody asked for it, LeaseLost if another process works on the training now."""
        self.held.check()
        if monotonic() - self.looked_at < CANCEL_IS_LOOKED_AT_EVERY_S:
            return
        self.looked_at = monotonic()
        if TrainingRun.objects.filter(pk=self.row.pk).exclude(cancel_requested_at=None).exists():
            raise TrainingCancelled(_("The training was cancelled."))


def _profile(trained: Trained) -> dict[str, Any]:
    """What drift will be measured from: the fields, as in the rows that were learnt from; the answers, as to the rows
    that were not, of which no model is surer than it will be of others."""
    from apps.inference.drift.profiles import profile_of

    sets = trained.sets
    learnt = answers_of(trained.pipeline, sets.train.inputs, sets.signature)
    heard = profile_of(sets.test.columns, trained.answers, sets.signature)
    of_answers = {name: heard[name] for name in ("answers", "confidence")}
    return {**profile_of(sets.train.columns, learnt, sets.signature), **of_answers}
