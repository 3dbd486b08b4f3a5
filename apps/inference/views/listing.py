"""The models of the instance."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.inference.forms.listing import ModelListForm
from apps.inference.models import Evaluation, Model, ModelVersion
from apps.inference.reports import Line, Told
from apps.inference.standing import Standing, champions, latest_trainings, open_reviews, standing_of

PAGE_SIZE = 25


@dataclass(frozen=True, kw_only=True)
class Row:
    model: Model
    standing: Standing
    champion: ModelVersion | None
    primary: Line | None


@requires("inference.view_model")
def models(request: SignedInRequest) -> HttpResponse:
    form = ModelListForm(request.GET or None)
    paginator = Paginator(form.asked(request.user, request.GET.get("tri", "")), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    is_filtering = form.is_bound and form.is_filtering
    rows = _rows(list(page))
    tone, verdict = _verdict(rows, is_filtering=is_filtering)
    context = {
        "form": form,
        "is_filtering": is_filtering,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": rows,
        "tone": tone,
        "verdict": verdict,
        "can_add": request.user.has_perm("inference.add_model"),
    }
    return render(request, "inference/models.html", context)


def _rows(found: list[Model]) -> list[Row]:
    """In four queries, however many there are."""
    last, serving, reviews = latest_trainings(found), champions(found), open_reviews(found)
    trainings = [version.training_id for version in serving.values()]
    reports = Evaluation.objects.filter(training__in=trainings).only("training", "report")
    told = {each.training_id: Told.of(each).primary for each in reports}
    return [
        Row(
            model=model,
            standing=standing_of(
                model=model,
                champion=serving.get(model.pk),
                last=last.get(model.pk),
                review=reviews.get(model.pk),
            ),
            champion=(version := serving.get(model.pk)),
            primary=told.get(version.training_id) if version else None,
        )
        for model in found
    ]


def _verdict(rows: list[Row], *, is_filtering: bool) -> tuple[Tone, str]:
    """Is it well, over what the page shows?"""
    if not rows:
        return Tone.OFF, _("Nothing matches.") if is_filtering else _("There is no model yet.")
    closed = sum(row.standing.gate == GateState.CLOSED for row in rows)
    if closed:
        said = ngettext("One model waits at its gate.", "%(count)s models wait at their gate.", closed)
        return Tone.BAD, said % {"count": closed}
    waiting = sum(row.standing.tone == Tone.WAIT for row in rows)
    if waiting:
        said = ngettext("One version awaits a review.", "%(count)s versions await a review.", waiting)
        return Tone.WAIT, said % {"count": waiting}
    serving = sum(row.champion is not None for row in rows)
    if not serving:
        return Tone.OFF, _("No model is in service.")
    said = ngettext("All is well: one model is in service.", "All is well: %(count)s models are in service.", serving)
    return Tone.OK, said % {"count": serving}
