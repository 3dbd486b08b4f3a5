"""What each column means and what it holds, on the page and as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.core.charts import Chart, bar_chart, histogram
from apps.core.charts.shapes import harmless
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets.enums import ColumnType, Mask, PersonalData
from apps.datasets.profiling import ColumnProfile, profile
from apps.datasets.reading import Table
from apps.datasets.schema import ColumnSchema
from apps.datasets.views.cells import is_numeric, said, share_of
from apps.datasets.views.page import DatasetPage

PERSONAL_TONES = {PersonalData.INDIRECT: Tone.INFO, PersonalData.DIRECT: Tone.WARN, PersonalData.SENSITIVE: Tone.BAD}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the dictionary, and what is known of the values."""

    column: ColumnSchema
    profile: ColumnProfile | None
    chart: Chart | None = None
    references: tuple[str, ...] = ()
    mask: Mask | None = None

    @property
    def constraints(self) -> list[str]:
        words = [
            (self.column.is_key, _("Identifies the row")),
            (self.column.is_required and not self.column.is_key, _("Required")),
            (self.column.is_unique and not self.column.is_key, _("Unique")),
        ]
        return [*(word for holds, word in words if holds), *domain_words(self.column), *self.references]

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


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The columns of one table."""

    table: Table
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, table: Table) -> "Chapter":
        return cls(table=table, entries=tuple(_entries(table)))

    @property
    def name(self) -> str:
        return self.table.stored.entity

    @property
    def charted(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.chart]

    @property
    def has_profiles(self) -> bool:
        return any(entry.profile for entry in self.entries)


@public
def dictionary(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    context = shown.context("dictionary", chapters=[Chapter.of(table) for table in shown.tables])
    return render(request, "datasets/dictionary.html", context)


@public
def dictionary_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The dictionary for a spreadsheet, without the profile."""
    shown = DatasetPage.load(request, slug)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["table", "name", "label", "type", "unit", "key", "required", "unique", "personal_data", "description"]
    )
    for table, column in [(each, column) for each in shown.tables for column in each.columns]:
        flags = [column.is_key, column.is_required, column.is_unique]
        names = [table.stored.entity, column.name, column.label, column.type.value, column.unit]
        cells = [*names, *(str(flag).lower() for flag in flags)]
        writer.writerow([harmless(cell) for cell in [*cells, column.personal_data.value, column.description]])
    name = f"{shown.dataset.slug}-dictionary.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _entries(table: Table) -> Iterator[Entry]:
    profiles = profile(table) or {}
    titles = {each.name: each.title for each in table.version.pinned_schema.entities}
    for column in table.columns:
        known = profiles.get(column.name)
        references = tuple(
            _("Refers to “%(table)s”") % {"table": titles.get(each.entity, each.entity)}
            for each in table.schema.foreign_keys
            if column.name in each.columns
        )
        yield Entry(
            column=column,
            profile=known,
            chart=_chart(column, known) if known else None,
            references=references,
            mask=table.masks.get(column.name),
        )


def domain_words(column: ColumnSchema) -> list[str]:
    """What a column takes, in words."""
    words = []
    if column.minimum:
        words.append(_("%(value)s at least") % {"value": _bound(column.minimum, column)})
    if column.maximum:
        words.append(_("%(value)s at most") % {"value": _bound(column.maximum, column)})
    if column.choices:
        words.append(_("One of: %(values)s") % {"values": ", ".join(column.choices)})
    if column.pattern:
        words.append(_("Written as %(pattern)s") % {"pattern": column.pattern})
    return words


def _bound(written: str, column: ColumnSchema) -> str:
    """A bound, which the model keeps as a text, as its values are read."""
    if column.type == ColumnType.DATE:
        return said(date.fromisoformat(written), column)
    return format_number(float(written)) if is_numeric(column) else written


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
