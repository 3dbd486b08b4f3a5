"""All the schedules: what runs when, what could not start, what rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.accounts.requests import SignedInRequest
from apps.collection.agenda import Due, runs_to_come
from apps.collection.listing import paused_schedules, scheduled_sources
from apps.collection.rhythms import Rhythm
from apps.collection.standing import schedule_trouble
from apps.collection.views.shown import day_text
from apps.core.access import requires
from apps.core.interface import Tab, Tone
from apps.core.numbers import format_number

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LINES_SHOWN = 200


@requires("collection.view_source")
def schedules(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    is_week = request.GET.get("jours") == "7"
    sources = list(scheduled_sources())
    troubled = [(source, said) for source in sources if (said := schedule_trouble(source, now=now))]
    due = runs_to_come([source for source in sources if source.is_open], now=now, within=WEEK if is_week else DAY)
    tone, verdict = _verdict(len(sources), len(troubled))
    context = {
        "tone": tone,
        "verdict": verdict,
        "count": len(sources),
        "troubled": [(source, Rhythm.of(source.cron), said) for source, said in troubled],
        "days": _by_day(due[:LINES_SHOWN], now),
        "count_left_out": max(0, len(due) - LINES_SHOWN),
        "paused": [(source, Rhythm.of(source.cron)) for source in paused_schedules()],
        "is_week": is_week,
        "horizons": [
            Tab(label=_("The next 24 hours"), url="?", is_current=not is_week),
            Tab(label=_("The next 7 days"), url="?jours=7", is_current=is_week),
        ],
        "can_change": request.user.has_perm("collection.change_source"),
    }
    return render(request, "collection/schedules.html", context)


@dataclass(frozen=True, kw_only=True)
class Day:
    """The runs of one day, each with its time."""

    name: str
    runs: Sequence[tuple[str, Due]]


def _by_day(due: list[Due], now: datetime) -> list[Day]:
    """The runs under their day, in the reader's zone."""
    hour = pgettext("format of a time", "H:i")
    return [
        Day(
            name=day_text(day, now),
            runs=[(date_format(localtime(each.at), hour), each) for each in runs],
        )
        for day, runs in groupby(due, key=lambda each: localtime(each.at).date())
    ]


def _verdict(count: int, count_troubled: int) -> tuple[Tone, str]:
    if count_troubled:
        said = ngettext(
            "One schedule does not do what it says.", "%(count)s schedules do not do what they say.", count_troubled
        )
        return Tone.BAD, said % {"count": format_number(count_troubled)}
    if not count:
        return Tone.OFF, _("No source is collected by itself yet.")
    said = ngettext(
        "All is well: one source is collected by itself.",
        "All is well: %(count)s sources are collected by themselves.",
        count,
    )
    return Tone.OK, said % {"count": format_number(count)}
