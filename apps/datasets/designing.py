"""Datasets as people design them: an entity with typed columns, and the recipe that fills it from a source."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.models import Source
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import BuildAlreadyActive, DatasetRefused, Fault, RecipeRefused, SchemaRefused
from apps.datasets.models import Build, Column, Dataset, Entity, Version
from apps.datasets.models import Recipe as RecipeRow
from apps.datasets.names import why_not_a_column, why_not_a_name
from apps.datasets.reading.table import READ_BY_RIGHT
from apps.datasets.recipes.compiling import check
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.map import Map
from apps.datasets.retention import delete_files_below, drop_unless_read
from apps.datasets.schema import ColumnSchema, EntitySchema

# What a person decides of a dataset. Its identifier never changes: addresses, programs and tables are named after it.
EDITABLE = ("name", "description", "licence", "is_public", "is_built_by_itself", "max_rejected_share")
MAX_COLUMNS = 500
MAX_LABEL, MAX_UNIT = 120, 40
# PostgreSQL's own limits.
MAX_TEXT, MAX_DIGITS = 10_485_760, 38


@transaction.atomic
def create_dataset(
    *,
    name: str,
    source: Source,
    schema: EntitySchema,
    recipe: Recipe,
    by: User | None,
    slug: str = "",
    description: str = "",
    licence: str = "",
    is_public: bool = False,
    is_built_by_itself: bool = True,
    max_rejected_share: Decimal | float = 5,
    entity_description: str = "",
) -> Dataset:
    """Make a dataset, without any version yet. Raises DatasetRefused, SchemaRefused or RecipeRefused."""
    _check_schema(schema)
    _check_recipe(recipe, schema, source)
    dataset = Dataset(created_by=by, slug=slug or _free_slug(name))
    _set(
        dataset,
        {
            "name": name,
            "description": description,
            "licence": licence,
            "is_public": is_public,
            "is_built_by_itself": is_built_by_itself,
            "max_rejected_share": max_rejected_share,
        },
    )
    entity = Entity.objects.create(
        dataset=dataset, name=schema.name, label=schema.label, description=entity_description
    )
    _write_columns(entity, schema)
    RecipeRow.objects.create(entity=entity, source=source, steps=_steps(recipe))
    record(action=AuditAction.DATASET_CREATED, actor=by, subject=dataset, details={"source": source.slug})
    return dataset


@transaction.atomic
def change_dataset(*, dataset: Dataset, changes: Mapping[str, Any], by: User | None) -> Dataset:
    """Change some of the fields of EDITABLE. Raises DatasetRefused."""
    held: Dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    before = {name: getattr(held, name) for name in EDITABLE}
    _set(held, changes)
    if changed := sorted(name for name, value in before.items() if getattr(held, name) != value):
        record(action=AuditAction.DATASET_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def change_design(
    *,
    dataset: Dataset,
    schema: EntitySchema,
    recipe: Recipe,
    by: User | None,
    entity_description: str | None = None,
) -> Dataset:
    """Change what the next version will be; those that are published stay what they are, but for what is then found
    to be read by right: that is hidden in them too, at once.

    The versions of the schema and of the recipe are raised by what changes in each. Raises SchemaRefused or
    RecipeRefused.
    """
    # In the order in which a publication locks them.
    list(Build.objects.active().filter(dataset=dataset).select_for_update(of=("self",)).values_list("pk"))
    held: Dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    entity = Entity.objects.select_related("recipe__source").get(dataset=held)
    source = Source.objects.filter(slug=recipe.source).first()
    if source is None:
        raise RecipeRefused([Fault(message=_("there is no source “%(slug)s”.") % {"slug": recipe.source})])
    _check_schema(schema)
    _check_recipe(recipe, schema, source)
    changed = []
    if entity.schema != schema:
        changed.append("schema")
        _hide_in_versions(held, before=entity.schema, after=schema)
        entity.name, entity.label = schema.name, schema.label
        _write_columns(entity, schema)
        held.schema_version += 1
        held.save(update_fields=["schema_version", "updated_at"])
    if entity_description is not None and entity.description != entity_description:
        changed.append("description")
        entity.description = entity_description
    entity.save()
    row = entity.recipe
    if (row.source, row.steps) != (source, _steps(recipe)):
        changed.append("recipe")
        row.source, row.steps, row.number = source, _steps(recipe), row.number + 1
        row.save()
    if changed:
        record(action=AuditAction.DESIGN_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def delete_dataset(*, dataset: Dataset, by: User | None) -> None:
    """Delete a dataset with its versions, their tables and their files. Raises BuildAlreadyActive while it is built.

    A table that is being read at this moment goes within the hour (`drop_replaced_tables`).
    """
    held: Dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if held.active_build():
        raise BuildAlreadyActive(
            _("This dataset is being built: stop its build first."), subject=f"datasets.dataset:{held.pk}"
        )
    tables = list(held.versions.exclude(table="").values_list("table", flat=True))
    record(action=AuditAction.DATASET_DELETED, actor=by, subject=held, details={"versions": held.versions.count()})
    transaction.on_commit(partial(delete_files_below, f"datasets/{held.pk}"))
    held.versions.all().delete()
    held.builds.all().delete()
    held.delete()
    for table in tables:
        drop_unless_read(table)


def design_of(dataset: Dataset) -> tuple[EntitySchema, Recipe]:
    """The entity and the recipe of a dataset as they are now."""
    entity = Entity.objects.select_related("recipe__source").prefetch_related("columns").get(dataset=dataset)
    recipe = {"source": entity.recipe.source.slug, "steps": entity.recipe.steps}
    return entity.schema, Recipe.from_document(recipe)


def _hide_in_versions(dataset: Dataset, *, before: EntitySchema, after: EntitySchema) -> None:
    """What is now read by right is so in what was built before. The reverse waits for a version made knowingly."""
    known = {column.name for column in before.columns if column.personal_data in READ_BY_RIGHT}
    marks = {
        column.name: column.personal_data
        for column in after.columns
        if column.personal_data in READ_BY_RIGHT and column.name not in known
    }
    if not marks:
        return
    for kind in (Build, Version):
        for pk, schema in kind.objects.filter(dataset=dataset).values_list("pk", "schema"):
            for column in schema["columns"]:
                if column["personal_data"] not in READ_BY_RIGHT:
                    column["personal_data"] = marks.get(column["name"], column["personal_data"])
            kind.objects.filter(pk=pk).update(schema=schema)


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


def _check_schema(schema: EntitySchema) -> None:
    """Raises SchemaRefused with all that keeps the entity from becoming a table."""
    faults = list(_faults_of(schema))
    if faults:
        raise SchemaRefused(faults)


def _faults_of(schema: EntitySchema) -> Iterator[Fault]:
    if wrong := why_not_a_name(schema.name):
        yield Fault(message=_("The entity: %(wrong)s") % {"wrong": wrong})
    if not schema.columns:
        yield Fault(message=_("An entity has one column at least."))
    if len(schema.columns) > MAX_COLUMNS:
        yield Fault(message=_("An entity has %(count)d columns at most.") % {"count": MAX_COLUMNS})
    for name, count in Counter(schema.names).items():
        if count > 1:
            yield Fault(column=name, message=_("two columns have this name."))
    for column in schema.columns:
        if wrong := why_not_a_column(column.name, schema.names):
            yield Fault(column=column.name, message=wrong)
        yield from _faults_of_column(column)


def _faults_of_column(column: ColumnSchema) -> Iterator[Fault]:
    if column.type == ColumnType.TEXT and not 0 <= column.max_length <= MAX_TEXT:
        message = _("a text has %(count)d characters at most.") % {"count": MAX_TEXT}
        yield Fault(column=column.name, message=message)
    if column.type == ColumnType.DECIMAL and not 0 <= column.decimals <= column.digits <= MAX_DIGITS:
        yield Fault(
            column=column.name,
            message=_("a decimal has %(count)d digits at most, and no more decimals than digits.")
            % {"count": MAX_DIGITS},
        )
    if column.type == ColumnType.DECIMAL and column.digits < 1:
        yield Fault(column=column.name, message=_("a decimal has one digit at least."))
    if len(column.label) > MAX_LABEL or len(column.unit) > MAX_UNIT:
        yield Fault(column=column.name, message=_("its label or unit is too long."))


def _check_recipe(recipe: Recipe, schema: EntitySchema, source: Source) -> None:
    """Raises RecipeRefused. Until the source is collected, its columns are those that the recipe says it has."""
    if recipe.source != source.slug:
        message = _("the recipe reads “%(slug)s”, which is not the source of the dataset.") % {"slug": recipe.source}
        raise RecipeRefused([Fault(message=message)])
    check(recipe, schema, columns_of(source) or _named_columns(recipe))


def columns_of(source: Source) -> tuple[str, ...]:
    """The columns that the source holds today; none if it was never collected."""
    runs = source.feeding_runs().order_by("pk")
    names = (name for run in runs for name in (*run.plan.get("columns", ()), *run.new_columns))
    return tuple(dict.fromkeys(names))


def _named_columns(recipe: Recipe) -> Sequence[str]:
    return tuple({name for step in recipe.steps if isinstance(step, Map) for name in step.columns.values()})


def _steps(recipe: Recipe) -> list[Any]:
    steps: list[Any] = recipe.as_document()["steps"]
    return steps


def _write_columns(entity: Entity, schema: EntitySchema) -> None:
    entity.columns.all().delete()
    Column.objects.bulk_create(
        Column(
            entity=entity,
            position=position,
            name=column.name,
            label=column.label,
            description=column.description,
            unit=column.unit,
            type=column.type,
            is_key=column.is_key,
            is_required=column.is_required,
            is_unique=column.is_unique,
            max_length=column.max_length,
            digits=column.digits,
            decimals=column.decimals,
            personal_data=column.personal_data,
        )
        for position, column in enumerate(schema.columns)
    )


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:50] or "dataset"
    # The address of a page has one name already.
    taken = {"nouveau", *Dataset.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
