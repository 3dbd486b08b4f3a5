"""What the page of a run tells to whoever wants to know more: what it reads, its parts, its log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Sum, Value, When
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.collection.bookmarks import MOVING
from apps.collection.enums import EventCode, RunMode, RunState
from apps.collection.models import Checkpoint, Run, RunEvent
from apps.collection.telling import event_text
from apps.core.declarations import Text
from apps.core.interface import Tone
from apps.core.numbers import format_number

PARTS_SHOWN, PARTS_SHOWN_LIVE = 50, 12
EVENTS_SHOWN = 500
# While the page is refreshed under the reader, the end of the log is enough.
EVENTS_SHOWN_LIVE = 8

EVENT_TONES = {
    EventCode.PART_READ: Tone.OK,
    EventCode.RETRIED: Tone.WARN,
    EventCode.PUT_OFF: Tone.WARN,
    EventCode.PART_LEFT: Tone.WARN,
    EventCode.PAUSED: Tone.WAIT,
    EventCode.CANCELLED: Tone.OFF,
    EventCode.STOPPED: Tone.BAD,
    EventCode.FAILED: Tone.BAD,
}


@dataclass(frozen=True, kw_only=True)
class PartLine:
    """A part of a run: how far it is, what of it landed."""

    key: str
    tone: Tone
    word: Text
    rows: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a run, those of one page, and how many there are. While the run is followed, there is one page."""

    shown: Sequence[PartLine]
    count: int
    count_read: int
    page: Page[Checkpoint]

    @property
    def pages(self) -> Iterator[str | int]:
        return self.page.paginator.get_elided_page_range(self.page.number)


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """`when` says the day too where it changes."""

    at: datetime
    when: str
    tone: Tone
    text: str


@dataclass(frozen=True, kw_only=True)
class Log:
    """The end of the log of a run, the newest last; `count_before` lines came before those shown."""

    lines: Sequence[LogLine]
    count_before: int


def mode_text(run: Run) -> SafeString | str:
    """What the run reads, and where it stands among the others."""
    match RunMode(run.mode):
        case RunMode.REPLAY:
            return _with_link(_("What %(run)s set aside, read again"), run.replays) or run.get_mode_display()
        case RunMode.BACKFILL:
            bounds = {"since": run.since, "until": run.until}
            if run.since and run.until:
                return _("A backfill, from %(since)s to %(until)s") % bounds
            return (_("A backfill, from %(since)s on") if run.since else _("A backfill, up to %(until)s")) % bounds
        case RunMode.INCREMENTAL:
            return _with_link(_("What is new since %(run)s"), _run_before(run)) or run.get_mode_display()
    return _("Everything")


def replayed_text(run: Run) -> SafeString | str:
    """The run that read its rejected records again, if there was one."""
    replay = run.replays_made.only("pk").order_by("-pk").first() if run.rows_rejected else None
    return _with_link("%(run)s", replay)


def parts_of(run: Run, *, now: datetime, is_live: bool, number: str | None = None) -> Parts | None:
    """Those being read first, then those to be read, then those that were; None when the run is of one piece.

    `number` is that of the page of them that is asked for.
    """
    if len(run.plan.get("parts", ())) < 2:
        return None
    most = PARTS_SHOWN_LIVE if is_live else PARTS_SHOWN
    order = Case(
        When(is_complete=True, then=Value(2)),
        When(lease_until=None, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    ordered = run.checkpoints.annotate(order=order).order_by("order", "rank")
    page = Paginator(ordered, most).get_page(None if is_live else number)
    checkpoints = list(page)
    if not checkpoints:
        return None
    segments = run.segments.filter(part__in=[each.part for each in checkpoints]).order_by()
    sums = segments.values("part").annotate(rows_landed=Sum("rows"), bytes_landed=Sum("size"))
    landed = {each["part"]: (each["rows_landed"], each["bytes_landed"]) for each in sums}
    return Parts(
        shown=[_part_line(each, run, now, *landed.get(each.part, (0, 0))) for each in checkpoints],
        count=len(run.plan["parts"]),
        count_read=run.checkpoints.filter(is_complete=True).count(),
        page=page,
    )


def log_of(run: Run, *, is_live: bool) -> Log:
    most = EVENTS_SHOWN_LIVE if is_live else EVENTS_SHOWN
    events: list[RunEvent] = list(run.events.order_by("-pk")[: most + 1])
    before = run.events.count() - most if len(events) > most else 0
    shown = events[most - 1 :: -1] if len(events) > most else events[::-1]
    days = [None, *(localtime(each.at).date() for each in shown)]
    lines = [_log_line(each, day_before=day) for day, each in zip(days, shown, strict=False)]
    return Log(lines=lines, count_before=before)


def new_columns_text(run: Run) -> str:
    """The columns that nobody had seen when the run began, counted; nothing if there is none."""
    count = len(run.new_columns)
    said = ngettext("One column appeared on the way", "%(count)s columns appeared on the way", count)
    return said % {"count": format_number(count)} if count else ""


def _run_before(run: Run) -> Any:
    """The run from whose bookmark this one reads."""
    passed = run.source.runs.filter(state=RunState.SUCCEEDED, mode__in=MOVING, pk__lt=run.pk)
    return passed.only("pk").order_by("-pk").first()


def _log_line(event: RunEvent, *, day_before: date | None) -> LogLine:
    is_new_day = day_before != localtime(event.at).date()
    when = _when(event.at, with_day=is_new_day)
    return LogLine(at=event.at, when=when, tone=_event_tone(event), text=event_text(event))


def _when(at: datetime, *, with_day: bool) -> str:
    hour = date_format(localtime(at), pgettext("format of a time with seconds", "H:i:s"))
    day = date_format(localtime(at), pgettext("format of a day", "j F Y"))
    return f"{day}, {hour}" if with_day else hour


def _with_link(said: str, run: Run | None) -> SafeString | str:
    """The sentence, with a link in the place of %(run)s; nothing without a run."""
    if run is None:
        return ""
    before, after = said.split("%(run)s")
    name = _("run no. %(number)s") % {"number": run.pk}
    return format_html('{}<a href="{}">{}</a>{}', before, run.get_absolute_url(), name, after)


def _part_line(checkpoint: Checkpoint, run: Run, now: datetime, rows: int, size: int) -> PartLine:
    tone, word = _part_state(checkpoint, run, now)
    return PartLine(key=checkpoint.part, tone=tone, word=word, rows=rows, size=size)


def _part_state(checkpoint: Checkpoint, run: Run, now: datetime) -> tuple[Tone, str]:
    if checkpoint.is_complete:
        return Tone.OK, _("read")
    if run.is_over:
        return Tone.OFF, _("stopped on the way") if checkpoint.seq else _("not read")
    if checkpoint.lease_until and checkpoint.lease_until > now:
        return Tone.INFO, _("being read")
    return (Tone.WAIT, _("goes on later")) if checkpoint.seq else (Tone.OFF, _("to come"))


def _event_tone(event: RunEvent) -> Tone:
    if event.code == EventCode.JUDGED:
        return Tone.OK if event.details.get("is_open") else Tone.BAD
    return EVENT_TONES.get(EventCode(event.code), Tone.INFO)
