"""A design as YAML: the model, then the recipes, in the notation of project files."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.core.projects.notation import read_documents, write_document
from apps.core.projects.refusals import as_path
from apps.core.projects.wording import tell
from apps.datasets.design import Design
from apps.datasets.merise.document import DataModel
from apps.datasets.recipes.document import Recipe

# What a place is called in messages: there is no file.
HERE = "design.yaml"


class UnreadableDesign(ValueError):
    """The text is no design; `faults` say what is to be corrected, and on which line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


class DesignDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: DataModel
    # Checked by the recipes themselves, whose words say more.
    recipes: dict[str, dict[str, Any]] = Field(default_factory=dict)


def write_design(design: Design) -> str:
    return write_document({"model": design.model.as_document(), "recipes": design.documents})


def read_design(text: str) -> Design:
    """Raises UnreadableDesign for what is not of this form, RecipeRefused for steps that do not exist."""
    documents, faults = read_documents(text, file=HERE)
    if faults or len(documents) != 1:
        told = [f"{_line(fault.place.line)} {fault.message}" for fault in faults]
        raise UnreadableDesign(told or [_("Write the model and the recipes, in one document.")])
    written = documents[0]
    try:
        document = DesignDocument.model_validate(written.value)
    except ValidationError as error:
        found = []
        for each in error.errors():
            places = [written.values.get(tuple(each["loc"][:length])) for length in range(len(each["loc"]), -1, -1)]
            place = next((place for place in places if place), written.place)
            found.append(f"{_line(place.line)} {as_path(each['loc'])} – {tell(each)}")
        raise UnreadableDesign(found) from error
    recipes = {name: Recipe.from_document(each) for name, each in document.recipes.items()}
    return Design(model=document.model, recipes=recipes)


def write_recipe(recipe: Recipe) -> str:
    return write_document(recipe.as_document())


def read_recipe(text: str) -> Recipe:
    """Raises UnreadableDesign for what is not of this form, RecipeRefused for steps that do not exist."""
    documents, faults = read_documents(text, file=HERE)
    if faults or len(documents) != 1 or not isinstance(documents[0].value, dict):
        told = [f"{_line(fault.place.line)} {fault.message}" for fault in faults]
        raise UnreadableDesign(told or [_("Write the inputs of the recipe and its steps, in one document.")])
    return Recipe.from_document(documents[0].value)


def _line(number: int) -> str:
    return _("Line %(number)d:") % {"number": number}
