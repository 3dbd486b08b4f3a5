"""How a dataset is made: its steps in words, and what they became."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.datasets import designing
from apps.datasets.forms.written import write_design
from apps.datasets.recipes.telling import tell
from apps.datasets.views.builds import reasons_of
from apps.datasets.views.page import DatasetPage, told


@public
def recipe(request: HttpRequest, slug: str) -> HttpResponse:
    """The steps for whoever reads the dataset; the SQL and the rejects for whoever sees builds."""
    shown = DatasetPage.load(request, slug)
    context = {"source": shown.entity.recipe.source, "number": shown.entity.recipe.number}
    try:
        schema, document = designing.design_of(shown.dataset)
    except RuleViolation as refusal:
        context |= {"refusal": told(refusal)}
    else:
        context |= {
            "sentences": [told_step.sentence for told_step in tell(document, schema)],
            "yaml": write_design(schema, document) if shown.sees_builds else "",
        }
    last = shown.last_build
    context |= {"build": last, "reasons": reasons_of(last) if last else None}
    if shown.version and shown.version.build.recipe_number != context["number"]:
        context["is_ahead"] = True
    return render(request, "datasets/recipe.html", shown.context("recipe", **context))
