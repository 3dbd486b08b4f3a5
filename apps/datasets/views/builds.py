"""Making a version: asking for it, following it, stopping it, reading why it did not pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.charts import Chart, bar_chart
from apps.core.errors import RuleViolation
from apps.core.interface import Figure, Step, Tone, steps_of
from apps.core.numbers import format_number
from apps.datasets import requesting
from apps.datasets.design import design_of
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.models import Build, Dataset
from apps.datasets.quarantine import is_fault, reason_label, title_of
from apps.datasets.recipes.blaming import place_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.standing import tone_of
from apps.datasets.telling import failure_of, verdict_of
from apps.datasets.views.asking import build_after
from apps.datasets.views.cells import share_of
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class Line:
    """One reason for which rows of a table were set aside: in words, and as the filters of their page take it."""

    entity: str
    table: str
    code: str
    names: str
    label: str
    column: str
    count: int
    is_fault: bool = True
    # Whether there is a recipe to correct, and the line of it to look at; "" if there is none.
    is_correctable: bool = False
    place: str = ""


@requires("datasets.build_dataset")
@require_POST
def ask_for_build(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    return build_after(request, shown.dataset)


@requires("datasets.view_build")
def build(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    made, now = _load(shown, pk), timezone.now()
    outputs = made.outputs.all()
    seen = Dataset.objects.visible_to(request.user)
    context = {
        **_live_part(made, now),
        "is_paused": "figer" in request.GET,
        "tone": tone_of(made),
        "sentence": _sentence(made),
        "figures": _figures(made, now),
        "verdict": verdict_of(made),
        "failure": failure_of(made),
        "reasons": reasons_of(made, recipes_to_change(shown)),
        "runs": made.runs.select_related("source"),
        "read_versions": made.read_versions.filter(dataset__in=seen).select_related("dataset"),
        "outputs": [(each, made.pinned_schema.entity(each.entity).title) for each in outputs]
        if len(outputs) > 1
        else [],
        "updates": [output for output in outputs if output.update],
        "published": getattr(made, "version", None),
    }
    return render(request, "datasets/build.html", shown.context("versions", **context))


@requires("datasets.view_build")
def build_progress(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; the last time, once the build is over, it asks for the whole page.

    `dit` is the phase that was announced last: nothing is said twice.
    """
    shown = DatasetPage.load_at_work(request, slug)
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
    shown = DatasetPage.load_at_work(request, slug)
    made = _load(shown, pk)
    if request.method == "POST":
        try:
            requesting.cancel_build(build=made, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The build stops; readers keep the version they have."))
        return redirect(made)
    return render(request, "datasets/build_cancel.html", shown.context("versions", build=made))


def recipes_to_change(shown: DatasetPage) -> Mapping[str, Recipe]:
    """The recipes of today, for whoever may correct them."""
    if not shown.viewer.has_perm("datasets.change_dataset"):
        return {}
    try:
        return design_of(shown.dataset).recipes
    except RuleViolation:  # one does not hold any more: its page says why
        return {}


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
    builds = shown.dataset.builds.select_related("requested_by", "version", "base", "restores")
    builds = builds.defer("restores__manifest", "restores__schema").prefetch_related("outputs")
    made: Build = get_object_or_404(builds, pk=pk)
    made.dataset = shown.dataset
    return made


def _sentence(made: Build) -> str:
    match BuildState(made.state):
        case BuildState.WAITING:
            return _("It waits for a free worker.")
        case BuildState.RUNNING if made.restores:
            return _("Version %(number)s is being published again.") % {"number": made.restores.number}
        case BuildState.RUNNING:
            return _("It is under way: nothing changes for readers until its gate opens.")
        case BuildState.PUBLISHED:
            if made.restores:
                return _("Version %(number)s is published again, under a new number.") % {
                    "number": made.restores.number
                }
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
    labels = [phase.label for phase in made.phases]
    done, _count = _progress(made)
    match BuildState(made.state):
        case BuildState.PUBLISHED:
            return steps_of(labels, len(labels))
        case BuildState.RUNNING:
            return steps_of(labels, done, tone=Tone.INFO, word=_("Under way"))
        case BuildState.WAITING:
            return steps_of(labels, done)
        case stopped:
            return steps_of(labels, done, tone=tone_of(made), word=stopped.label if made.phase else "")


def _progress(made: Build) -> tuple[int, int]:
    """How many phases are done, of how many."""
    phases = made.phases
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
        *(
            [Figure(label=_("Rows left out"), value=format_number(made.rows_left_out), note=_("on purpose"))]
            if made.rows_left_out
            else []
        ),
        Figure(label=_("Duration"), value=_seconds(duration.total_seconds()) if duration else "–"),
    ]


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return format_number(seconds, 1, "s")
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(seconds // 60), "seconds": int(seconds % 60)}


def reasons_of(made: Build, recipes: Mapping[str, Recipe] | None = None) -> dict[str, Any] | None:
    """The reasons, as lines of a table and as a chart: faults, the most frequent first, then what was left out on
    purpose. Each with the line to correct.
    """
    schema, outputs, known = made.pinned_schema, made.outputs.all(), recipes or {}
    lines = [
        Line(
            entity=output.entity,
            table=schema.entity(output.entity).title if len(outputs) > 1 else "",
            code=each["code"],
            names=each["column"],
            label=reason_label(each["code"]),
            column=title_of(schema.entity(output.entity), each["column"]),
            count=each["count"],
            is_fault=is_fault(each),
            is_correctable=output.entity in known,
            place=place_of(known[output.entity], each["code"], each["column"]) if output.entity in known else "",
        )
        for output in outputs
        for each in output.reasons
    ]
    if not lines:
        return None
    lines.sort(key=lambda line: (not line.is_fault, -line.count))
    return {"lines": lines, "chart": _chart(lines), "has_tables": len(outputs) > 1}


def _chart(lines: list[Line]) -> Chart:
    """Faults alone: what a recipe leaves out on purpose would dwarf them."""
    bars = [
        (f"{line.label} – {line.column}" if line.column else line.label, line.count) for line in lines if line.is_fault
    ][:8]
    return bar_chart(title=_("Why rows were set aside"), label_name=_("Reason"), value_name=_("Values"), bars=bars)
