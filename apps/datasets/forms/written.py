"""A design as YAML: the model, then the recipes, in the notation of project files."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from apps.core.projects.notation import write_document
from apps.core.projects.written import read_as, read_one
from apps.datasets.design import Design
from apps.datasets.merise.document import DataModel
from apps.datasets.recipes.document import Recipe


class DesignDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: DataModel
    # Checked by the recipes themselves, whose words say more.
    recipes: dict[str, dict[str, Any]] = Field(default_factory=dict)


def write_design(design: Design) -> str:
    return write_document({"model": design.model.as_document(), "recipes": design.documents})


def read_design(text: str) -> Design:
    """Raises Unreadable for what is not of this form, RecipeRefused for steps that do not exist."""
    document = read_as(DesignDocument, text, asked=_("Write the model and the recipes, in one document."))
    recipes = {name: Recipe.from_document(each) for name, each in document.recipes.items()}
    return Design(model=document.model, recipes=recipes)


def write_recipe(recipe: Recipe) -> str:
    return write_document(recipe.as_document())


def read_recipe(text: str) -> Recipe:
    """Raises Unreadable for what is not of this form, RecipeRefused for steps that do not exist."""
    written = read_one(text, asked=_("Write the inputs of the recipe and its steps, in one document."))
    return Recipe.from_document(written.value)
