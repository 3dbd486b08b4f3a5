"""The pages that belong to no area: home, search, help, site map, accessibility, legal pages, gallery, errors."""

import sys

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.access import public, signed_in
from apps.core.accessibility import STANDARD, last_audit
from apps.core.declarations import personal_data
from apps.core.errors import OUT_OF_REACH, RETRY_AFTER_SECONDS
from apps.core.exposition import CONTENT_TYPE, exposition, may_scrape
from apps.core.gallery import specimens
from apps.core.home import EXPLANATION, Home
from apps.core.interface import interfaces
from apps.core.search import search_site


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return render(request, "core/home.html", {"home": Home.of(request.user)})
    return render(request, "core/welcome.html", {"stages": EXPLANATION})


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    groups = search_site(query, request.user)
    count = sum(len(hits) for _kind, hits in groups)
    return render(request, "core/search.html", {"query": query.strip(), "groups": groups, "count": count})


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "core/help.html", {"stages": EXPLANATION[1:4]})


@public
@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    areas = []
    for label, declared in interfaces.by_app.items():
        pages = [page for each in declared for page in each.pages if page.is_open_to(request.user)]
        title = _("The site") if label == "core" else apps.get_app_config(label).verbose_name
        if pages:
            areas.append((title, pages))
    return render(request, "core/site_map.html", {"areas": areas})


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "core/accessibility.html", {"standard": STANDARD, "audit": last_audit()})


@public
@require_safe
def legal_notice(request: HttpRequest) -> HttpResponse:
    return render(request, "core/legal_notice.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    kept = [
        (
            # Libraries name what they keep in English only; locale/libraries says it in French.
            _(str(each.model._meta.verbose_name_plural)),
            [_(str(field.verbose_name)) for field in each.model._meta.fields if field.name in each.fields],
            each,
        )
        for each in personal_data.all()
        if each.fields
    ]
    return render(request, "core/privacy.html", {"kept": kept})


@signed_in
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "core/gallery.html", specimens())


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "core/robots.txt", content_type="text/plain; charset=utf-8")


@public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("img/favicon.svg"), permanent=True)


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request, token=settings.METRICS_TOKEN):
        raise PermissionDenied
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """What is shown when everything else failed: without the context of a page, which may be what failed.

    A database or a Redis that does not answer is told as such: it is not a fault of the page, and it will pass.
    """
    if isinstance(sys.exc_info()[1], OUT_OF_REACH):
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return HttpResponse(loader.get_template("503.html").render(), status=503, headers=headers)
    return HttpResponse(loader.get_template("500.html").render(), status=500)
