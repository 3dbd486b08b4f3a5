"""Datasets as people design them: a conceptual model, the tables that follow, and a recipe that fills each."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.models import Source
from apps.datasets.audit_actions import AuditAction
from apps.datasets.design import Design, check_recipes, design_of
from apps.datasets.enums import Mask, Visibility
from apps.datasets.exceptions import BuildAlreadyActive, DatasetRefused
from apps.datasets.models import Build, Column, Dataset, Entity, RecipeDependency, Version, VersionTable
from apps.datasets.models import Recipe as RecipeRow
from apps.datasets.recipes.document import Recipe
from apps.datasets.retention import delete_files_below, drop_unless_read
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema
from apps.datasets.sql_access import follow_dataset

# What a person decides of a dataset. Its identifier never changes: addresses, programs and tables are named after it.
EDITABLE = ("name", "description", "licence", "visibility", "is_built_by_itself", "max_rejected_share")

COLUMN_FIELDS = tuple(field.name for field in fields(ColumnSchema))


@transaction.atomic
def create_dataset(
    *,
    name: str,
    design: Design,
    by: User | None,
    slug: str = "",
    description: str = "",
    licence: str = "",
    visibility: Visibility = Visibility.INTERNAL,
    is_built_by_itself: bool = True,
    max_rejected_share: Decimal | float = 5,
) -> Dataset:
    """Make a dataset, without any version yet. Raises DatasetRefused, SchemaRefused or RecipeRefused."""
    schema = design.schema
    check_recipes(design, schema, by=by)
    dataset = Dataset(created_by=by, slug=slug or _free_slug(name), model=design.model.as_document())
    _set(
        dataset,
        {
            "name": name,
            "description": description,
            "licence": licence,
            "visibility": visibility,
            "is_built_by_itself": is_built_by_itself,
            "max_rejected_share": max_rejected_share,
        },
    )
    _write_entities(dataset, schema)
    _write_recipes(dataset, design)
    record(action=AuditAction.DATASET_CREATED, actor=by, subject=dataset, details={"entities": list(schema.names)})
    return dataset


@transaction.atomic
def change_dataset(*, dataset: Dataset, changes: Mapping[str, Any], by: User | None) -> Dataset:
    """Change some of the fields of EDITABLE. Raises DatasetRefused."""
    held: Dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    before = {name: getattr(held, name) for name in EDITABLE}
    _set(held, changes)
    if changed := sorted(name for name, value in before.items() if getattr(held, name) != value):
        follow_dataset(held)
        record(action=AuditAction.DATASET_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def change_design(*, dataset: Dataset, design: Design, by: User | None, may_lack: bool = False) -> Dataset:
    """Change what the next version will be; those that are published stay what they are, but for what is then found
    to be more confidential: that is so in them too, at once. Recipes `may_lack` values (see `check_recipes`).

    The versions of the schema and of the recipes are raised by what changes in each. Raises SchemaRefused or
    RecipeRefused.
    """
    # In the order in which a publication locks them.
    list(Build.objects.active().filter(dataset=dataset).select_for_update(of=("self",)).values_list("pk"))
    held: Dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    before = design_of(held)
    schema = design.schema
    check_recipes(design, schema, by=by, dataset=held, may_lack=may_lack)
    changed = []
    if before.model != design.model:
        changed.append("model")
        held.model = design.model.as_document()
    if before.schema != schema:
        changed.append("schema")
        _tighten_versions(held, before=before.schema, after=schema)
        _write_entities(held, schema)
        held.schema_version += 1
    held.save(update_fields=["model", "schema_version", "updated_at"])
    if filled := _write_recipes(held, design):
        changed += [f"recipe:{name}" for name in filled]
    if changed:
        follow_dataset(held)
        record(action=AuditAction.DESIGN_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def delete_dataset(*, dataset: Dataset, by: User | None) -> None:
    """Delete a dataset with its versions, their tables and their files.

    Raises BuildAlreadyActive while it is built, DatasetRefused while another is made from it, or a model.
    A table that is being read at this moment goes within the hour (`drop_replaced_tables`).
    """
    held: Dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if held.active_build():
        raise BuildAlreadyActive(
            _("This dataset is being built: stop its build first."), subject=f"datasets.dataset:{held.pk}"
        )
    if reader := RecipeDependency.objects.filter(dataset=held).select_related("recipe__entity__dataset").first():
        message = _("The dataset “%(name)s” is made from it: change its recipe first.")
        name = reader.recipe.entity.dataset.name
        raise DatasetRefused({"": message % {"name": name}}, subject=f"datasets.dataset:{held.pk}")
    tables = list(VersionTable.objects.filter(version__dataset=held).exclude(table="").values_list("table", flat=True))
    record(action=AuditAction.DATASET_DELETED, actor=by, subject=held, details={"versions": held.versions.count()})
    transaction.on_commit(partial(delete_files_below, f"datasets/{held.pk}"))
    try:
        held.versions.all().delete()
        held.builds.all().delete()
        held.delete()
    except ProtectedError as error:
        # What an app above has learnt from it, by the name of the model if it is one of its trainings.
        names = sorted({str(getattr(each, "model", each)) for each in error.protected_objects})
        message = _("These were made from it, and must be able to tell from what: %(names)s.")
        raise DatasetRefused(
            {"": message % {"names": ", ".join(names)}}, subject=f"datasets.dataset:{held.pk}"
        ) from None
    for table in tables:
        drop_unless_read(table)


def _tighten_versions(dataset: Dataset, *, before: DatasetSchema, after: DatasetSchema) -> None:
    """What is now more confidential is so in what was built before. The reverse waits for a version made knowingly."""
    tighter = {place: said for place, said in _said(after).items() if said != _said(before).get(place)}
    if not tighter:
        return
    for kind in (Build, Version):
        for pk, stored in kind.objects.filter(dataset=dataset).values_list("pk", "schema"):
            schema = DatasetSchema.from_json(stored)
            changed = DatasetSchema(
                entities=tuple(
                    replace(
                        entity,
                        columns=tuple(
                            _tightened(column, tighter.get((entity.name, column.name))) for column in entity.columns
                        ),
                    )
                    for entity in schema.entities
                )
            )
            if changed != schema:
                kind.objects.filter(pk=pk).update(schema=changed.as_json())


def _tightened(column: ColumnSchema, now: ColumnSchema | None) -> ColumnSchema:
    """A column of a version as it was, or as confidential as it is said to be now if that is more."""
    if now is None or not now.level.covers(column.level):
        return column
    if now.level == column.level:
        return replace(column, mask=Mask.HIDDEN) if now.mask == Mask.HIDDEN else column
    return replace(column, personal_data=now.personal_data, confidentiality=now.confidentiality, mask=now.mask)


def _said(schema: DatasetSchema) -> dict[tuple[str, str], ColumnSchema]:
    return {(entity.name, column.name): column for entity in schema.entities for column in entity.columns}


def _set(dataset: Dataset, changes: Mapping[str, Any]) -> None:
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise TypeError(f"Nobody changes these by hand: {', '.join(unknown)}")
    for name, value in changes.items():
        setattr(dataset, name, value)
    try:
        dataset.full_clean()
    except ValidationError as error:
        raise DatasetRefused({name: " ".join(messages) for name, messages in error.message_dict.items()}) from None
    dataset.save()


def _write_entities(dataset: Dataset, schema: DatasetSchema) -> None:
    """The rows of the entities and of their columns as this schema has them; recipes of those that stay are kept."""
    dataset.entities.exclude(name__in=schema.names).delete()
    for position, entity in enumerate(schema.entities):
        row, _is_new = Entity.objects.update_or_create(
            dataset=dataset,
            name=entity.name,
            defaults={
                "position": position,
                "label": entity.label,
                "description": entity.description,
                "foreign_keys": entity.as_json()["foreign_keys"],
                "uniques": entity.uniques,
            },
        )
        _write_columns(row, entity)


def _write_columns(entity: Entity, schema: EntitySchema) -> None:
    entity.columns.all().delete()
    Column.objects.bulk_create(
        Column(entity=entity, position=position, **{name: getattr(column, name) for name in COLUMN_FIELDS})
        for position, column in enumerate(schema.columns)
    )


def _write_recipes(dataset: Dataset, design: Design) -> list[str]:
    """The rows of the recipes as this design has them; the names of the entities whose recipe changed."""
    changed = []
    for entity in dataset.entities.select_related("recipe"):
        row: RecipeRow | None = getattr(entity, "recipe", None)
        recipe = design.recipes.get(entity.name)
        if recipe is None:
            if row:
                row.delete()
                changed.append(entity.name)
            continue
        document = recipe.as_document()
        if row is None:
            row = RecipeRow(entity=entity, document=document)
        elif row.document != document:
            row.document, row.number = document, row.number + 1
        else:
            continue
        row.save()
        changed.append(entity.name)
        _write_dependencies(row, recipe)
    return changed


def _write_dependencies(row: RecipeRow, recipe: Recipe) -> None:
    row.dependencies.all().delete()
    sources = Source.objects.filter(slug__in=_paths(recipe.reads, "source:"))
    datasets = Dataset.objects.filter(slug__in=[path.partition(".")[0] for path in _paths(recipe.reads, "dataset:")])
    RecipeDependency.objects.bulk_create(
        [
            *(RecipeDependency(recipe=row, source=source) for source in sources),
            *(RecipeDependency(recipe=row, dataset=dataset) for dataset in datasets),
        ]
    )


def _paths(names: Iterable[str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in names if name.startswith(kind)]


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:50] or "dataset"
    # The address of a page has one name already.
    taken = {"nouveau", *Dataset.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
