"""A dataset at a glance: is it well, how much of it there is, what it looks like, where it comes from."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.flight import collection_stage
from apps.collection.listing import SourceFilter, latest_runs
from apps.collection.models import Run
from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.core.interface import Figure, Stage
from apps.core.numbers import format_number, format_size
from apps.datasets.enums import PersonalData
from apps.datasets.interface import dataset_stage
from apps.datasets.models import Build, Version
from apps.datasets.reading import Table, parse_query, read_rows
from apps.datasets.telling import verdict_of
from apps.datasets.views.cells import is_numeric, said, share_of
from apps.datasets.views.page import DatasetPage, difference

PREVIEWED_ROWS = 10
# A table of everything is a page of its own.
PREVIEWED_COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first rows, or why they cannot be shown. A title and a cell come with whether they are numbers."""

    columns: tuple[tuple[str, bool], ...] = ()
    rows: tuple[tuple[tuple[str, bool], ...], ...] = ()
    left_out: int = 0
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Download:
    """The rows of a table as files, and what is known of their size before anyone downloads them."""

    table: Table
    rows_url: str
    url: str
    parquet_size: str

    @property
    def formats(self) -> list[tuple[str, str, str]]:
        """Code, name, size."""
        return [("csv", "CSV", ""), ("jsonl", "JSON Lines", ""), ("parquet", "Parquet", self.parquet_size)]


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Where the served version comes from: the runs whose segments its build read, the latest first."""

    runs: tuple[Run, ...] = ()
    newer: Run | None = None

    @property
    def latest(self) -> Run | None:
        return self.runs[0] if self.runs else None

    @property
    def rows(self) -> int:
        return sum(run.rows_kept for run in self.runs)

    @property
    def rejected(self) -> int:
        return sum(run.rows_rejected for run in self.runs)


@public
def dataset(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    served = shown.version
    lineage = _lineage(shown)
    # Whoever sees builds reads the report of the last one judged, held or not; others that of what they read.
    build = shown.last_build if shown.last_build and shown.last_build.verdict else served and served.build
    context = shown.context(
        "dataset",
        figures=_figures(shown, served, lineage) if served else [],
        build=build,
        verdict=verdict_of(build) if build else None,
        lineage=lineage,
        stages=_stages(shown, lineage),
        about=_about(shown),
        preview=_preview(shown.table) if shown.table else None,
        downloads=_downloads(shown),
    )
    return render(request, "datasets/dataset.html", context)


def _lineage(shown: DatasetPage) -> Lineage:
    if not shown.version:
        return Lineage()
    runs = tuple(shown.version.build.runs.order_by("-pk"))
    latest = [run for source in shown.sources for run in source.feeding_runs()[:1]]
    newest = max(latest, key=lambda run: run.pk, default=None)
    is_newer = newest and runs and newest.pk > runs[0].pk
    return Lineage(runs=runs, newer=newest if is_newer else None)


def _stages(shown: DatasetPage, lineage: Lineage) -> list[Stage]:
    """The flight up to this dataset: its last collections, for whoever sees them, then its own gate."""
    stages = [dataset_stage(shown.dataset, shown.last_build)]
    if lineage.latest and shown.viewer.has_perm("collection.view_run"):
        sources = SourceFilter().sources().filter(pk__in=[source.pk for source in shown.sources])
        stages.insert(0, collection_stage(latest_runs(sources).values()))
    return stages


def _about(shown: DatasetPage) -> list[tuple[str, str, str]]:
    """What reusers ask first: a label, what is said, and where it leads."""
    contact = settings.ORGANISATION["contact_email"]
    told = [
        (_("Licence"), shown.dataset.licence or _("none is stated"), ""),
        (_("Published by"), settings.ORGANISATION["name"], ""),
        (_("Contact"), contact, f"mailto:{contact}"),
    ]
    return [each for each in told if each[1]]


def _figures(shown: DatasetPage, version: Version, lineage: Lineage) -> list[Figure]:
    build = version.build
    columns = [column for entity in version.pinned_schema.entities for column in entity.columns]
    personal = sum(column.personal_data != PersonalData.NONE for column in columns)
    figures = [
        Figure(label=_("Rows"), value=format_number(version.rows), note=difference(version)),
        Figure(
            label=_("Columns"),
            value=format_number(len(columns)),
            note=ngettext("%(count)s about people", "%(count)s about people", personal) % {"count": personal}
            if personal
            else _("none about people"),
        ),
        Figure(
            label=_("Rejected rows"),
            value=share_of(_share(build)),
            note=_("limit %(share)s") % {"share": share_of(float(shown.dataset.max_rejected_share) / 100)},
        ),
    ]
    if build.judged:
        checks = build.judged.checks
        figures.append(
            Figure(
                label=_("Checks that hold"),
                value=_("%(count)s of %(all)s") % {"count": len(build.judged.passed), "all": len(checks)},
                note=_("at the gate of version %(number)s") % {"number": version.number},
            )
        )
    if lineage.latest and lineage.latest.finished_at:
        figures.append(
            Figure(
                label=_("Freshness"),
                value=_age(lineage.latest),
                note=_("a newer collection is not built yet") if lineage.newer else _("on the latest collection"),
            )
        )
    return figures


def _share(build: Build) -> float:
    return build.rows_rejected / build.rows_in if build.rows_in else 0.0


def _age(run: Run) -> str:
    """How old the data is, in hours then in days."""
    hours = int((timezone.now() - (run.finished_at or timezone.now())).total_seconds() // 3600)
    if hours < 48:
        return _("%(count)s h") % {"count": hours} if hours else _("less than 1 h")
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}


def _preview(table: Table) -> Preview:
    columns = table.columns[:PREVIEWED_COLUMNS]
    names = [column.name for column in columns]
    asked = QueryDict(mutable=True)
    asked.update({"columns": ",".join(names), "limit": str(PREVIEWED_ROWS)})
    try:
        rows = read_rows(table, parse_query(asked, table)).rows
    except RuleViolation as refusal:
        return Preview(refusal=str(refusal.message))
    return Preview(
        columns=tuple((column.title, is_numeric(column)) for column in columns),
        rows=tuple(tuple((said(row[each.name], each), is_numeric(each)) for each in columns) for row in rows),
        left_out=len(table.columns) - len(columns),
    )


def _downloads(shown: DatasetPage) -> list[Download]:
    """The files offered, for each table."""
    return [
        Download(
            table=table,
            rows_url=shown.url_of("rows", table),
            url=shown.url_of("export", table),
            # Without what one may not read, or under masks, it is another file, which is not made yet.
            parquet_size="" if not table.is_whole else format_size(table.stored.size),
        )
        for table in shown.tables
    ]
