"""What each column means and what it holds, on the page and as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.core.charts import Chart, bar_chart, histogram
from apps.core.charts.shapes import harmless
from apps.core.interface import Tone
from apps.core.numbers import format_percent
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.profiling import ColumnProfile, profile
from apps.datasets.schema import ColumnSchema
from apps.datasets.views.cells import said
from apps.datasets.views.page import DatasetPage

PERSONAL_TONES = {PersonalData.INDIRECT: Tone.INFO, PersonalData.DIRECT: Tone.WARN, PersonalData.SENSITIVE: Tone.BAD}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the dictionary, and what is known of the values."""

    column: ColumnSchema
    profile: ColumnProfile | None
    chart: Chart | None = None

    @property
    def constraints(self) -> list[str]:
        words = [
            (self.column.is_key, _("Identifies the row")),
            (self.column.is_required and not self.column.is_key, _("Required")),
            (self.column.is_unique and not self.column.is_key, _("Unique")),
        ]
        return [word for holds, word in words if holds]

    @property
    def personal_tone(self) -> Tone | None:
        return PERSONAL_TONES.get(self.column.personal_data)

    @property
    def filled(self) -> str:
        return format_percent(self.profile.filled_share, 1) if self.profile else ""

    @property
    def bounds(self) -> list[tuple[str, str]]:
        """The lowest, the middle and the highest, each under its name."""
        if not self.profile or self.profile.lowest is None:
            return []
        names = {
            ColumnType.TEXT: (_("Shortest, in characters"), _("Median length"), _("Longest")),
            ColumnType.DATE: (_("First"), _("Median"), _("Last")),
            ColumnType.DATETIME: (_("First"), _("Median"), _("Last")),
        }.get(self.column.type, (_("Lowest"), _("Median"), _("Highest")))
        values = (self.profile.lowest, self.profile.median, self.profile.highest)
        return [(name, said(value)) for name, value in zip(names, values, strict=True)]


@public
def dictionary(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    entries = list(_entries(shown))
    has_profiles = any(entry.profile for entry in entries)
    return render(
        request,
        "datasets/dictionary.html",
        shown.context("dictionary", entries=entries, has_profiles=has_profiles),
    )


@public
def dictionary_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The dictionary for a spreadsheet, without the profile."""
    shown = DatasetPage.load(request, slug)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "label", "type", "unit", "key", "required", "unique", "personal_data", "description"])
    for column in shown.table.columns if shown.table else ():
        flags = [column.is_key, column.is_required, column.is_unique]
        cells = [column.name, column.label, column.type.value, column.unit, *(str(flag).lower() for flag in flags)]
        writer.writerow([harmless(cell) for cell in [*cells, column.personal_data.value, column.description]])
    name = f"{shown.dataset.slug}-dictionary.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _entries(shown: DatasetPage) -> Iterator[Entry]:
    if not shown.table or not shown.version:
        return
    profiles = profile(shown.version) or {}
    for column in shown.table.columns:
        known = profiles.get(column.name)
        yield Entry(column=column, profile=known, chart=_chart(column, known) if known else None)


def _chart(column: ColumnSchema, known: ColumnProfile) -> Chart | None:
    title = _("How “%(column)s” is spread") % {"column": column.title}
    if known.bins:
        return histogram(title=title, value_name=column.title, count_name=_("Rows"), bins=known.bins, unit=column.unit)
    if known.top:
        bars = [(_boolean(value) if column.type == ColumnType.BOOLEAN else value, count) for value, count in known.top]
        return bar_chart(
            title=_("Most frequent values of “%(column)s”") % {"column": column.title},
            label_name=column.title,
            value_name=_("Rows"),
            bars=[(value or _("(empty text)"), count) for value, count in bars],
        )
    return None


def _boolean(value: str) -> str:
    return said(value == "true")
