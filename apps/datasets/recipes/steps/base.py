"""What a step is: it says what it needs, what it does to the columns, and tells it in words.

All that flows between steps is text, null or empty where nothing is written: a step gives a text that reads better
than the one it was given, or marks the value as faulty. Types come at the end, once, by one set of rules
(`apps/datasets/recipes/reading.py`). Only what becomes a text keeps the blanks at its ends until a step takes them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import as_code, trimmed
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What is beside the columns of the entity while the steps go by: the row as the source has it; for each column that a
# step found faulty, the code of its fault; why the row is left out on purpose, if it is. No column of an entity may
# begin by an underscore or hold two.
SOURCE = "_source"
FAULT = "{}__fault"
LEFT_OUT = "_left_out"
# Names that begin by an underscore are those of working columns, but for these.
RESERVED = frozenset({SOURCE, LEFT_OUT, "_input", "_run", "_part", "_row", "_seq", "_reasons"})
WORKING_NAME = re.compile(r"_[a-z][a-z0-9_]*")


def _without_repeats(columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(columns)) < len(columns):
        raise ValueError(_("the same column is named twice"))
    return columns


Columns = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_without_repeats)]


def is_working(name: str) -> bool:
    """Whether this names a working column: a text that the steps work with, and that is not kept."""
    return bool(WORKING_NAME.fullmatch(name)) and "__" not in name and name not in RESERVED


def working_column(name: str) -> ColumnSchema:
    return ColumnSchema(name=name, type=ColumnType.TEXT)


@dataclass(kw_only=True)
class Draft:
    """What is known of the columns while the steps are checked one after the other.

    `filled` are those that have a value by now, `trimmed` those whose value has no blank at its ends any more, `parsed`
    those that a step already read from the way people write them. `others` are the columns of what steps look at
    besides their input, by its name (see `Step.needs`); None where they are not known yet.
    """

    schema: EntitySchema
    source_columns: tuple[str, ...]
    others: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    trimmed: set[str] = field(default_factory=set)
    parsed: set[str] = field(default_factory=set)

    def find(self, name: str) -> ColumnSchema | None:
        """The column of the entity, or the working one, of this name."""
        if is_working(name):
            return working_column(name)
        return next((column for column in self.schema.columns if column.name == name), None)

    def writes(self, name: str, *, is_trimmed: bool = True) -> None:
        """From here on, this column has a text that a step made."""
        self.filled.add(name)
        self.parsed.discard(name)
        if is_trimmed:
            self.trimmed.add(name)
        else:
            self.trimmed.discard(name)

    @property
    def readable(self) -> list[ColumnSchema]:
        """The columns of the entity and the working ones that have a value by now, in order."""
        filled = [column for column in self.schema.columns if column.name in self.filled]
        return [*filled, *map(working_column, self.working)]

    @property
    def working(self) -> tuple[str, ...]:
        """The working columns that have a value by now."""
        return tuple(sorted(name for name in self.filled if is_working(name)))


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a step needs to be applied: the entity, and what it looks at besides its input, by name (`Step.needs`)."""

    schema: EntitySchema
    others: "Mapping[str, ir.Table]" = field(default_factory=dict)

    def column(self, name: str) -> ColumnSchema:
        """Raises KeyError if neither the entity nor the recipe has such a column."""
        return working_column(name) if is_working(name) else self.schema.column(name)


# A column, and what is wrong with what the step does to it.
Objection = tuple[str, str | Promise]


