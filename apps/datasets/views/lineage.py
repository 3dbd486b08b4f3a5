"""Where the served version comes from, and what is made from it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.datasets.lineage import lineage_of
from apps.datasets.views.model import Drawn
from apps.datasets.views.page import DatasetPage


@public
def lineage(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    drawn = None
    if shown.version:
        shown.version.dataset = shown.dataset
        title = _("From the sources to version %(number)s") % {"number": shown.version.number}
        lede = _("What each thing is made from stands to its left. Only what you may see is shown.")
        drawn = Drawn.of("lineage", lede, lineage_of(shown.version, request.user).draw(title=title))
    return render(request, "datasets/lineage.html", shown.context("lineage", drawn=drawn))
