"""Whether a recipe suits an entity and what it reads: all that is wrong with it, before anything is compiled."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from apps.datasets.enums import BuildMode
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import Draft
from apps.datasets.recipes.steps.map import Map
from apps.datasets.schema import DatasetSchema, EntitySchema


def check(
    recipe: Recipe,
    schema: EntitySchema,
    columns: Sequence[Sequence[str] | None],
    others: Mapping[str, tuple[str, ...] | None],
    dataset: DatasetSchema | None = None,
) -> None:
    """Raises RecipeRefused with every fault that there is.

    `columns` are those of each input, `others` those of what steps need besides; None where they are not known yet.
    `dataset` is the one of the entity, for rules that look at other entities.
    """
    faults = check_rules(recipe, schema, dataset)
    if recipe.mode == BuildMode.UPSERT and not schema.key:
        faults.append(Fault(message=_("rows are updated by their key: give the table one, or replace its rows.")))
    for rank, known in enumerate(columns):
        faults += check_input(recipe, rank, schema, known, others)[1]
    if faults:
        # The common steps are found at fault as many times as there are inputs.
        raise RecipeRefused(tuple(dict.fromkeys(faults)))


def check_rules(recipe: Recipe, schema: EntitySchema, dataset: DatasetSchema | None = None) -> list[Fault]:
    """All that is wrong with the quality rules of this recipe on this entity."""
    return [
        Fault(rule=number, column=column, message=message, place=f"rules.{number - 1}")
        for number, rule in enumerate(recipe.rules, start=1)
        for column, message in rule.check(schema, dataset)
    ]


def check_input(
    recipe: Recipe,
    rank: int,
    schema: EntitySchema,
    columns: Sequence[str] | None,
    others: Mapping[str, tuple[str, ...] | None],
) -> tuple[Draft, list[Fault]]:
    """What the steps do to the rows of this input, and all that is wrong with them."""
    known = named_columns(recipe, rank) if columns is None else columns
    draft = Draft(schema=schema, source_columns=tuple(known), others=others)
    own = len(recipe.inputs[rank].steps)
    said = rank + 1 if len(recipe.inputs) > 1 else 0
    faults = [
        Fault(
            input=said if number <= own else 0,
            step=number if number <= own else number - own,
            column=column,
            message=message,
            place=f"inputs.{rank}.steps.{number - 1}" if number <= own else f"steps.{number - own - 1}",
        )
        for number, step in enumerate(recipe.steps_of(rank), start=1)
        for column, message in step.check(draft)
    ]
    faults += [
        Fault(
            input=said,
            column=column.name,
            message=_("no step gives it a value: take it from the source (map) or fill it (fill)."),
            is_unfilled=True,
        )
        for column in schema.columns
        if column.name not in draft.filled and (column.must_be_filled or len(recipe.inputs) == 1)
    ]
    return draft, faults


def origins_of(recipe: Recipe, rank: int) -> dict[str, str]:
    """From which column of the input each column is taken."""
    return {
        target: source
        for step in recipe.steps_of(rank)
        if isinstance(step, Map)
        for target, source in step.columns.items()
    }


def named_columns(recipe: Recipe, rank: int) -> tuple[str, ...]:
    """The columns that the recipe says its input has."""
    return tuple(dict.fromkeys(origins_of(recipe, rank).values()))
