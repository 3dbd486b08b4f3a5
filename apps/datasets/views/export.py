"""Downloading the rows that a page shows, all of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.core.errors import EcluseError
from apps.datasets.exporting import Format
from apps.datasets.exporting import export as make_export
from apps.datasets.reading import parse_query
from apps.datasets.views.page import DatasetPage

MEANINGLESS = frozenset({"limit", "cursor", "count", "expand", "version"})


@public
def export(request: HttpRequest, slug: str, entity: str = "") -> HttpResponseBase:
    """As the API does it, with the rights of the person who looks; what cannot be done is told on the page."""
    shown = DatasetPage.load(request, slug, entity)
    wanted = request.GET.get("format", Format.CSV)
    if shown.table is None or wanted not in Format.values:
        messages.error(request, _("There is no such file to download."))
        return redirect(shown.dataset)
    shown.table.version.dataset = shown.dataset
    try:
        query = parse_query(request.GET, shown.table, refused=MEANINGLESS)
        made = make_export(table=shown.table, query=query, to=Format(wanted))
    except EcluseError as refusal:
        messages.error(request, str(refusal.message))
        return redirect(shown.url_of("rows", shown.table))
    return made.response()
