"""How a dataset is made: its steps in words, and what they became; the recipe of one of its tables, to be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.datasets.design import Design, design_of, unfilled
from apps.datasets.documenting import secret_recipes, told_to
from apps.datasets.forms.written import write_design
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.telling import Told
from apps.datasets.schema import EntitySchema
from apps.datasets.views.builds import reasons_of, recipes_to_change
from apps.datasets.views.model import hidden_columns
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The recipe of one table: what it reads, its steps as this person may know them; none if it has none yet.

    `is_complete`: each column that must have a value is given one. It `is_secret` if it reads a dataset that this
    person may not know of.
    """

    entity: EntitySchema
    recipe: Recipe | None
    told: Sequence[Told] = ()
    is_complete: bool = True
    is_secret: bool = False

    @property
    def inputs(self) -> list[str]:
        return [each.title for each in self.recipe.inputs] if self.recipe and not self.is_secret else []

    @property
    def step_count(self) -> int:
        return sum(len(each.steps) for each in self.recipe.inputs) + len(self.recipe.steps) if self.recipe else 0


@public
def recipe(request: HttpRequest, slug: str) -> HttpResponse:
    """The steps for whoever reads the dataset; the SQL and the rejects for whoever sees builds."""
    shown = DatasetPage.load(request, slug)
    context: dict[str, Any] = {}
    try:
        design = design_of(shown.dataset)
        chapters = _chapters(shown, design)
    except RuleViolation as refusal:
        context |= {"refusal": str(refusal.message)}
    else:
        context |= {
            "chapters": chapters,
            "yaml": write_design(design) if shown.sees_builds and not any(each.is_secret for each in chapters) else "",
            "is_ahead": shown.version is not None and design.documents != shown.version.build.recipes,
        }
    last = shown.last_build
    context |= {"build": last, "reasons": reasons_of(last, recipes_to_change(shown)) if last else None}
    return render(request, "datasets/recipe.html", shown.context("recipe", **context))


def _chapters(shown: DatasetPage, design: Design) -> list[Chapter]:
    lacking = {
        fault.entity or design.schema.main.name for fault in unfilled(design, design.schema, dataset=shown.dataset)
    }
    secret = secret_recipes(design, shown.viewer)
    return [
        Chapter(
            entity=entity,
            is_complete=entity.name not in lacking,
            recipe=(made := design.recipes.get(entity.name)),
            told=told_to(made, entity, hidden_columns(shown, design, entity.name), is_secret=entity.name in secret)
            if made
            else (),
            is_secret=entity.name in secret,
        )
        for entity in design.schema.entities
    ]
