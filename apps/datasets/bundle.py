"""How datasets are written in a project: `kind: dataset`, with the conceptual model and a recipe for each table."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from django.db import transaction
from pydantic import BaseModel, Field

from apps.core.declarations import Bundle, Outcome
from apps.datasets.design import Design, design_of
from apps.datasets.designing import EDITABLE, change_dataset, change_design, create_dataset
from apps.datasets.enums import Confidentiality, Visibility
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.granting import let_groups_read, levels_of_groups
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe


class DatasetDocument(BaseModel):
    """A dataset, as one reads and reviews it."""

    slug: str
    name: str
    description: str = ""
    licence: str = ""
    visibility: Visibility = Visibility.INTERNAL
    is_built_by_itself: bool = True
    max_rejected_share: Annotated[float, Field(ge=0, le=100)] = 5
    model: DataModel
    # Their own words tell what is wrong in a step better than a schema would: see `recipes/document.py`.
    recipes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    # Accesses given to groups, by name; what says nothing leaves them as they are. Persons are not written down.
    groups: dict[str, Confidentiality] | None = None

    @property
    def design(self) -> Design:
        """Raises RecipeRefused."""
        recipes = {name: Recipe.from_document(document) for name, document in self.recipes.items()}
        return Design(model=self.model, recipes=recipes)


def apply_dataset(document: DatasetDocument) -> Outcome:
    """Raises RuleViolation if what the recipes read, or a group, is not there, or the design does not hold."""
    with transaction.atomic():
        return _apply(document)


def _apply(document: DatasetDocument) -> Outcome:
    design = document.design
    fields = {name: getattr(document, name) for name in EDITABLE}
    fields["max_rejected_share"] = Decimal(str(document.max_rejected_share))
    dataset = Dataset.objects.filter(slug=document.slug).first()
    if dataset is None:
        made = create_dataset(slug=document.slug, design=design, by=None, **fields)
        let_groups_read(dataset=made, levels=document.groups or {})
        return Outcome.CREATED
    before, groups = document_of(dataset), levels_of_groups(dataset)
    wanted = groups if document.groups is None else document.groups
    if (before.design, _fields(before), groups) == (design, _fields(document), wanted):
        return Outcome.UNCHANGED
    change_dataset(dataset=dataset, changes=fields, by=None)
    change_design(dataset=dataset, design=design, by=None)
    let_groups_read(dataset=dataset, levels=wanted)
    return Outcome.CHANGED


def export_datasets() -> Iterator[DatasetDocument]:
    for dataset in Dataset.objects.order_by("slug"):
        yield document_of(dataset)


def document_of(dataset: Dataset) -> DatasetDocument:
    """A dataset as it is now."""
    design = design_of(dataset)
    return DatasetDocument(
        slug=dataset.slug,
        **{name: getattr(dataset, name) for name in EDITABLE},
        model=design.model,
        recipes=design.documents,
        groups=levels_of_groups(dataset) or None,
    )


def _fields(document: DatasetDocument) -> list[Any]:
    return [getattr(document, name) for name in EDITABLE]


def datasets_read(document: DatasetDocument) -> set[str]:
    """The datasets that the recipes of this one read. What is not well written is refused once it is applied."""
    try:
        names = [name for recipe in document.design.recipes.values() for name in recipe.reads]
    except RecipeRefused:
        return set()
    return {name.removeprefix("dataset:").partition(".")[0] for name in names if name.startswith("dataset:")}


DECLARED = [
    Bundle(
        kind="dataset",
        document=DatasetDocument,
        apply=apply_dataset,
        export=export_datasets,
        order=20,
        refers=datasets_read,
    )
]
