"""Requests over a time, as the page of a watch tells them: by which channel, how fast, what was refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.charts import Chart, Series, line_chart
from apps.core.numbers import format_number, format_percent
from apps.core.problems import find_problem_type
from apps.inference.drift.counting import total
from apps.inference.enums import Channel, Slot, Window
from apps.inference.models import ModelVersion, TrafficHour
from apps.inference.traffic import Sketch, quantile
from apps.inference.watching import start_of, start_of_hour

QUANTILES = (0.5, 0.95, 0.99)
LEAST_DRAWN_HOURS = 24


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    label: str
    answered: int
    rows: int
    refused: int

    @property
    def refused_share(self) -> float | None:
        return self.refused / (self.answered + self.refused) if self.answered + self.refused else None


@dataclass(frozen=True, kw_only=True)
class RefusalLine:
    label: str
    code: str
    count: int
    share: float


@dataclass(frozen=True)
class Traffic:
    """What the champion was asked: each hour drawn with what was counted in it; those since `since` are summed."""

    hours: Mapping[datetime, Mapping[str, Any]]
    since: datetime
    now: datetime

    @classmethod
    def of(cls, version: ModelVersion, window: Window, *, now: datetime) -> "Traffic":
        since = start_of(window, now)
        first = min(since, start_of_hour(now) - timedelta(hours=LEAST_DRAWN_HOURS - 1))
        hours = TrafficHour.objects.filter(version=version, slot=Slot.CHAMPION).between(first, now)
        counted = dict(hours.values_list("hour_at", "requests"))
        times = [first + timedelta(hours=number) for number in range(int((now - first).total_seconds() // 3600) + 1)]
        return cls({at: counted.get(at, {}) for at in times}, since, now)

    @cached_property
    def total(self) -> Mapping[str, Any]:
        summed: Mapping[str, Any] = total(each for at, each in self.hours.items() if at >= self.since)
        return summed

    @cached_property
    def channels(self) -> list[ChannelLine]:
        """Those by which something came."""
        answered, refused = self.total.get("answered", {}), self.total.get("refused", {})
        return [
            ChannelLine(
                label=str(channel.label),
                answered=answered.get(channel, {}).get("requests", 0),
                rows=answered.get(channel, {}).get("rows", 0),
                refused=sum(refused.get(channel, {}).values()),
            )
            for channel in Channel
            if channel in answered or channel in refused
        ]

    @property
    def refusals(self) -> list[RefusalLine]:
        """Why requests were refused, the most frequent reason first."""
        codes: Mapping[str, int] = total(self.total.get("refused", {}).values()) or {}
        return [
            RefusalLine(label=_meaning(code), code=code, count=count, share=count / self.requests)
            for code, count in sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    @property
    def refused(self) -> int:
        return sum(each.refused for each in self.channels)

    @property
    def requests(self) -> int:
        """Answered or not."""
        return self.refused + sum(each.answered for each in self.channels)

    @property
    def refused_told(self) -> str:
        return format_percent(self.refused / self.requests, 1) if self.requests else "–"

    @property
    def latencies(self) -> list[tuple[str, str]]:
        """Each quantile and its value, in words."""
        sketch: Sketch = self.total.get("latency", {})
        return [(name, duration(quantile(sketch, share))) for name, share in zip(names(), QUANTILES, strict=True)]

    @property
    def requests_chart(self) -> Chart:
        answered = [sum(each["requests"] for each in hour.get("answered", {}).values()) for hour in self.hours.values()]
        refused = [
            sum(count for codes in hour.get("refused", {}).values() for count in codes.values())
            for hour in self.hours.values()
        ]
        return line_chart(
            title=_("Requests, hour by hour"),
            label_name=_("Hour"),
            labels=self._labels,
            series=[
                Series(name=pgettext("requests", "Answered"), values=answered),
                Series(name=pgettext("requests", "Refused"), values=refused),
            ],
        )

    @cached_property
    def latency_chart(self) -> Chart:
        sketches: list[Sketch] = [each.get("latency", {}) for each in self.hours.values()]
        return line_chart(
            title=_("Time that the version takes, hour by hour"),
            label_name=_("Hour"),
            labels=self._labels,
            series=[
                Series(name=name, values=[_milliseconds(quantile(sketch, share)) for sketch in sketches])
                for name, share in zip(names(), QUANTILES, strict=True)
            ],
            unit="ms",
        )

    @property
    def _labels(self) -> Sequence[str]:
        return [hour_said(each) for each in self.hours]


def hour_said(at: datetime) -> str:
    """An hour under an axis, in the reader's zone."""
    return date_format(timezone.localtime(at), pgettext("format of a day and an hour on an axis", "d/m H:i"))


def names() -> list[str]:
    return [_("Median"), _("95 in 100"), _("99 in 100")]


def duration(microseconds: float | None) -> str:
    """In milliseconds, to two figures or so, which is what the sketch knows."""
    found = _milliseconds(microseconds)
    if found is None:
        return "–"
    return format_number(found, 2 if found < 1 else 1 if found < 10 else 0, unit="ms")


def _milliseconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else round(microseconds / 1000, 3)


def _meaning(code: str) -> str:
    found = find_problem_type(code)
    return str(found.title) if found else code
