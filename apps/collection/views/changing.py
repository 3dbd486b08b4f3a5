"""Changing what surrounds a source: its sheet, its schedule, what is agreed with it. Of a draft as of an open one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.collection.enums import SourceState
from apps.collection.exceptions import SourceRefused
from apps.collection.forms.contract import ContractForm
from apps.collection.forms.schedule import ScheduleForm
from apps.collection.forms.sheet import SheetForm
from apps.collection.models import Run, Source
from apps.collection.rhythms import Rhythm
from apps.collection.sourcing import change_source
from apps.collection.standing import schedule_trouble
from apps.collection.views.shown import moments_of, tabs_of
from apps.collection.views.trial import Trial
from apps.core.access import requires
from apps.core.interface import Tone

SHEET, SCHEDULE, CONTRACT = "collection:source_sheet", "collection:source_schedule", "collection:source_contract"


@requires("collection.change_source")
def source_sheet(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    form = SheetForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid() and _change(form, source, form.changes, request.user):
        messages.success(request, _("The sheet is saved."))
        return redirect(source)
    return _page(request, "collection/source_sheet.html", source, SHEET, form=form)


@requires("collection.change_source")
def source_schedule(request: SignedInRequest, slug: str) -> HttpResponse:
    """The hours of a source. The next runs are shown before they are saved."""
    source, now = get_object_or_404(Source, slug=slug), timezone.now()
    form = ScheduleForm(request.POST or None, source=source)
    upcoming, rhythm, time_zone = source.upcoming(after=now), Rhythm.of(source.cron), source.time_zone
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST and (saved := _change(form, source, form.changes, request.user)):
            messages.success(request, _schedule_saved(saved))
            return redirect(source)
        upcoming, rhythm, time_zone = form.upcoming(after=now), form.rhythm, form.cleaned_data["time_zone"]
    return _page(
        request,
        "collection/source_schedule.html",
        source,
        SCHEDULE,
        form=form,
        trouble=schedule_trouble(source, now=now),
        rhythm=rhythm if upcoming else "",
        moments=moments_of(upcoming, time_zone),
        time_zone=time_zone,
        is_preview=request.method == "POST" and form.is_valid(),
    )


@requires("collection.change_source")
def source_contract(request: SignedInRequest, slug: str) -> HttpResponse:
    """What each run reads, the columns that are expected, what is done when others come, the limits of a run."""
    source = get_object_or_404(Source, slug=slug)
    last = source.runs.exclude(plan={}).order_by("-pk").first()
    found = _columns_of(last)
    trial = Trial() if last else Trial.of(source, source.config)
    known = found or {column.name: column.proposed_type for column in trial.columns}
    form = ContractForm(request.POST or None, instance=source, known=known)
    if request.method == "POST" and form.is_valid():
        changes = form.changes
        if "agree" in request.POST:
            changes["expected_columns"] = [{"name": name, "type": kind} for name, kind in known.items()]
        if _change(form, source, changes, request.user):
            messages.success(request, _("What is agreed is saved: the next run is judged by it."))
            return redirect(source)
    return _page(request, "collection/source_contract.html", source, CONTRACT, form=form, last=last, trial=trial)


def _columns_of(run: Run | None) -> dict[str, str]:
    """The columns that a run landed, with the types that their values looked like."""
    if run is None:
        return {}
    types = run.plan.get("types", {})
    return {name: types.get(name, "") for name in [*run.plan["columns"], *run.new_columns]}


def _schedule_saved(source: Source) -> str:
    if not source.is_scheduled:
        return _("The source is collected only when someone asks.")
    if not source.is_open:
        return _("The schedule is saved: it starts once the source is open.")
    return _("The schedule is saved.")


def _change(form: forms.BaseForm, source: Source, changes: Mapping[str, Any], by: User) -> Source | None:
    """The source, changed; None if it is refused, which is then said beside the fields."""
    try:
        return change_source(source=source, changes=changes, by=by)
    except SourceRefused as refusal:
        for place, said in (refusal.fields or {"": str(refusal.message)}).items():
            form.add_error(place if place in form.fields else None, said)
        return None


def _page(request: SignedInRequest, template: str, source: Source, here: str, **context: Any) -> HttpResponse:
    context |= {"source": source, "tabs": tabs_of(source, here, request.user), **_state_of(source)}
    return render(request, template, context)


def _state_of(source: Source) -> dict[str, Any]:
    """What changing this source means today."""
    if source.is_open:
        return {"tone": Tone.OK, "verdict": _("Open: what you change holds from the next run on.")}
    if source.state == SourceState.DRAFT:
        return {"tone": Tone.WARN, "verdict": _("Draft: what you say here is kept, and nothing is collected yet.")}
    return {"tone": Tone.OFF, "verdict": _("Closed: nothing is collected until the source is open again.")}
