"""What the collection shows in the shell: its section, its locks, what waits for someone, what happened."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.collection.enums import RunState, SourceState
from apps.collection.flight import collection_stage
from apps.collection.listing import HEAVY, SourceFilter, counts_by_state, latest_runs, scheduled_sources
from apps.collection.models import Run, Source
from apps.collection.standing import STATE_TONES, standing_of_run
from apps.core.gates import GateState
from apps.core.interface import Event, Hit, Interface, RunLine, Section, SitePage, Stage, Task, Tone, Viewer
from apps.core.numbers import format_number

SHOWN = 6
FOUND = 10
TASKS_SHOWN = 5
# An event older than that says nothing of today.
EVENTS_SINCE = timedelta(days=30)


def stages(viewer: Viewer) -> list[Stage]:
    """Sources, then what was collected from them; nothing while there is no source."""
    if not viewer.has_perm("collection.view_source"):
        return []
    counts = counts_by_state()
    if not counts:
        return []
    open_sources = SourceFilter(state=SourceState.OPEN).sources()
    return [_sources_stage(counts), collection_stage(latest_runs(open_sources).values())]


def _sources_stage(counts: dict[str, int]) -> Stage:
    is_open, drafts = counts.get(SourceState.OPEN, 0), counts.get(SourceState.DRAFT, 0)
    return Stage(
        rank=10,
        label=_("Sources"),
        url=reverse("collection:sources"),
        figure=format_number(is_open),
        unit=ngettext("open source", "open sources", is_open),
        note=ngettext("%(count)s draft", "%(count)s drafts", drafts) % {"count": drafts} if drafts else "",
        gate=GateState.OPEN if is_open else GateState.WAITING,
        gate_note=_("Each says what its data is for.") if is_open else _("Open a source to collect it."),
    )


def tasks(viewer: Viewer) -> list[Task]:
    """Runs that did not pass, schedules that did not start, runs that rest, then drafts to finish."""
    troubled = list(latest_runs(_troubled_sources(viewer)[:TASKS_SHOWN]).values())
    names = dict(Source.objects.filter(pk__in=[run.source_id for run in troubled]).values_list("pk", "name"))
    found = [_to_look_at(run, names[run.source_id]) for run in troubled]
    if viewer.has_perm("collection.collect_source"):
        paused = Run.objects.filter(state=RunState.PAUSED).select_related("source").defer(*HEAVY)
        found += [_to_resume(run) for run in paused[:TASKS_SHOWN]]
    if viewer.has_perm("collection.change_source"):
        failing = scheduled_sources().exclude(schedule_error="").filter(state=SourceState.OPEN)
        found += [_to_reschedule(source) for source in failing[:TASKS_SHOWN]]
        drafts = Source.objects.filter(state=SourceState.DRAFT).order_by("-updated_at")[:TASKS_SHOWN]
        found += [_to_finish(draft) for draft in drafts]
    return found


def _troubled_sources(viewer: Viewer) -> QuerySet[Source]:
    """To whoever collects, all of them; to others, those that they follow, of which an e-mail tells them too."""
    if not viewer.has_perm("collection.view_run"):
        return Source.objects.none()
    sources = SourceFilter(state="troubled", order="-derniere").sources()
    return sources if viewer.has_perm("collection.collect_source") else sources.filter(followers=viewer)


def _to_look_at(run: Run, name: str) -> Task:
    label = _("Look at the run of “%(name)s”: held at the gate") if run.state == RunState.HELD else None
    return Task(
        label=(label or _("Look at the run of “%(name)s”: failed")) % {"name": name},
        url=run.get_absolute_url(),
        due=RunState(run.state).label,
        tone=Tone.BAD,
        rank=40,
    )


def _to_resume(run: Run) -> Task:
    return Task(
        label=_("Resume the run of “%(name)s”, or cancel it") % {"name": run.source.name},
        url=run.get_absolute_url(),
        due=RunState.PAUSED.label,
        tone=Tone.WAIT,
        rank=60,
    )


def _to_reschedule(source: Source) -> Task:
    return Task(
        label=_("Look at the schedule of “%(name)s”: its last start failed") % {"name": source.name},
        url=reverse("collection:source_schedule", args=[source.slug]),
        detail=source.schedule_problem,
        due=_("Not started"),
        tone=Tone.BAD,
        rank=45,
    )


def _to_finish(draft: Source) -> Task:
    return Task(
        label=_("Finish the draft “%(name)s”") % {"name": draft.name},
        url=reverse("collection:source_settings", args=[draft.slug]),
        detail=_("Nothing is collected until it is open."),
        due=SourceState.DRAFT.label,
        tone=Tone.WAIT,
        rank=80,
    )


def runs(viewer: Viewer) -> list[RunLine]:
    if not viewer.has_perm("collection.view_run"):
        return []
    return [
        RunLine(
            label=_("No. %(number)s") % {"number": run.pk},
            url=run.get_absolute_url(),
            source=run.source.name,
            started_at=run.started_at or run.requested_at,
            state=RunState(run.state).label,
            tone=STATE_TONES[RunState(run.state)],
            rows=run.rows_kept,
            rejects=run.rows_rejected,
        )
        for run in Run.objects.select_related("source").defer(*HEAVY)[:SHOWN]
    ]


def events(viewer: Viewer) -> list[Event]:
    if not viewer.has_perm("collection.view_run"):
        return []
    now = timezone.now()
    over = Run.objects.filter(finished_at__gte=now - EVENTS_SINCE).select_related("source").defer("plan")
    return [_event(run) for run in over.order_by("-finished_at")[:SHOWN] if run.finished_at]


def _event(run: Run) -> Event:
    standing = standing_of_run(run, now=run.finished_at or run.requested_at)
    said = _("Run no. %(number)s of “%(name)s”: %(how)s")
    return Event(
        at=run.finished_at or run.requested_at,
        text=said % {"number": run.pk, "name": run.source.name, "how": standing.sentence},
        tone=standing.tone,
        url=run.get_absolute_url(),
    )


def search(viewer: Viewer, query: str) -> list[Hit]:
    """Sources by their words, runs by their number."""
    found = []
    if viewer.has_perm("collection.view_source"):
        words = Q(name__icontains=query) | Q(description__icontains=query) | Q(slug=query)
        found += [
            Hit(label=each.name, url=each.get_absolute_url(), kind=_("Sources"), summary=each.get_state_display())
            for each in Source.objects.filter(words)[:FOUND]
        ]
    number = query.removeprefix("#")
    if viewer.has_perm("collection.view_run") and number.isascii() and number.isdigit() and len(number) < 19:
        found += [
            Hit(
                label=_("Run no. %(number)s") % {"number": run.pk},
                url=run.get_absolute_url(),
                kind=_("Runs"),
                summary=f"{run.source.name}, {run.get_state_display()}",
            )
            for run in Run.objects.select_related("source").defer(*HEAVY).filter(pk=int(number))
        ]
    return found


DECLARED = [
    Interface(
        section=Section(
            label=gettext_lazy("Collection"),
            url_name="collection:sources",
            rank=10,
            permission="collection.view_source",
        ),
        pages=[
            SitePage(
                label=gettext_lazy("Sources"),
                url_name="collection:sources",
                summary=gettext_lazy("Where data comes from, why, and how its last collection went"),
                permission="collection.view_source",
            ),
            SitePage(
                label=gettext_lazy("New source"),
                url_name="collection:source_new",
                summary=gettext_lazy("A file to send, or the address of one"),
                permission="collection.add_source",
            ),
            SitePage(
                label=gettext_lazy("Runs"),
                url_name="collection:runs",
                summary=gettext_lazy("Each time a source was collected"),
                permission="collection.view_run",
            ),
            SitePage(
                label=gettext_lazy("Schedules"),
                url_name="collection:schedules",
                summary=gettext_lazy("What is collected by itself, and when"),
                permission="collection.view_source",
            ),
        ],
        stages=stages,
        tasks=tasks,
        runs=runs,
        events=events,
        search=search,
    )
]
