"""Making a version: asking for it, following it, stopping it, reading why it did not pass."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.charts import Chart, bar_chart
from apps.core.errors import RuleViolation
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets import requesting
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.models import Build
from apps.datasets.quarantine import reason_label, title_of
from apps.datasets.standing import tone_of
from apps.datasets.tasks import build_version
from apps.datasets.telling import failure_of, verdict_of
from apps.datasets.views.cells import share_of
from apps.datasets.views.page import DatasetPage, Figure, Step, told


@requires("datasets.build_dataset")
@require_POST
def ask_for_build(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    try:
        build = requesting.request_build(dataset=shown.dataset, by=request.user)
    except RuleViolation as refusal:
        messages.error(request, told(refusal))
        return redirect(shown.dataset)
    transaction.on_commit(lambda: build_version.delay(build.pk))
    return redirect(build)


@requires("datasets.view_build")
def build(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    made, now = _load(shown, pk), timezone.now()
    context = {
        **_live_part(made, now),
        "is_paused": "figer" in request.GET,
        "tone": tone_of(made),
        "sentence": _sentence(made),
        "figures": _figures(made, now),
        "verdict": verdict_of(made),
        "failure": failure_of(made),
        "reasons": reasons_of(made),
        "runs": made.runs.select_related("source"),
        "published": getattr(made, "version", None),
    }
    return render(request, "datasets/build.html", shown.context("versions", **context))


@requires("datasets.view_build")
def build_progress(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; the last time, once the build is over, it asks for the whole page.

    `dit` is the phase that was announced last: nothing is said twice.
    """
    shown = DatasetPage.load(request, slug)
    made = _load(shown, pk)
    if request.headers.get("HX-Request") != "true":
        return redirect(made)
    if made.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = _live_part(made, timezone.now())
    context["is_news"] = request.GET.get("dit") != context["moment"]
    return render(request, "datasets/_build_progress.html", shown.context("versions", **context))


@requires("datasets.build_dataset")
def cancel_build(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    made = _load(shown, pk)
    if request.method == "POST":
        try:
            requesting.cancel_build(build=made, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, told(refusal))
        else:
            messages.success(request, _("The build stops; readers keep the version they have."))
        return redirect(made)
    return render(request, "datasets/build_cancel.html", shown.context("versions", build=made))


def _live_part(made: Build, now: datetime) -> dict[str, Any]:
    return {
        "build": made,
        "now": now,
        "steps": _steps(made),
        "progress": _progress(made),
        "moment": made.phase or made.state,
        "announcement": _announcement(made),
    }


def _load(shown: DatasetPage, pk: int) -> Build:
    made: Build = get_object_or_404(shown.dataset.builds.select_related("requested_by", "version"), pk=pk)
    made.dataset = shown.dataset
    return made


def _sentence(made: Build) -> str:
    match BuildState(made.state):
        case BuildState.WAITING:
            return _("It waits for a free worker.")
        case BuildState.RUNNING:
            return _("It is under way: nothing changes for readers until its gate opens.")
        case BuildState.PUBLISHED:
            if hasattr(made, "version"):
                return _("Its gate opened: the version is published.")
            return _("Its gate opened, and nothing had changed: readers keep the version they have.")
        case BuildState.HELD:
            return _("Its gate is closed: nothing was published, and nothing changes for readers.")
        case BuildState.FAILED:
            return _("It failed: nothing was published, and nothing changes for readers.")
        case _cancelled:
            return _("It was cancelled: nothing was published, and nothing changes for readers.")


def _steps(made: Build) -> list[Step]:
    """The phases: what is done, what goes on, what is to come, where it stopped."""
    phases = list(BuildPhase)
    current = phases.index(BuildPhase(made.phase)) if made.phase else (0 if made.state == BuildState.RUNNING else -1)
    if made.state == BuildState.PUBLISHED:
        current = len(phases)
    steps = []
    for rank, phase in enumerate(phases):
        if rank < current:
            steps.append(Step(label=str(phase.label), status="done", tone=Tone.OK, word=_("Done")))
        elif rank > current or made.state == BuildState.WAITING:
            steps.append(Step(label=str(phase.label), status="todo"))
        elif made.state == BuildState.RUNNING:
            steps.append(Step(label=str(phase.label), status="current", tone=Tone.INFO, word=_("Under way")))
        else:
            steps.append(Step(label=str(phase.label), status="current", tone=tone_of(made), word=_state_word(made)))
    return steps


def _state_word(made: Build) -> str:
    return str(BuildState(made.state).label)


def _progress(made: Build) -> tuple[int, int]:
    """How many phases are done, of how many."""
    phases = list(BuildPhase)
    return (phases.index(BuildPhase(made.phase)) if made.phase else 0, len(phases))


def _announcement(made: Build) -> str:
    """What the refreshed fragment says aloud."""
    if made.state == BuildState.WAITING:
        return _("Waiting for a worker")
    return str(BuildPhase(made.phase).label) if made.phase else _("Starting")


def _figures(made: Build, now: datetime) -> list[Figure]:
    duration = made.duration(now=now)
    share = made.rows_rejected / made.rows_in if made.rows_in else 0.0
    return [
        Figure(label=_("Rows read"), value=format_number(made.rows_in)),
        Figure(
            label=_("Rows kept"),
            value=format_number(made.rows_kept),
            note=share_of(1 - share) if made.rows_in else "",
        ),
        Figure(
            label=_("Rows set aside"),
            value=format_number(made.rows_rejected),
            note=_("%(share)s, limit %(limit)s")
            % {
                "share": share_of(share),
                "limit": share_of(float(made.dataset.max_rejected_share) / 100),
            }
            if made.rows_in
            else "",
        ),
        Figure(label=_("Duration"), value=_seconds(duration.total_seconds()) if duration else "–"),
    ]


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return format_number(seconds, 1, "s")
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(seconds // 60), "seconds": int(seconds % 60)}


def reasons_of(made: Build) -> dict[str, Any] | None:
    """The reasons, the most frequent first, as lines of a table and as a chart."""
    if not made.reasons:
        return None
    schema = made.pinned_schema
    lines = [
        (reason_label(each["code"]), title_of(schema, each["column"]), each["count"], each) for each in made.reasons
    ]
    return {"lines": lines, "chart": _chart(lines)}


def _chart(lines: list[tuple[str, str, int, Any]]) -> Chart:
    bars = [(f"{column}: {label}", count) for label, column, count, _reason in lines[:8]]
    return bar_chart(title=_("Why rows were set aside"), label_name=_("Reason"), value_name=_("Values"), bars=bars)
