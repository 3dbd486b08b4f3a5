"""The sources: all of them, and one."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.collection.describing import describe_config
from apps.collection.enums import LoadMode, RunState, SourceState
from apps.collection.forms.collecting import BackfillForm
from apps.collection.forms.listing import SourceListForm
from apps.collection.listing import latest_runs
from apps.collection.models import Run, Source
from apps.collection.models.runs import TROUBLED
from apps.collection.readers import stages_after
from apps.collection.standing import (
    SOURCE_TONES,
    STATE_TONES,
    freshness_tone,
    gate_of,
    schedule_trouble,
    standing_of_source,
)
from apps.collection.views.shown import (
    OVERVIEW,
    allowed_share,
    in_full,
    kept_figure,
    kind_label,
    rejects_figure,
    rights_of,
    tabs_of,
    until_text,
)
from apps.collection.views.source_details import Held, contract_pairs, held_of, schedule_of, sheet_of
from apps.core.access import requires
from apps.core.declarations import Text
from apps.core.gates import GateState
from apps.core.interface import Figure, Stage, Tone
from apps.core.numbers import format_number, format_size
from apps.core.templatetags.ecluse import ago

PAGE_SIZE = 25
RUNS_SHOWN = 10
SOURCE_GATES = {SourceState.DRAFT: GateState.WAITING, SourceState.OPEN: GateState.OPEN}


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One source of the list."""

    source: Source
    tone: Tone
    kind: Text
    last: Run | None
    last_tone: Tone
    passed_at: datetime | None
    freshness: Tone
    next_at: datetime | None
    next_text: str
    next_in_full: str
    trouble: str


