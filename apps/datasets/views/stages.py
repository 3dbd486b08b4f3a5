"""A recipe followed step by step, in words: what each step took, changed, set aside and why; the rows after one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.core.numbers import format_number
from apps.datasets.engine import Change, Stage, StageKind
from apps.datasets.quarantine import reason_label, title_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import titles
from apps.datasets.redesigning import mentions
from apps.datasets.schema import ColumnSchema, EntitySchema
from apps.datasets.views.cells import is_numeric, said

HIDDEN = gettext_lazy("What it does to the columns that you may not read is not shown.")
SENTENCES: Mapping[StageKind, Text] = {
    StageKind.READ: gettext_lazy("Read each value as the type of its column, and look at what is asked of each row."),
    StageKind.UNIQUE: gettext_lazy("Keep one row of those that have the same values where they must differ."),
}
Cell = tuple[str, bool]


@dataclass(frozen=True, kw_only=True)
class ShownReason:
    label: str
    column: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ShownChange:
    column: str
    before: str
    after: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ShownStage:
    """A stage as its reader sees it. `key` names it in addresses; of the one that is chosen the rows are shown."""

    key: str
    sentence: Text
    input: str
    rows_in: int
    rows_out: int
    set_aside: int
    left_out: int
    cells: int
    seconds: str
    reasons: Sequence[ShownReason]
    changes: Sequence[ShownChange]
    added: str
    is_chosen: bool
    columns: Sequence[Cell] = ()
    rows: Sequence[Sequence[Cell]] = ()


def shown_stages(
    stages: Sequence[Stage], recipe: Recipe, schema: EntitySchema, *, hidden: frozenset[str], chosen: str = ""
) -> tuple[ShownStage, ...]:
    """The stages in words; without what they say of hidden columns."""
    keys = [key_of(stage) for stage in stages]
    chosen = chosen if chosen in keys else ""
    return tuple(
        ShownStage(
            key=key,
            sentence=_sentence(stage, recipe, schema, hidden),
            input=_input(stage, recipe),
            rows_in=stage.rows_in,
            rows_out=stage.rows_out,
            set_aside=stage.set_aside,
            left_out=stage.left_out,
            cells=stage.cells,
            seconds=format_number(stage.seconds * 1_000, 0, "ms"),
            reasons=[
                ShownReason(
                    label=reason_label(each.code),
                    column=_title(schema, each.column, hidden) if each.column else "",
                    count=each.count,
                )
                for each in stage.reasons
            ],
            changes=[_change(each, schema) for each in stage.changes],
            added=titles(stage.added, schema),
            is_chosen=key == chosen,
            rows=_rows(stage, schema) if key == chosen else (),
            columns=_columns(stage, schema) if key == chosen else (),
        )
        for key, stage in zip(keys, stages, strict=True)
    )


def key_of(stage: Stage) -> str:
    """`1-2` is the second step of the first input, `0-3` the third common one; the others are called by their kind."""
    return f"{stage.input}-{stage.step}" if stage.step else stage.kind.value


def _sentence(stage: Stage, recipe: Recipe, schema: EntitySchema, hidden: frozenset[str]) -> Text:
    if not stage.step:
        return SENTENCES[stage.kind]
    step = (recipe.inputs[stage.input - 1].steps if stage.input else recipe.steps)[stage.step - 1]
    return HIDDEN if mentions(step.model_dump(mode="json"), hidden) else step.tell(schema)


def _input(stage: Stage, recipe: Recipe) -> str:
    if not stage.input or len(recipe.inputs) < 2:
        return ""
    return recipe.inputs[stage.input - 1].title


def _title(schema: EntitySchema, names: str, hidden: frozenset[str]) -> str:
    if not names:  # a filter looks at the whole row
        return ""
    return _("a column that you may not read") if mentions(names, hidden) else title_of(schema, names)


def _change(change: Change, schema: EntitySchema) -> ShownChange:
    before, after = said(change.before), said(change.after)
    return ShownChange(column=title_of(schema, change.column), before=before, after=after, count=change.count)


def _columns(stage: Stage, schema: EntitySchema) -> list[Cell]:
    return [(title_of(schema, name), _is_right(column)) for name, column in _kinds(stage, schema).items()]


def _rows(stage: Stage, schema: EntitySchema) -> list[list[Cell]]:
    kinds = _kinds(stage, schema).items()
    return [[(said(row.get(name), column), _is_right(column)) for name, column in kinds] for row in stage.rows]


def _kinds(stage: Stage, schema: EntitySchema) -> dict[str, ColumnSchema | None]:
    """What the columns hold after a stage: texts while the steps go by, then values of their types."""
    known = {column.name: column for column in schema.columns} if stage.kind != StageKind.STEP else {}
    return {name: known.get(name) for name in stage.columns}


def _is_right(column: ColumnSchema | None) -> bool:
    return column is not None and is_numeric(column)
