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
from apps.core.numbers import format_number
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.profiling import ColumnProfile, profile
from apps.datasets.schema import ColumnSchema
from apps.datasets.views.cells import said, share_of
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
        return share_of(self.profile.filled_share) if self.profile else ""

    @property
    def spread(self) -> str:
        """Between what and what the values are, in words."""
        known = self.profile
        if not known or known.lowest is None:
            return ""
        if self.column.type == ColumnType.TEXT:
            facts = {"low": format_number(known.lowest), "high": format_number(known.highest)}
            if known.lowest == known.highest:
                return _("%(high)s characters") % facts
            return _("%(low)s to %(high)s characters") % facts
        low, median, high = (said(each, self.column) for each in (known.lowest, known.median, known.highest))
        return _("%(low)s to %(high)s, median %(median)s") % {"low": low, "median": median, "high": high}


@public
def dictionary(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    entries = list(_entries(shown))
    has_profiles = any(entry.profile for entry in entries)
    return render(
        request,
        "datasets/dictionary.html",
        shown.context(
            "dictionary", entries=entries, charted=[each for each in entries if each.chart], has_profiles=has_profiles
        ),
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
