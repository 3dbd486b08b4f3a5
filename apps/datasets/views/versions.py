"""What was published, and each version as it was: it never changes."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core import lake
from apps.core.access import public
from apps.core.errors import EcluseError
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets.exporting import Format, export
from apps.datasets.models import Build, Version
from apps.datasets.reading import RowQuery, Table
from apps.datasets.standing import tone_of
from apps.datasets.telling import verdict_of
from apps.datasets.views.page import DatasetPage, Figure, difference, told

PAGE_SIZE = 25
LATEST_BUILDS = 10


@public
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    published: QuerySet[Version] = shown.dataset.versions.select_related("parent", "build").defer(
        "manifest", "schema", "parent__manifest", "parent__schema", "build__sql", "build__schema", "build__recipe"
    )
    paginator = Paginator(published.order_by("-number"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    rows = [(version, difference(version), filesizeformat(version.size)) for version in page]
    builds: list[tuple[Build, Tone]] = []
    if shown.sees_builds:
        latest = shown.dataset.builds.defer("sql", "schema", "recipe", "verdict")[:LATEST_BUILDS]
        builds = [(build, tone_of(build)) for build in latest]
    return render(request, "datasets/versions.html", shown.context("versions", page=page, rows=rows, builds=builds))


@public
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    published = _load(shown, number)
    is_current = published.pk == shown.dataset.current_version_id
    table = Table.of(published, request.user)
    context = {
        "published": published,
        "table": table,
        "is_current": is_current,
        "verdict": verdict_of(published.build),
        "tone": Tone.OK if is_current else Tone.OFF,
        "sentence": _("This is the version that readers get.")
        if is_current
        else _("This version was replaced. Its file stays as it was."),
        "figures": [
            Figure(label=_("Rows"), value=format_number(published.rows), note=difference(published)),
            Figure(label=_("Columns"), value=format_number(len(published.pinned_schema.columns))),
            Figure(
                label=_("Rows set aside"),
                value=format_number(published.build.rows_rejected),
                note=_("of %(count)s read") % {"count": format_number(published.build.rows_in)},
            ),
            Figure(label=_("File"), value=filesizeformat(published.size), note="Parquet"),
        ],
        "runs": published.build.runs.select_related("source") if shown.sees_builds else [],
        "manifest": json.dumps(published.manifest, indent=2, ensure_ascii=False) if shown.sees_builds else "",
    }
    return render(request, "datasets/version.html", shown.context("versions", **context))


@public
def version_file(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The snapshot as it was written; without the columns that one may not read, if there are any."""
    shown = DatasetPage.load(request, slug)
    published = _load(shown, number)
    table = Table.of(published, request.user)
    if table.hidden:
        try:
            made = export(table=table, query=RowQuery(columns=table.names), to=Format.PARQUET)
        except EcluseError as refusal:
            messages.error(request, told(refusal))
            return redirect(published)
        disposition = f'attachment; filename="{made.name}"'
        return StreamingHttpResponse(
            made.chunks, content_type=made.media_type, headers={"Content-Disposition": disposition}
        )
    if not lake.storage().exists(published.snapshot):
        raise Http404
    name = f"{shown.dataset.slug}-v{published.number}.parquet"
    return FileResponse(
        lake.storage().open(published.snapshot),
        as_attachment=True,
        filename=name,
        content_type=Format.PARQUET.media_type,
    )


def _load(shown: DatasetPage, number: int) -> Version:
    published: Version = get_object_or_404(
        shown.dataset.versions.select_related("build", "parent").defer("parent__manifest", "parent__schema"),
        number=number,
    )
    published.dataset = shown.dataset
    return published