class Step(BaseModel, ABC):
    """One line of a recipe. A module of `apps/datasets/recipes/steps/` per step, registered by being there. `note` is
    why it is done, for whoever reads the recipe.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: str
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    # What people call it.
    label: ClassVar[Text]
    # Why a row may be set aside, or left out, by it.
    faults: ClassVar[frozenset[RejectReason]] = frozenset()
    # What the entity's column may hold for this step to make sense on it; all, if empty.
    fits: ClassVar[frozenset[ColumnType]] = frozenset()
    # Whether it needs the rows of all inputs together: then it is one of the common steps.
    is_about_all_rows: ClassVar[bool] = False

    @property
    def needs(self) -> tuple[str, ...]:
        """What it looks at besides its input: `source:slug`, `dataset:slug.entity`, or `entity:name` of this dataset,
        whose rows are then made before.
        """
        return ()

    @abstractmethod
    def check(self, draft: Draft) -> Iterator[Objection]:
        """What is wrong with this step there, the draft being brought up to date."""

    @abstractmethod
    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        """The table once this step is done; only called on a step that was checked."""

    @abstractmethod
    def tell(self, schema: EntitySchema) -> str:
        """This step as a sentence, in the language of the moment."""

    def check_targets(self, columns: Iterable[str], draft: Draft) -> Iterator[Objection]:
        """What is wrong with a step that goes on from the value that these columns have."""
        for name in columns:
            column = draft.find(name)
            if column is None:
                yield name, unknown(name, draft.schema.names)
            elif name not in draft.filled:
                yield name, _("it has no value yet: a step “map” must come before.")
            elif self.fits and column.type not in self.fits:
                yield name, _("this step is not for a column of type “%(type)s”.") % {"type": column.type.label}

    def check_new(self, columns: Iterable[str], draft: Draft, *, own: Iterable[str] = ()) -> Iterator[Objection]:
        """What is wrong with a step that gives a value to these columns; it may write over its `own`."""
        for name in columns:
            if draft.find(name) is None:
                yield name, unknown(name, draft.schema.names)
            elif name in draft.filled and name not in own:
                yield name, ALREADY_FILLED
            draft.writes(name)


ALREADY_FILLED = _("a step before already gives it a value.")


def unknown(name: str, names: Iterable[str]) -> str | Promise:
    """That the entity has no such column, and which one was perhaps meant."""
    if near := nearest(name, names):
        return _("the dataset has no such column; “%(near)s” perhaps?") % {"near": near}
    return _("the dataset has no such column: add it to the dataset, or take it out of the recipe.")


def check_other(names: Iterable[str], known: tuple[str, ...] | None) -> Iterator[Objection]:
    """What is wrong with these columns of what a step looks at besides its input; nothing if it is not known yet."""
    for name in names:
        if known is not None and name not in known:
            yield name, _("what is looked at has no such column. It has: %(columns)s.") % {"columns": quoted(known)}


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of these names that looks like this one, accents and case apart."""
    from difflib import get_close_matches

    from apps.datasets.names import to_name

    by_plain = {to_name(each): each for each in names}
    found = get_close_matches(to_name(name), by_plain, n=1)
    return by_plain[found[0]] if found else None


def mark(
    table: "ir.Table", name: str, when: "ir.BooleanValue", reason: "RejectReason | ir.StringValue"
) -> "ir.StringValue":
    """The fault of this column, if it has one by now: the first that was found."""
    import ibis

    found = when.ifelse(as_code(reason), ibis.null("string"))
    fault = FAULT.format(name)
    return ibis.coalesce(table[fault], found) if fault in table.columns else found


def normalised(
    table: "ir.Table",
    names: Iterable[str],
    *,
    plain: "Sequence[Callable[[ir.StringValue], ir.StringValue]]",
    is_good: "Callable[[ir.Value], ir.BooleanValue]",
    reason: RejectReason,
    judged: "Callable[[ir.StringValue], ir.Value] | None" = None,
) -> "ir.Table":
    """These columns made `plain`, by one function after the other. What is not good then has a fault, and only loses
    the blanks around it. What is `judged` good or not is the text, or what this function makes of it.
    """
    names = tuple(names)
    made, seen = "{}__plain", "{}__judged"
    table = table.mutate(**{made.format(name): table[name] for name in names})
    for function in plain:
        table = table.mutate(**{made.format(name): function(table[made.format(name)]) for name in names})
    if judged is not None:
        table = table.mutate(**{seen.format(name): judged(table[made.format(name)]) for name in names})
    good = {name: is_good(table[(seen if judged else made).format(name)]) for name in names}
    faults = {name: mark(table, name, (trimmed(table[name]) != "") & ~good[name], reason) for name in names}
    table = table.mutate(
        **{name: good[name].ifelse(table[made.format(name)], trimmed(table[name])) for name in names},
        **{FAULT.format(name): fault for name, fault in faults.items()},
    )
    return table.drop(
        *(each.format(name) for each in (made, seen) for name in names if each.format(name) in table.columns)
    )


def text_columns(table: "ir.Table", scope: Scope) -> list[str]:
    """The columns that hold texts and have a value by now, working ones included."""
    names = (*scope.schema.names, *(name for name in table.columns if is_working(name)))
    return [name for name in names if name in table.columns and scope.column(name).type == ColumnType.TEXT]


def titles(names: Iterable[str], schema: EntitySchema) -> str:
    """These columns as people call them."""
    by_name = {column.name: column.title for column in schema.columns}
    return quoted(by_name.get(name, name) for name in names)


def quoted(texts: Iterable[str]) -> str:
    """These in quotation marks, as the language of the moment has them."""
    return ", ".join(str(_("“%(text)s”") % {"text": text}) for text in texts)
