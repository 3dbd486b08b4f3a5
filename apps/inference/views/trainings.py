"""Training a model: asking for it, following it, stopping it, reading why it made no version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.core.interface import Event, Figure, Step, Tone, steps_of
from apps.core.numbers import format_number
from apps.inference import requesting
from apps.inference.energy import method_told
from apps.inference.enums import TrainingCause, TrainingPhase, TrainingState
from apps.inference.models import TrainingRun
from apps.inference.reports import Line, Told
from apps.inference.standing import TRAINING_TONES
from apps.inference.tasks import train_model
from apps.inference.telling import cause_of, estimator_said, failure_of, lasting, sentence_of, verdict_of
from apps.inference.views.page import ModelPage

PAGE_SIZE = 25


@dataclass(frozen=True, kw_only=True)
class Row:
    run: TrainingRun
    tone: Tone
    cause: str
    duration: str
    primary: Line | None


@requires("inference.view_model", "inference.view_trainingrun")
def trainings(request: SignedInRequest, slug: str) -> HttpResponse:
    shown, now = ModelPage.load(request, slug), timezone.now()
    runs = shown.model.trainings.select_related("version", "dataset_version", "evaluation", "requested_by")
    paginator = Paginator(runs.defer("spec", "verdict"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    rows = [
        Row(
            run=run,
            tone=TRAINING_TONES[TrainingState(run.state)],
            cause=cause_of(run),
            duration=lasting(run.duration(now=now)),
            primary=Told.of(run.evaluation).primary if hasattr(run, "evaluation") else None,
        )
        for run in page
    ]
    context = {"page": page, "pages": paginator.get_elided_page_range(page.number), "rows": rows}
    return render(request, "inference/trainings.html", shown.context("trainings", **context))


@requires("inference.view_model", "inference.train_model")
@require_POST
def ask_for_training(request: SignedInRequest, slug: str) -> HttpResponse:
    """The page of the training; that of the model, with the reason, if none can be asked for."""
    shown = ModelPage.load(request, slug)
    try:
        with transaction.atomic():
            run = requesting.request_training(
                model=shown.model, by=request.user, cause=TrainingCause.PERSON, details={}
            )
            transaction.on_commit(lambda: train_model.delay(run.pk))
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
        return redirect(shown.model)
    return redirect(run)


@requires("inference.view_model", "inference.view_trainingrun")
def training(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown, now = ModelPage.load(request, slug), timezone.now()
    run = shown.training(pk)
    report = getattr(run, "evaluation", None)
    context = {
        **_live_part(run, now),
        "is_paused": "figer" in request.GET,
        "tone": TRAINING_TONES[TrainingState(run.state)],
        "sentence": sentence_of(run),
        "cause": cause_of(run),
        "figures": _figures(run, now) if run.is_over else [],
        "verdict": verdict_of(run),
        "failure": failure_of(run),
        "report": Told.of(report, unit=run.pinned_spec.target.unit) if report else None,
        "version": getattr(run, "version", None),
        "events": _events(run),
        "estimator": estimator_said(run.pinned_spec.estimator),
        "sees_dataset": shown.model.dataset.is_visible_to(request.user),
    }
    return render(request, "inference/training.html", shown.context("trainings", **context))


@requires("inference.view_model", "inference.view_trainingrun")
def training_progress(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; the last time, once it is over, it asks for the whole page.

    `dit` is the phase that was announced last: nothing is said twice.
    """
    shown = ModelPage.load(request, slug)
    run = shown.training(pk)
    if request.headers.get("HX-Request") != "true":
        return redirect(run)
    if run.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = _live_part(run, timezone.now())
    context["is_news"] = request.GET.get("dit") != context["moment"]
    return render(request, "inference/_training_progress.html", shown.context("trainings", **context))


@requires("inference.view_model", "inference.train_model")
def cancel_training(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    run = shown.training(pk)
    if request.method == "POST":
        try:
            requesting.cancel_training(training=run, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The training stops; what is in service does not change."))
        return redirect(run)
    return render(request, "inference/training_cancel.html", shown.context("trainings", training=run))


def _live_part(run: TrainingRun, now: datetime) -> dict[str, Any]:
    phases = list(TrainingPhase)
    done = phases.index(TrainingPhase(run.phase)) if run.phase else 0
    return {
        "training": run,
        "now": now,
        "steps": _steps(run, done),
        "progress": (done, len(phases)),
        "moment": run.phase or run.state,
        "announcement": _announcement(run),
    }


def _steps(run: TrainingRun, done: int) -> list[Step]:
    """The phases: what is done, what goes on, what is to come, where it stopped."""
    labels = [phase.label for phase in TrainingPhase]
    match TrainingState(run.state):
        case TrainingState.PASSED:
            return steps_of(labels, len(labels))
        case TrainingState.RUNNING:
            return steps_of(labels, done, tone=Tone.INFO, word=_("Under way"))
        case TrainingState.WAITING:
            return steps_of(labels, done)
        case stopped:
            return steps_of(labels, done, tone=TRAINING_TONES[stopped], word=stopped.label if run.phase else "")


def _announcement(run: TrainingRun) -> str:
    """What the refreshed fragment says aloud."""
    if run.state == TrainingState.WAITING:
        return _("Waiting for a worker")
    return str(TrainingPhase(run.phase).label) if run.phase else _("Starting")


def _figures(run: TrainingRun, now: datetime) -> list[Figure]:
    return [
        Figure(label=_("Rows to learn from"), value=format_number(run.rows_train)),
        Figure(label=_("Rows to judge by"), value=format_number(run.rows_test), note=_("which it never saw")),
        Figure(
            label=_("Duration"),
            value=lasting(run.duration(now=now)),
            note=_("%(seconds)s of processor time") % {"seconds": format_number(run.cpu_seconds, 1, "s")},
        ),
        Figure(
            label=_("Energy"),
            value=format_number(run.energy_j / 3600, 2, "Wh") if run.energy_j is not None else "–",
            note=method_told(run.energy_method) or _("not measured"),
        ),
    ]


def _events(run: TrainingRun) -> list[Event]:
    """What happened to it, the latest first."""
    moments = [
        (run.requested_at, _("Asked: %(cause)s.") % {"cause": cause_of(run)}, Tone.INFO),
        (run.started_at, _("Taken by a worker."), Tone.INFO),
        (run.cancel_requested_at, _("Asked to stop."), Tone.WARN),
        (
            run.judged.judged_at if run.judged else None,
            _("Judged at its gate."),
            Tone.OK if run.state == TrainingState.PASSED else Tone.BAD,
        ),
        (run.finished_at, f"{TrainingState(run.state).label}.", TRAINING_TONES[TrainingState(run.state)]),
    ]
    found = [Event(at=at, text=text, tone=tone) for at, text, tone in moments if at]
    return sorted(found, key=lambda event: event.at, reverse=True)
