"""The datasets that a person may read."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.enums import RunState
from apps.collection.models import Source
from apps.core.access import public
from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.datasets.forms.listing import ListForm
from apps.datasets.standing import Standing, latest_builds, standing_of

PAGE_SIZE = 25


@public
def datasets(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.GET or None, viewer=request.user)
    found = form.asked(request.GET.get("tri", ""))
    paginator = Paginator(found, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    sees_builds = request.user.has_perm("datasets.view_build")
    last = latest_builds(page) if sees_builds else {}
    rows = [(dataset, standing_of(version=dataset.current_version, last=last.get(dataset.pk))) for dataset in page]
    is_filtering = form.is_bound and form.is_filtering
    tone, verdict = _verdict([standing for _dataset, standing in rows], paginator.count, is_filtering=is_filtering)
    can_add = request.user.has_perm("datasets.add_dataset")
    context = {
        "form": form,
        "is_filtering": is_filtering,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": rows,
        "tone": tone,
        "verdict": verdict,
        "can_add": can_add,
        "has_source": can_add and Source.objects.filter(runs__state=RunState.SUCCEEDED).exists(),
        "sees_internal": request.user.has_perm("datasets.view_dataset"),
    }
    return render(request, "datasets/datasets.html", context)


def _verdict(standings: list[Standing], count: int, *, is_filtering: bool) -> tuple[Tone, str]:
    """Is it well, over what the page shows?"""
    if not count:
        return (Tone.OFF, _("Nothing matches.") if is_filtering else _("There is nothing to read yet."))
    closed = sum(standing.gate == GateState.CLOSED for standing in standings)
    if closed:
        said = ngettext("One dataset waits at its gate.", "%(count)s datasets wait at their gate.", closed)
        return Tone.BAD, said % {"count": closed}
    empty = sum(standing.tone == Tone.OFF for standing in standings)
    if empty == len(standings):
        return Tone.OFF, _("Nothing is published yet.")
    return Tone.OK, _("All is well: readers get the latest version of each.")
