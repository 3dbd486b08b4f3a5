"""What the pages of the collection are made of, ready for their components."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.collection.enums import SourceState
from apps.collection.models import Run, Source
from apps.collection.planning import find_connector
from apps.collection.query_sheets import has_queries
from apps.core.declarations import Text
from apps.core.interface import Figure, Step, Tab, Viewer
from apps.core.numbers import format_number, format_percent

LEAST_SHARE = 0.001
# Beyond, days are counted.
HOURS_TOLD = 48


def kept_figure(run: Run) -> Figure:
    read = ngettext("out of %(number)s record read", "out of %(number)s records read", run.rows_read)
    note = read % {"number": format_number(run.rows_read)}
    return Figure(label=_("Rows kept"), value=format_number(run.rows_kept), note=note)


def rejects_figure(run: Run, source: Source) -> Figure:
    most = _("at most %(share)s") % {"share": allowed_share(source)}
    share = run.rejected_share
    note = f"{share_text(share)}, {most}" if share is not None else most
    return Figure(label=_("Rejected"), value=format_number(run.rows_rejected), note=note)


def allowed_share(source: Source) -> str:
    """How much of what is read may be rejected: “5%”, “0.25%”."""
    share = float(source.max_rejected_share)
    return format_percent(share / 100, 0 if share.is_integer() else 2)


def share_text(share: float) -> str:
    """A share with one decimal; what would round to nothing is not nothing."""
    if 0 < share < LEAST_SHARE:
        return _("under %(share)s") % {"share": format_percent(LEAST_SHARE, 1)}
    return format_percent(share, 1)


def kind_label(kind: str) -> Text:
    """What its connector calls this kind of source; a kind that nobody reads any more stays as it is."""
    try:
        return find_connector(kind).label
    except KeyError:
        return kind


# --- Instants to come ----------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Moment:
    """An instant to come, as the reader's clock says it, and as that of another zone does if it differs."""

    at: datetime
    here: str
    there: str = ""


def moments_of(instants: Iterable[datetime], time_zone: str) -> list[Moment]:
    """`time_zone` is that of the schedule they come from."""
    return [_moment_of(at, ZoneInfo(time_zone)) for at in instants]


def day_text(day: date, now: datetime) -> str:
    """“Today”, “Tomorrow”, then the day in full."""
    today = localtime(now).date()
    known = {today: _("Today"), today + timedelta(days=1): _("Tomorrow")}
    return known.get(day) or capfirst(date_format(day, pgettext("format of a day of the week", "l j F")))


def until_text(at: datetime, now: datetime) -> str:
    """When it will be: “in 40 min”, “in 30 h”, “in 4 days”."""
    minutes = int((at - now).total_seconds() // 60)
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return ngettext("in %(count)s min", "in %(count)s min", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < HOURS_TOLD:
        return ngettext("in %(count)s h", "in %(count)s h", hours) % {"count": hours}
    return ngettext("in %(count)s day", "in %(count)s days", hours // 24) % {"count": format_number(hours // 24)}


def _moment_of(at: datetime, zone: ZoneInfo) -> Moment:
    here, there = localtime(at), at.astimezone(zone)
    if here.utcoffset() == there.utcoffset():
        return Moment(at=at, here=in_full(here))
    is_same_day = here.date() == there.date()
    hour = date_format(there, pgettext("format of a time", "H:i"))
    return Moment(at=at, here=in_full(here), there=hour if is_same_day else in_full(there))


def in_full(at: datetime) -> str:
    return str(capfirst(date_format(at, pgettext("format of a day of the week and a time", "l j F Y, H:i"))))


# --- Where one is in the pages of a source --------------------------------------------------------
KIND = "collection:source_new"
PAGES = ("collection:source_location", "collection:source_settings", "collection:source_rules")


def steps_of(source: Source | None, here: str) -> list[Step]:
    """The way to an open source. A step that was passed can be gone back to."""
    pages = (KIND, *PAGES)
    labels = (_("Kind"), _("Where the data is"), _("Settings and trial"), _("Purpose, columns, limits"))
    current = pages.index(here)
    return [
        Step(
            label=label,
            status="done" if rank < current else "current" if rank == current else "todo",
            url=_step_url(name, source) if rank < current else "",
        )
        for rank, (name, label) in enumerate(zip(pages, labels, strict=True))
    ]


def _step_url(name: str, source: Source | None) -> str:
    """The address of a step. The kind of a source that is there does not change any more."""
    if name == KIND:
        return "" if source else reverse(KIND)
    return reverse(name, args=[source.slug]) if source else ""


OVERVIEW = "collection:source"
# What may be said at any time, also of a draft: no step asks for it.
QUERY = "collection:source_query"
BESIDES = ("collection:source_contract", "collection:source_schedule", "collection:source_sheet")


def tabs_of(source: Source, here: str, viewer: Viewer) -> list[Tab]:
    """The pages of a source; alone, the first is no tab. The steps of a draft are not among them."""
    if not viewer.has_perm("collection.change_source"):
        return []
    steps = dict(
        zip(PAGES, (_("Where the data is"), _("Settings and trial"), _("Purpose, columns, limits")), strict=True)
    )
    besides = dict(zip(BESIDES, (_("Contract"), _("Schedule"), _("Sheet")), strict=True))
    if has_queries(source.kind):
        besides |= {QUERY: _("Query")}
    if source.state == SourceState.DRAFT:
        if here in PAGES:
            return []
        steps = {}
    return [
        Tab(label=label, url=reverse(name, args=[source.slug]), is_current=name == here)
        for name, label in ({OVERVIEW: _("Overview")} | steps | besides).items()
    ]


def rights_of(viewer: Any) -> dict[str, bool]:
    """What the page offers to this person."""
    return {
        "can_change": viewer.has_perm("collection.change_source"),
        "can_collect": viewer.has_perm("collection.collect_source"),
        "can_delete": viewer.has_perm("collection.delete_source"),
        "can_read_rejections": viewer.has_perm("collection.view_rejection"),
        "can_see_segments": viewer.has_perm("collection.view_segment"),
    }
