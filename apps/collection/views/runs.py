"""The runs: all of them, one of them while it goes on, stopping it, going on with it."""

from typing import Protocol

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.collection import requesting
from apps.collection.enums import RunState
from apps.collection.forms.listing import RunListForm
from apps.collection.models import Run
from apps.collection.models.runs import TROUBLED
from apps.collection.standing import STATE_TONES
from apps.collection.tasks import hand_out
from apps.collection.views.run_page import live_part
from apps.collection.views.shown import rights_of
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.core.interface import Tone

PAGE_SIZE = 25


class Act(Protocol):
    """What is done to a run by someone, and gives the run that goes on. Raises RuleViolation."""

    def __call__(self, *, run: Run, by: User | None) -> Run: ...


@requires("collection.view_run")
def runs(request: SignedInRequest) -> HttpResponse:
    form = RunListForm(request.GET or None)
    asked = form.asked()
    paginator = Paginator(asked.runs(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    tone, verdict = _verdict(list(page), is_filtering=form.is_bound and form.is_filtering)
    context = {
        "form": form,
        "is_filtering": form.is_bound and form.is_filtering,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": [(run, STATE_TONES[RunState(run.state)]) for run in page],
        "tone": tone,
        "verdict": verdict,
    }
    return render(request, "collection/runs.html", context)


@requires("collection.view_run")
def run(request: SignedInRequest, pk: int) -> HttpResponse:
    run, now = _run_or_404(pk), timezone.now()
    # A page that is frozen stays as it is: nothing moves under whoever reads it.
    asked = request.GET
    context = live_part(run, now=now, said=0, is_frozen="figer" in asked, part_page=asked.get("page"))
    context |= rights_of(request.user)
    return render(request, "collection/run.html", context)


@requires("collection.view_run")
def run_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; whoever comes here otherwise is sent to the page."""
    if not request.headers.get("HX-Request"):
        return redirect("collection:run", pk=pk)
    run, now = _run_or_404(pk), timezone.now()
    told = request.GET.get("dit", "")
    context = live_part(run, now=now, said=int(told) if told.isdecimal() and len(told) < 3 else 0)
    context |= {"is_fragment": True, **rights_of(request.user)}
    return render(request, "collection/_run_live.html", context)


@requires("collection.collect_source")
def cancel_run(request: SignedInRequest, pk: int) -> HttpResponse:
    run = _run_or_404(pk)
    if request.method == "POST":
        try:
            run = requesting.cancel_run(run=run, by=request.user)
        except RuleViolation as refusal:
            messages.warning(request, str(refusal.message))
        else:
            messages.success(request, _("The run is cancelled.") if run.is_over else _("The run is being cancelled."))
        return redirect(run)
    return render(request, "collection/run_cancel.html", {"run": run, "source": run.source})


@requires("collection.collect_source")
@require_POST
def retry_run(request: SignedInRequest, pk: int) -> HttpResponse:
    return _act(request, pk, requesting.retry_run, said=_("The run goes on from where it stopped."))


@requires("collection.collect_source")
@require_POST
def pause_run(request: SignedInRequest, pk: int) -> HttpResponse:
    """It loses nothing, and is undone by a button beside: nobody is asked to confirm."""
    said, under_way = _("The run is paused."), _("The run is being paused.")
    return _act(request, pk, requesting.pause_run, said=said, under_way=under_way)


@requires("collection.collect_source")
@require_POST
def resume_run(request: SignedInRequest, pk: int) -> HttpResponse:
    return _act(request, pk, requesting.resume_run, said=_("The run goes on from where it was paused."))


@requires("collection.collect_source")
@require_POST
def replay_run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read its rejected records again, in a run of their own, and show that run."""
    said = _("Its rejected records are read again, with the settings of today.")
    return _act(request, pk, requesting.replay_rejections, said=said)


def _act(request: SignedInRequest, pk: int, act: Act, *, said: str, under_way: str = "") -> HttpResponse:
    """Do this to the run, hand it to a worker if it waits for one, and show it.

    `under_way` is said instead where a worker has the run, and will do it.
    """
    run = _run_or_404(pk)
    try:
        with transaction.atomic():
            done = act(run=run, by=request.user)
            if done.state == RunState.WAITING:
                hand_out(done)
    except RuleViolation as refusal:
        messages.warning(request, str(refusal.message))
        return redirect(run)
    messages.success(request, under_way if under_way and done.state == RunState.RUNNING else said)
    return redirect(done)


def _run_or_404(pk: int) -> Run:
    runs = Run.objects.select_related("source", "requested_by", "replays").defer("replays__plan", "replays__samples")
    return get_object_or_404(runs, pk=pk)


def _verdict(shown: list[Run], *, is_filtering: bool) -> tuple[Tone, str]:
    if not shown:
        return Tone.OFF, _("Nothing matches.") if is_filtering else _("Nothing has been collected yet.")
    if is_filtering:
        return Tone.INFO, _("Only what the filters ask for is shown.")
    active = sum(not run.is_over for run in shown)
    if active:
        return Tone.INFO, ngettext("One run goes on.", "%(count)s runs go on.", active) % {"count": active}
    if shown[0].state in TROUBLED:
        return Tone.BAD, _("The latest run did not pass.")
    return Tone.OK, _("All is well: nothing goes on, and the latest run went well.")
