"""How often a source is collected, as people say it: the few rhythms that most want, and cron for the others.

Pure. A rhythm and its cron are the same thing written twice: `Rhythm.of(cron).cron == cron` for those that are known.
"""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

_HOURLY = re.compile(r"(\d+) \* \* \* \*")
_AT_AN_HOUR = re.compile(r"(\d+) (\d+) (\*|L|\d+) \* (\*|\d|1-5)")
LAST_DAY = "L"
# Every month has these.
DAYS_OF_ALL_MONTHS = range(1, 29)


class Every(TextChoices):
    HOUR = "hour", gettext_lazy("Each hour")
    DAY = "day", gettext_lazy("Each day")
    WORKDAY = "workday", gettext_lazy("From Monday to Friday")
    WEEK = "week", gettext_lazy("Each week")
    MONTH = "month", gettext_lazy("Each month")
    OTHER = "other", gettext_lazy("At other times, in cron")


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """`at` is the time of day, its minutes alone for each hour; `weekday` counts from Monday, 0, as Python does.

    `day` is that of the month, or LAST_DAY. `cron` is what stands in the schedule.
    """

    every: Every
    cron: str
    at: time = time(6)
    weekday: int = 0
    day: str = "1"

    @classmethod
    def of(cls, cron: str) -> Self:
        """The rhythm that this cron means; `Every.OTHER` for one that has no simpler name."""
        cron = " ".join(cron.split())
        found = _known(cron)
        return cls(cron=cron, **found) if found else cls(every=Every.OTHER, cron=cron)

    @classmethod
    def made(cls, *, every: Every, at: time, weekday: int, day: str, cron: str = "") -> Self:
        """The rhythm that was chosen, with its cron; `cron` is that of `Every.OTHER`."""
        written = {
            Every.HOUR: f"{at.minute} * * * *",
            Every.DAY: f"{at.minute} {at.hour} * * *",
            Every.WORKDAY: f"{at.minute} {at.hour} * * 1-5",
            Every.WEEK: f"{at.minute} {at.hour} * * {(weekday + 1) % 7}",
            Every.MONTH: f"{at.minute} {at.hour} {day} * *",
        }
        return cls(every=every, cron=written.get(every, " ".join(cron.split())), at=at, weekday=weekday, day=day)

    def __str__(self) -> str:
        """“Each Monday at 06:00”; a cron that has no simpler name is shown as it is."""
        hour = time_format(self.at, pgettext("format of a time", "H:i"))
        match self.every:
            case Every.HOUR:
                return _("Each hour, at minute %(minute)s") % {"minute": self.at.minute}
            case Every.DAY:
                return _("Each day at %(time)s") % {"time": hour}
            case Every.WORKDAY:
                return _("From Monday to Friday at %(time)s") % {"time": hour}
            case Every.WEEK:
                day = str(WEEKDAYS[self.weekday])
                return pgettext("rhythm", "Each %(weekday)s at %(time)s") % {"weekday": day, "time": hour}
            case Every.MONTH if self.day == LAST_DAY:
                return _("The last day of each month at %(time)s") % {"time": hour}
            case Every.MONTH:
                return _("Day %(day)s of each month at %(time)s") % {"day": self.day, "time": hour}
        return _("At the times of “%(cron)s”") % {"cron": self.cron}


def _known(cron: str) -> dict[str, Any] | None:
    if found := _HOURLY.fullmatch(cron):
        minute = int(found[1])
        return {"every": Every.HOUR, "at": time(0, minute)} if minute < 60 else None
    found = _AT_AN_HOUR.fullmatch(cron)
    if not found or int(found[1]) > 59 or int(found[2]) > 23:
        return None
    at, day, weekday = time(int(found[2]), int(found[1])), found[3], found[4]
    if day == "*" and weekday == "*":
        return {"every": Every.DAY, "at": at}
    if day == "*" and weekday == "1-5":
        return {"every": Every.WORKDAY, "at": at}
    if day == "*" and weekday in "0123456":
        return {"every": Every.WEEK, "at": at, "weekday": (int(weekday) - 1) % 7}
    if weekday == "*" and (day == LAST_DAY or (day.isdecimal() and int(day) in DAYS_OF_ALL_MONTHS)):
        return {"every": Every.MONTH, "at": at, "day": day}
    return None
