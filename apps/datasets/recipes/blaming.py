"""Which line of a recipe set rows aside: the one to look at when a reason comes up too often."""

from collections.abc import Mapping
from typing import Any

from apps.datasets.enums import RejectReason
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import Step


def place_of(recipe: Recipe, code: str, names: str) -> str:
    """The place of the line (see `recipe_drafts`) that gives this reason on these columns; else of the last step that
    gives them a value, for the model says what they must be; "" if no line does.

    A broken rule is told by its title.
    """
    if code == RejectReason.RULE_BROKEN:
        return next((f"rules.{rank}" for rank, rule in enumerate(recipe.rules) if rule.title == names), "")
    columns = [name for name in names.split(", ") if name]
    lines = _lines(recipe)
    for place, step in lines:
        if code in step.faults and (not columns or any(_names(step, name) for name in columns)):
            return place
    makers = [(place, step) for place, step in reversed(lines) if not step.is_about_all_rows]
    return next((place for place, step in makers if any(_names(step, name) for name in columns)), "")


def _lines(recipe: Recipe) -> list[tuple[str, Step]]:
    own = [
        (f"inputs.{rank}.steps.{number}", step)
        for rank, read in enumerate(recipe.inputs)
        for number, step in enumerate(read.steps)
    ]
    return [*own, *((f"steps.{number}", step) for number, step in enumerate(recipe.steps))]


def _names(step: Step, name: str) -> bool:
    """Whether a step is about this column."""
    said: Mapping[str, Any] = step.model_dump(exclude={"step", "note"})
    return any(value == name or (isinstance(value, tuple | dict) and name in value) for value in said.values())
