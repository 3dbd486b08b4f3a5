"""How datasets are written in a project: `kind: dataset`, with the entity and the recipe."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from apps.collection.models import Source
from apps.core.declarations import Bundle, Outcome
from apps.datasets.designing import EDITABLE, change_dataset, change_design, create_dataset, design_of
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.exceptions import DatasetRefused
from apps.datasets.models import Dataset, Entity
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import ColumnSchema, EntitySchema


class ColumnDocument(BaseModel):
    """One column. What it says by default is what `ColumnSchema` says."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    label: str = ""
    description: str = ""
    unit: str = ""
    is_key: bool = False
    is_required: bool = False
    is_unique: bool = False
    max_length: Annotated[int, Field(ge=0)] = 0
    digits: Annotated[int, Field(ge=1, le=38)] = 18
    decimals: Annotated[int, Field(ge=0, le=20)] = 6
    personal_data: PersonalData = PersonalData.NONE


class EntityDocument(BaseModel):
    """What each row is about."""

    name: str
    label: str = ""
    description: str = ""
    columns: list[ColumnDocument]

    @property
    def schema_(self) -> EntitySchema:
        columns = tuple(ColumnSchema(**column.model_dump()) for column in self.columns)
        return EntitySchema(name=self.name, label=self.label, columns=columns)


class DatasetDocument(BaseModel):
    """A dataset, as one reads and reviews it."""

    slug: str
    name: str
    description: str = ""
    licence: str = ""
    is_public: bool = False
    is_built_by_itself: bool = True
    max_rejected_share: Annotated[float, Field(ge=0, le=100)] = 5
    entity: EntityDocument
    # Its own words tell what is wrong in a step better than a schema would: see `recipes/document.py`.
    recipe: dict[str, Any]


def apply_dataset(document: DatasetDocument) -> Outcome:
    """Raises RuleViolation if the source is not there, or the design does not hold."""
    recipe, schema = Recipe.from_document(document.recipe), document.entity.schema_
    fields = {name: getattr(document, name) for name in EDITABLE}
    fields["max_rejected_share"] = Decimal(str(document.max_rejected_share))
    dataset = Dataset.objects.filter(slug=document.slug).first()
    if dataset is None:
        source = Source.objects.filter(slug=recipe.source).first()
        if source is None:
            raise DatasetRefused({"recipe": _("There is no source “%(slug)s”.") % {"slug": recipe.source}})
        create_dataset(
            slug=document.slug,
            source=source,
            schema=schema,
            recipe=recipe,
            entity_description=document.entity.description,
            by=None,
            **fields,
        )
        return Outcome.CREATED
    before = _document_of(dataset)
    if before == document.model_copy(update={"recipe": recipe.as_document()}):
        return Outcome.UNCHANGED
    change_dataset(dataset=dataset, changes=fields, by=None)
    change_design(
        dataset=dataset, schema=schema, recipe=recipe, entity_description=document.entity.description, by=None
    )
    return Outcome.CHANGED


def export_datasets() -> Iterator[DatasetDocument]:
    for dataset in Dataset.objects.order_by("slug"):
        yield _document_of(dataset)


def _document_of(dataset: Dataset) -> DatasetDocument:
    schema, recipe = design_of(dataset)
    entity = Entity.objects.get(dataset=dataset)
    names = ColumnDocument.model_fields
    return DatasetDocument(
        slug=dataset.slug,
        **{name: getattr(dataset, name) for name in EDITABLE},
        entity=EntityDocument(
            name=schema.name,
            label=schema.label,
            description=entity.description,
            columns=[ColumnDocument(**{name: getattr(column, name) for name in names}) for column in schema.columns],
        ),
        recipe=recipe.as_document(),
    )


DECLARED = [Bundle(kind="dataset", document=DatasetDocument, apply=apply_dataset, export=export_datasets, order=20)]
