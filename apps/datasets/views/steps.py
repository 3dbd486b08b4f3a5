"""The recipe of a table, step by step on the first records collected."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import requires
from apps.datasets.design import design_of
from apps.datasets.views.model import veiled_columns
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.trial import try_steps


# It shows the text of the sources while it is worked on: whoever may not read that of the collection reads none here.
@requires("datasets.view_build", "collection.view_rejection")
def recipe_steps(request: HttpRequest, slug: str, entity: str) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    design = design_of(shown.dataset)
    if entity not in design.schema.names:
        raise Http404
    table = design.schema.entity(entity)
    hidden = veiled_columns(shown, design, entity)
    trial = try_steps(design, entity=entity, version=shown.version, hidden=hidden, chosen=request.GET.get("etape", ""))
    base = reverse("datasets:recipe_steps", args=[slug, entity])
    context = {"table": table, "trial": trial, "base": base, "hidden": len(hidden)}
    return render(request, "datasets/recipe_steps.html", shown.context("recipe", **context))
