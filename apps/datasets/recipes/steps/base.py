"""What a step is: it says what it needs, what it does to the columns, and tells it in words.

All that flows between steps is text, null or empty where nothing is written: a step gives a text that reads better
than the one it was given, or marks the value as faulty. Types come at the end, once, by one set of rules
(`apps/datasets/recipes/reading.py`). Only what becomes a text keeps the blanks at its ends until a step takes them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import as_code
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What is beside the columns of the entity while the steps go by: the row as the source has it, and, for each column
# that a step found faulty, the code of its fault. No column of an entity may begin by an underscore or hold two.
SOURCE = "_source"
FAULT = "{}__fault"


def _without_repeats(columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(columns)) < len(columns):
        raise ValueError(_("the same column is named twice"))
    return columns


Columns = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_without_repeats)]


@dataclass(kw_only=True)
class Draft:
    """What is known of the columns while the steps are checked one after the other.

    `filled` are those that have a value by now, `trimmed` those whose value has no blank at its ends any more, `parsed`
    those that a step already read from the way people write them.
    """

    schema: EntitySchema
    source_columns: tuple[str, ...]
    filled: set[str] = field(default_factory=set)
    trimmed: set[str] = field(default_factory=set)
    parsed: set[str] = field(default_factory=set)

    def find(self, name: str) -> ColumnSchema | None:
        return next((column for column in self.schema.columns if column.name == name), None)


# A column, and what is wrong with what the step does to it.
Objection = tuple[str, str | Promise]


class Step(BaseModel, ABC):
    """One line of a recipe. A module of `apps/datasets/recipes/steps/` per step, registered by being there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: str
    # What the entity's column may hold for this step to make sense on it; all, if empty.
    fits: ClassVar[frozenset[ColumnType]] = frozenset()

    @abstractmethod
    def check(self, draft: Draft) -> Iterator[Objection]:
        """What is wrong with this step there, the draft being brought up to date."""

    @abstractmethod
    def apply(self, table: "ir.Table", schema: EntitySchema) -> "ir.Table":
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


def unknown(name: str, names: Iterable[str]) -> str | Promise:
    """That the entity has no such column, and which one was perhaps meant."""
    if near := nearest(name, names):
        return _("the dataset has no such column; “%(near)s” perhaps?") % {"near": near}
    return _("the dataset has no such column: add it to the dataset, or take it out of the recipe.")


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


def titles(names: Iterable[str], schema: EntitySchema) -> str:
    """These columns as people call them."""
    by_name = {column.name: column.title for column in schema.columns}
    return quoted(by_name.get(name, name) for name in names)


def quoted(texts: Iterable[str]) -> str:
    """These in quotation marks, as the language of the moment has them."""
    return ", ".join(str(_("“%(text)s”") % {"text": text}) for text in texts)