@requires("collection.view_source")
def sources(request: SignedInRequest) -> HttpResponse:
    form, now = SourceListForm(request.GET or None), timezone.now()
    paginator = Paginator(form.asked(request.GET.get("tri", "")).sources(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    latest = latest_runs(page)
    is_filtering = form.is_bound and form.is_filtering
    tone, verdict = _verdict(list(latest.values()), paginator.count, is_filtering=is_filtering)
    context = {
        "form": form,
        "is_filtering": is_filtering,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": [_line(source, latest.get(source.pk), now) for source in page],
        "tone": tone,
        "verdict": verdict,
        "can_add": request.user.has_perm("collection.add_source"),
        "can_see_runs": request.user.has_perm("collection.view_run"),
    }
    return render(request, "collection/sources.html", context)


@requires("collection.view_source")
def source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source.objects.select_related("created_by"), slug=slug)
    return source_page(request, source, backfill=BackfillForm())


def source_page(request: SignedInRequest, source: Source, *, backfill: BackfillForm) -> HttpResponse:
    """The page of a source; `backfill` is the period that was asked for, to be corrected if it could not be."""
    now = timezone.now()
    sees_runs = request.user.has_perm("collection.view_run")
    runs = list(source.runs.select_related("requested_by").defer("plan")[:RUNS_SHOWN]) if sees_runs else []
    last = runs[0] if runs else None
    held = held_of(source) if sees_runs else Held()
    followers = list(source.followers.order_by("name"))
    context = {
        "source": source,
        "kind": kind_label(source.kind),
        "standing": standing_of_source(source, last=last, now=now),
        "runs": [_shown(run) for run in runs],
        "has_more_runs": len(runs) == RUNS_SHOWN,
        "last": last,
        "held": held,
        "figures": _figures(source, last, held, now),
        "stages": [_source_stage(source), _run_stage(last, held.latest), *stages_after(source, viewer=request.user)],
        "settings": describe_config(source.kind, source.config),
        "columns": source.columns,
        "allowed_share": allowed_share(source),
        "schedule": schedule_of(source, now=now),
        "contract": contract_pairs(source),
        "sheet": sheet_of(source),
        "followers": followers,
        "is_followed": request.user in followers,
        "backfill": backfill,
        "has_errors": bool(backfill.errors),
        "is_draft": source.state == SourceState.DRAFT,
        "is_incremental": source.mode == LoadMode.INCREMENTAL,
        "is_collecting": bool(last and not last.is_over),
        "tabs": tabs_of(source, OVERVIEW, request.user),
        "sees_runs": sees_runs,
        **rights_of(request.user),
    }
    return render(request, "collection/source.html", context)


def _line(source: Source, last: Run | None, now: datetime) -> SourceLine:
    passed_at = source.passed_at  # type: ignore[attr-defined]  # annotated
    next_at = next(iter(source.upcoming(after=now, count=1)), None) if source.is_open else None
    return SourceLine(
        source=source,
        tone=SOURCE_TONES[SourceState(source.state)],
        kind=kind_label(source.kind),
        last=last,
        last_tone=STATE_TONES[RunState(last.state)] if last else Tone.OFF,
        passed_at=passed_at,
        freshness=freshness_tone(source, passed_at=passed_at, now=now),
        next_at=next_at,
        next_text=until_text(next_at, now) if next_at else "",
        next_in_full=in_full(localtime(next_at)) if next_at else "",
        trouble=schedule_trouble(source, now=now),
    )


def _shown(run: Run | None) -> tuple[Run, Tone] | None:
    return (run, STATE_TONES[RunState(run.state)]) if run else None


def _verdict(latest: list[Run], count: int, *, is_filtering: bool) -> tuple[Tone, str]:
    """Is it well, over what the page shows?"""
    if not count:
        return Tone.OFF, _("Nothing matches.") if is_filtering else _("Nothing is collected yet.")
    troubled = sum(run.state in TROUBLED for run in latest)
    if troubled:
        said = ngettext(
            "The last run of one source did not pass.", "The last runs of %(count)s sources did not pass.", troubled
        )
        return Tone.BAD, said % {"count": troubled}
    if not latest:
        return Tone.OFF, _("Nothing has been collected yet.")
    return Tone.OK, _("All is well: the last run of each source went well, or goes on.")


def _figures(source: Source, last: Run | None, held: Held, now: datetime) -> list[Figure]:
    if last is None:
        return []
    state = RunState(last.state)
    figures = [Figure(label=_("Last run"), value=ago(last.started_at or last.requested_at), note=state.label)]
    if last.rows_read:
        figures += [kept_figure(last), rejects_figure(last, source)]
    note = _("in the lake, compressed") if held.size else _("nothing that passed is kept")
    figures.append(Figure(label=_("Kept today"), value=format_size(held.size or None), note=note))
    if held.latest:
        tone = freshness_tone(source, passed_at=held.latest.finished_at, now=now)
        said = {Tone.OK: _("as its schedule says"), Tone.WARN: _("late on its schedule")}.get(tone, "")
        figures.append(Figure(label=_("Freshness"), value=ago(held.latest.finished_at), note=said))
    return figures


def _source_stage(source: Source) -> Stage:
    return Stage(
        rank=10,
        label=_("Source"),
        unit=source.get_legal_basis_display() or _("No legal basis yet"),
        gate=SOURCE_GATES.get(SourceState(source.state), GateState.CLOSED),
        gate_note=source.get_state_display(),
    )


def _run_stage(last: Run | None, feeding: Run | None) -> Stage:
    """The run that the datasets read is the last that passed, which may not be the last one."""
    if last is None:
        return Stage(rank=20, label=_("Run"), unit=_("none yet"), gate=GateState.WAITING)
    is_held = bool(feeding and feeding.pk != last.pk)
    note = _("Datasets still read run no. %(number)s.") % {"number": feeding.pk} if feeding and is_held else ""
    return Stage(
        rank=20,
        label=_("Run no. %(number)s") % {"number": last.pk},
        url=last.get_absolute_url(),
        figure=format_number(last.rows_kept),
        unit=ngettext("row kept", "rows kept", last.rows_kept),
        gate=gate_of(last),
        gate_note=note or RunState(last.state).label,
        is_held=is_held,
    )
