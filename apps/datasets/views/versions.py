"""What was published, and each version as it was: it never changes."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import lake
from apps.core.access import public
from apps.core.errors import EcluseError
from apps.core.interface import Figure, Tone, Viewer
from apps.core.numbers import format_number, format_size
from apps.datasets.exporting import Format, export, file_name
from apps.datasets.models import Build, Version, VersionTable
from apps.datasets.reading import RowQuery, Table
from apps.datasets.standing import tone_of
from apps.datasets.telling import verdict_of
from apps.datasets.views.page import DatasetPage, difference

PAGE_SIZE = 25
LATEST_BUILDS = 10


@public
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    published: QuerySet[Version] = shown.dataset.versions.select_related("parent", "build").defer(
        "manifest", "schema", "parent__manifest", "parent__schema", "build__sql", "build__schema", "build__recipes"
    )
    paginator = Paginator(published.order_by("-number"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    rows = [(version, difference(version), format_size(version.size)) for version in page]
    builds: list[tuple[Build, Tone]] = []
    if shown.sees_builds:
        latest = shown.dataset.builds.defer("sql", "schema", "recipes", "verdict")[:LATEST_BUILDS]
        builds = [(build, tone_of(build)) for build in latest]
    return render(request, "datasets/versions.html", shown.context("versions", page=page, rows=rows, builds=builds))


@public
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    published = load_version(shown, number)
    is_current = published.pk == shown.dataset.current_version_id
    tables = Table.all_of(published, request.user)
    context = {
        "published": published,
        "tables": tables,
        "hidden": sum(table.hidden for table in tables),
        "masked": sum(len(table.masks) for table in tables),
        "is_current": is_current,
        "verdict": verdict_of(published.build),
        "tone": Tone.OK if is_current else Tone.OFF,
        "sentence": _("This is the version that readers get.")
        if is_current
        else _("This version was replaced. Its file stays as it was."),
        "figures": [
            Figure(label=_("Rows"), value=format_number(published.rows), note=difference(published)),
            Figure(label=_("Columns"), value=format_number(sum(len(each.schema.columns) for each in tables))),
            Figure(
                label=_("Rows set aside"),
                value=format_number(published.build.rows_rejected),
                note=_("of %(count)s read") % {"count": format_number(published.build.rows_in)},
            ),
            Figure(label=ngettext("File", "Files", len(tables)), value=format_size(published.size), note="Parquet"),
        ],
        "runs": published.build.runs.select_related("source") if shown.sees_builds else [],
        "manifest": json.dumps(published.manifest, indent=2, ensure_ascii=False) if shown.sees_builds else "",
    }
    return render(request, "datasets/version.html", shown.context("versions", **context))


@public
def version_file(request: HttpRequest, slug: str, number: int, entity: str = "") -> HttpResponseBase:
    """The snapshot of an entity as it was written; as one may read it, if some columns are hidden or masked."""
    shown = DatasetPage.load(request, slug)
    published = load_version(shown, number)
    table = _table(published, request.user, entity)
    if not table.is_whole:
        try:
            made = export(table=table, query=RowQuery(columns=table.names), to=Format.PARQUET)
        except EcluseError as refusal:
            messages.error(request, str(refusal.message))
            return redirect(published)
        return made.response()
    if not lake.storage().exists(table.stored.snapshot):
        raise Http404
    return FileResponse(
        lake.storage().open(table.stored.snapshot),
        as_attachment=True,
        filename=file_name(table.stored, Format.PARQUET),
        content_type=Format.PARQUET.media_type,
    )


def _table(published: Version, viewer: Viewer, entity: str) -> Table:
    try:
        return Table.of(published, viewer, entity)
    except VersionTable.DoesNotExist:
        raise Http404 from None


def load_version(shown: DatasetPage, number: int) -> Version:
    """The version of this number, with its build and the version before. Raises Http404."""
    published: Version = get_object_or_404(
        shown.dataset.versions.select_related("build", "parent").defer("parent__manifest", "parent__schema"),
        number=number,
    )
    published.dataset = shown.dataset
    return published
