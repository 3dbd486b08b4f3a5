"""A design as YAML: the columns of the entity, then the steps of the recipe, in the notation of project files."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.core.projects.notation import read_documents, write_document
from apps.core.projects.refusals import as_path
from apps.core.projects.wording import tell
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import ColumnSchema, EntitySchema

# What a place is called in messages: there is no file.
HERE = "recipe.yaml"


class UnreadableDesign(ValueError):
    """The text is no design; `faults` say what is to be corrected, and on which line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


class ColumnDocument(BaseModel):
    """A line of the entity as people write it; what is left out is as usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(max_length=50)
    label: str = Field(default="", max_length=120)
    type: ColumnType = ColumnType.TEXT
    description: str = ""
    unit: str = Field(default="", max_length=40)
    is_key: bool = False
    is_required: bool = False
    is_unique: bool = False
    max_length: int = Field(default=0, ge=0)
    digits: int = Field(default=18, ge=1, le=38)
    decimals: int = Field(default=6, ge=0, le=20)
    personal_data: PersonalData = PersonalData.NONE


class DesignDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[ColumnDocument, ...] = Field(min_length=1, max_length=500)
    steps: tuple[dict[str, Any], ...] = Field(min_length=1)


def write_design(schema: EntitySchema, recipe: Recipe) -> str:
    columns = [
        ColumnDocument.model_validate(vars(column)).model_dump(mode="json", exclude_defaults=True)
        for column in schema.columns
    ]
    steps = recipe.as_document()["steps"]
    for step in steps:
        if isinstance(step.get("columns"), dict):  # the database keeps no order of keys
            order = {name: rank for rank, name in enumerate(schema.names)}
            pairs = sorted(step["columns"].items(), key=lambda pair: order.get(pair[0], len(order)))
            step["columns"] = dict(pairs)
    return write_document({"columns": columns, "steps": steps})


def read_design(text: str, *, entity: str, label: str, source: str) -> tuple[EntitySchema, Recipe]:
    """Raises UnreadableDesign for what is not of this form, RecipeRefused for steps that do not exist."""
    documents, faults = read_documents(text, file=HERE)
    if faults or len(documents) != 1:
        told = [f"{_line(fault.place.line)} {fault.message}" for fault in faults]
        raise UnreadableDesign(told or [_("Write the columns and the steps, in one document.")])
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
    columns = tuple(ColumnSchema(**vars(column)) for column in document.columns)
    schema = EntitySchema(name=entity, label=label, columns=columns)
    return schema, Recipe.from_document({"source": source, "steps": list(document.steps)})


def _line(number: int) -> str:
    return _("Line %(number)d:") % {"number": number}
