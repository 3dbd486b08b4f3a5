"""The design of a dataset as a value: its model, the recipe of each of its tables; and whether it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _

from apps.collection.models import Source
from apps.core.interface import Viewer
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.merise.document import DataModel
from apps.datasets.merise.logical import to_logical
from apps.datasets.models import Dataset, RecipeDependency
from apps.datasets.models import Recipe as RecipeRow
from apps.datasets.recipes.checking import check
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import DatasetSchema


@dataclass(frozen=True, kw_only=True)
class Design:
    """What the next version is to be: its model, and a recipe for each table, by its name; some may lack one yet."""

    model: DataModel
    recipes: Mapping[str, Recipe]

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        """The recipes as JSON or YAML writes them."""
        return {name: recipe.as_document() for name, recipe in self.recipes.items()}

    @cached_property
    def schema(self) -> DatasetSchema:
        """The tables that follow from the model: pages ask for them once a table. Raises SchemaRefused."""
        return to_logical(self.model)


def design_of(dataset: Dataset) -> Design:
    """The model and the recipes of a dataset as they are now."""
    rows = RecipeRow.objects.filter(entity__dataset=dataset).order_by("entity__position")
    rows = rows.select_related("entity").prefetch_related("entity__columns")
    return Design(
        model=DataModel.model_validate(dataset.model),
        recipes={
            row.entity.name: Recipe.from_document(row.document).in_order(
                [column.name for column in row.entity.columns.all()]
            )
            for row in rows
        },
    )


def check_recipes(
    design: Design,
    schema: DatasetSchema,
    *,
    by: Viewer | None,
    dataset: Dataset | None = None,
    may_lack: bool = False,
) -> None:
    """Raises RecipeRefused with all that is wrong in the recipes of a design, whose `schema` this is, and where.

    Until a source is collected, its columns are those that the recipe says it has. Whoever designs (`by`, None for the
    house) must be allowed to read all of the other datasets that it is made from. While a design is made, recipes
    `may_lack` the values of some columns: it is not built before they have them.
    """
    faults = [
        Fault(entity=name, message=_("the model has no such table: take its recipe out."))
        for name in design.recipes
        if name not in schema.names
    ]
    for entity in schema.entities:
        if (recipe := design.recipes.get(entity.name)) is None:
            continue
        try:
            known = columns_read(recipe, schema=schema, by=by, dataset=dataset)
            check(recipe, entity, [known[each.name] for each in recipe.inputs], known, schema)
        except RecipeRefused as refusal:
            has_many = len(schema.entities) > 1
            faults += [replace(fault, entity=entity.name) if has_many else fault for fault in refusal.faults]
    if may_lack:
        faults = [fault for fault in faults if not fault.is_unfilled]
    if faults:
        raise RecipeRefused(faults)
    in_order_of_making(design.recipes)


def unfilled(design: Design, schema: DatasetSchema, *, dataset: Dataset | None = None) -> list[Fault]:
    """The columns to which the recipes of a design give no value yet, and must."""
    try:
        check_recipes(design, schema, by=None, dataset=dataset)
    except RecipeRefused as refusal:
        return [fault for fault in refusal.faults if fault.is_unfilled]
    return []


def columns_read(
    recipe: Recipe, *, schema: DatasetSchema, by: Viewer | None, dataset: Dataset | None = None
) -> dict[str, tuple[str, ...] | None]:
    """The columns of all that a recipe reads, by its name (see `Step.needs`); None where they are not known yet.

    Raises RecipeRefused if something of it is not there, or not for who designs.
    """
    known: dict[str, tuple[str, ...] | None] = {}
    faults = []
    for name in recipe.reads:
        try:
            known[name] = columns_called(name, schema=schema, by=by, dataset=dataset)
        except LookupError as error:
            faults.append(Fault(message=str(error.args[0])))
    if faults:
        raise RecipeRefused(faults)
    return known


def columns_called(
    name: str, *, schema: DatasetSchema, by: Viewer | None, dataset: Dataset | None = None
) -> tuple[str, ...] | None:
    """The columns of one thing that recipes read, by its name (see `Step.needs`); None where they are not known yet.

    Raises LookupError if it is not there, or not for who designs.
    """
    kind, _colon, path = name.partition(":")
    return READERS[kind](path, schema, dataset, by)


def _columns_of_source(
    slug: str, schema: DatasetSchema, dataset: Dataset | None, by: Viewer | None
) -> tuple[str, ...] | None:
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        raise LookupError(_("there is no source “%(slug)s”.") % {"slug": slug})
    return columns_of(source) or None


def _columns_of_dataset(
    path: str, schema: DatasetSchema, dataset: Dataset | None, by: Viewer | None
) -> tuple[str, ...] | None:
    slug, _dot, entity = path.partition(".")
    read = Dataset.objects.filter(slug=slug).select_related("current_version").first()
    if read is None or (by and not read.is_visible_to(by)):
        raise LookupError(_("there is no dataset “%(slug)s”.") % {"slug": slug})
    if dataset and _is_made_from(read, dataset):
        raise LookupError(_("the dataset “%(slug)s” is itself made from this one.") % {"slug": slug})
    there = read.current_version.pinned_schema if read.current_version else design_of(read).schema
    if entity and entity not in there.names:
        message = _("the dataset “%(slug)s” has no table “%(name)s”. It has: %(names)s.")
        raise LookupError(message % {"slug": slug, "name": entity, "names": ", ".join(there.names)})
    table = there.entity(entity) if entity else there.main
    level = read.level_for(by) if by else None
    if level and not all(level.covers(column.level) for column in table.columns):
        message = _("you may not read all the columns of the dataset “%(slug)s”: ask for access to them first.")
        raise LookupError(message % {"slug": slug})
    return table.names


def _columns_of_entity(
    name: str, schema: DatasetSchema, dataset: Dataset | None, by: Viewer | None
) -> tuple[str, ...] | None:
    if name not in schema.names:
        message = _("the model has no table “%(name)s”. It has: %(names)s.")
        raise LookupError(message % {"name": name, "names": ", ".join(schema.names)})
    return schema.entity(name).names


def _columns_received(
    name: str, schema: DatasetSchema, dataset: Dataset | None, by: Viewer | None
) -> tuple[str, ...] | None:
    """Those that the recipe takes: it alone says which."""
    _columns_of_entity(name, schema, dataset, by)
    return None


READERS = {
    "source": _columns_of_source,
    "received": _columns_received,
    "dataset": _columns_of_dataset,
    "entity": _columns_of_entity,
}


def columns_of(source: Source) -> tuple[str, ...]:
    """The columns that the source holds today; none if it was never collected."""
    runs = source.feeding_runs().order_by("pk")
    names = (name for run in runs for name in (*run.plan.get("columns", ()), *run.new_columns))
    return tuple(dict.fromkeys(names))


def in_order_of_making(recipes: Mapping[str, Recipe]) -> list[str]:
    """The entities, each after those that its steps look at. Raises RecipeRefused if they look at each other."""
    looks_at = {
        name: [each.removeprefix("entity:") for each in recipe.needs if each.startswith("entity:")]
        for name, recipe in recipes.items()
    }
    try:
        made = list(TopologicalSorter(looks_at).static_order())
    except CycleError as error:
        names = " → ".join(error.args[1])
        message = _("the rows of these are looked up in each other: %(names)s.") % {"names": names}
        raise RecipeRefused([Fault(message=message)]) from None
    return made


def _is_made_from(dataset: Dataset, other: Dataset) -> bool:
    """Whether `other` is among what `dataset` is made from, however far."""
    seen: set[int] = set()
    waiting = {dataset.pk}
    while waiting:
        if other.pk in waiting:
            return True
        seen |= waiting
        reads = RecipeDependency.objects.filter(recipe__entity__dataset__in=waiting).exclude(dataset=None)
        waiting = set(reads.values_list("dataset", flat=True)) - seen
    return False
