"""The sheet of the query that a source is read with: its plan, its reasons, its measures, its versions."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.collection import query_sheets
from apps.collection.exceptions import CollectionError
from apps.collection.forms.query import MeasureForm, ReasonsForm
from apps.collection.models import QueryVersion, Source
from apps.collection.queries import QuerySheet
from apps.collection.views.shown import tabs_of
from apps.core.access import requires


@requires("collection.change_source")
def source_query(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    if not query_sheets.has_queries(source.kind):
        raise Http404
    version = _asked_version(request, source)
    form = ReasonsForm(request.POST if "save" in request.POST else None, sheet=version.told) if version else None
    measuring = MeasureForm(request.POST if "measure" in request.POST else None)
    if request.method == "POST" and (done := _act(request, source, version, form, measuring)):
        return done
    return render(request, "collection/source_query.html", _shown(request, source, version, form, measuring))


def _act(
    request: SignedInRequest, source: Source, version: QueryVersion | None, form: Any, measuring: MeasureForm
) -> HttpResponse | None:
    """Do what a button asks; None if what was typed is not valid."""
    try:
        if "explain" in request.POST:
            query_sheets.make_sheet(source=source, by=request.user)
            messages.success(request, _("The sheet is made from the query as it is today."))
        elif "measure" in request.POST and version and measuring.is_valid():
            what = measuring.cleaned_data["optimisation"]
            query_sheets.measure_query(version=version, optimisation=what, by=request.user)
            messages.success(request, _("The query was measured."))
        elif "save" in request.POST and version and form.is_valid():
            purpose = form.cleaned_data["purpose"]
            query_sheets.explain_reasons(version=version, purpose=purpose, reasons=form.reasons, by=request.user)
            messages.success(request, _("The reasons are kept."))
        else:
            return None
    except CollectionError as error:
        messages.error(request, str(error.message))
    return redirect("collection:source_query", slug=source.slug)


def _asked_version(request: SignedInRequest, source: Source) -> QueryVersion | None:
    """The version that is asked for by its number, or the latest; None if there is none yet."""
    versions = source.query_versions.all()
    asked = request.GET.get("version", "")
    if asked:
        return get_object_or_404(versions, pk=int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    found: QueryVersion | None = versions.order_by("-updated_at").first()
    return found


def _plan_text(sheet: QuerySheet | None) -> str:
    """The plan as the system gave it: a text, or JSON laid out to be read."""
    raw = sheet.plan.raw if sheet and sheet.plan else ""
    return raw if isinstance(raw, str) else json.dumps(raw, indent=2, ensure_ascii=False, default=str)


def _shown(
    request: SignedInRequest, source: Source, version: QueryVersion | None, form: Any, measuring: MeasureForm
) -> dict[str, Any]:
    sheet: QuerySheet | None = version.told if version else None
    return {
        "source": source,
        "version": version,
        "sheet": sheet,
        "plan_text": _plan_text(sheet),
        "told": query_sheets.tell_plan(source, sheet.plan if sheet else None),
        "form": form,
        "measuring": measuring,
        "versions": source.query_versions.defer("sheet"),
        "tabs": tabs_of(source, "collection:source_query", request.user),
    }
