"""The rows that a build set aside: where they come from, why, and as they were."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets import engine
from apps.datasets.forms.rejects import RejectsForm
from apps.datasets.models import Build, BuildOutput
from apps.datasets.quarantine import as_csv, reason_text, rejects_of
from apps.datasets.views.builds import reasons_of, recipes_to_change
from apps.datasets.views.page import DatasetPage

PAGE_SIZE = 50


# The records hold the text of the source: whoever may not read that of the collection reads none here either.
@requires("datasets.view_build", "collection.view_rejection")
def rejects(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    build = _load(shown, pk)
    form = RejectsForm(request.GET or None, build=build)
    asked = form.asked()
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 8 else 1
    found = _read(form.output, asked, number)
    pages = Paginator(range(found.total if found else 0), PAGE_SIZE)
    page = pages.get_page(number)
    if page.number != number:
        found = _read(form.output, asked, page.number)
    schema = build.pinned_schema.entity(form.output.entity) if form.output else None
    filters = {name: str(form.data[name]) for name in form.fields if form.data.get(name)}
    tone, verdict = _verdict(build, is_there=found is not None)
    context = {
        "build": build,
        "form": form,
        "is_filtering": bool(filters),
        "export_query": f"?{urlencode(filters)}" if filters else "",
        "page": page,
        "pages": pages.get_elided_page_range(page.number),
        "is_gone": found is None,
        "rows": [
            (each, [reason_text(reason, schema) for reason in each.reasons], list(each.record.items()))
            for each in found.rejects
        ]
        if found and schema
        else [],
        "has_runs": len({each.run for each in found.rejects} if found else ()) > 1,
        "reasons": reasons_of(build, recipes_to_change(shown)) if found and found.total else None,
        "tone": tone,
        "verdict": verdict,
    }
    return render(request, "datasets/rejects.html", shown.context("versions", **context))


@requires("datasets.view_build", "collection.view_rejection")
def export_rejects(request: SignedInRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """What the page shows, as CSV."""
    shown = DatasetPage.load_at_work(request, slug)
    build = _load(shown, pk)
    form = RejectsForm(request.GET or None, build=build)
    if form.output is None or _read(form.output, {}, 1) is None:
        raise Http404
    name = f"{shown.dataset.slug}-{build.pk}-rejects.csv"
    return StreamingHttpResponse(
        as_csv(form.output, **form.asked()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _load(shown: DatasetPage, pk: int) -> Build:
    build: Build = get_object_or_404(shown.dataset.builds.defer("sql"), pk=pk)
    build.dataset = shown.dataset
    return build


def _read(output: BuildOutput | None, asked: dict[str, str], number: int) -> engine.RejectsPage | None:
    """One page; None if there is no file, or no longer."""
    if output is None or not output.rejects:
        return None
    try:
        return rejects_of(output, **asked, offset=(max(number, 1) - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    except FileNotFoundError:
        return None


def _verdict(build: Build, *, is_there: bool) -> tuple[Tone, str]:
    if not build.rows_rejected:
        return Tone.OK, _("Nothing was set aside.")
    if not is_there:
        return Tone.OFF, _("The retention of the source is over: the rows set aside are deleted.")
    said = ngettext("%(number)s row is set aside.", "%(number)s rows are set aside.", build.rows_rejected)
    return Tone.WARN, said % {"number": format_number(build.rows_rejected)}
