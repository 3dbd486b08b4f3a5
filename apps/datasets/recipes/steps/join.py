"""Complete rows from another source, or from another dataset."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, StringConstraints, model_validator

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.matching import COUNT, TAKEN, with_match, without_match
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import FAULT, Draft, Objection, Scope, Step, check_other, mark, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Join(Step):
    """`by` says which columns of the source, or of the dataset, are the same as which ones here; `set` what each column
    takes from there. Rows that have no match stay, empty there; several matches that differ are a fault.
    """

    step: Literal["join"]
    source: Annotated[str, StringConstraints(max_length=100)] = ""
    dataset: Annotated[str, StringConstraints(max_length=60)] = ""
    entity: Annotated[str, StringConstraints(max_length=50)] = ""
    by: dict[str, str] = Field(min_length=1, max_length=10)
    set: dict[str, str] = Field(min_length=1, max_length=50)
    is_near: bool = False

    label: ClassVar[Text] = gettext_lazy("Complete from another source")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.AMBIGUOUS_REFERENCE})

    @model_validator(mode="after")
    def _read_one_thing(self) -> Self:
        if bool(self.source) == bool(self.dataset) or (self.entity and not self.dataset):
            raise ValueError(_("rows are joined from a source, or from a dataset and perhaps one of its entities"))
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        return (f"source:{self.source}" if self.source else f"dataset:{self.dataset}.{self.entity}",)

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.by.values(), draft)
        yield from check_other([*self.by, *self.set.values()], draft.others.get(self.needs[0]))
        yield from self.check_new(self.set, draft, own=self.by.values())

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        other = scope.others[self.needs[0]]
        table = with_match(table, other, by=self.by, take=tuple(self.set.values()), is_near=self.is_near)
        named = next(iter(self.by.values()))
        fault = mark(table, named, table[COUNT].fill_null(0) > 1, RejectReason.AMBIGUOUS_REFERENCE)
        taken = {name: trimmed(table[TAKEN.format(rank)]) for rank, name in enumerate(self.set)}
        return without_match(table.mutate(**taken, **{FAULT.format(named): fault}), len(self.set))

    def tell(self, schema: EntitySchema) -> str:
        return _("Find the row of “%(name)s” that has the same %(by)s, and take from there: %(taken)s.") % {
            "name": self.source or self.dataset,
            "by": quoted(self.by),
            "taken": titles(self.set, schema),
        }
