"""Find the row of another entity that a value names, to refer to it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.matching import COUNT, TAKEN, with_match, without_match
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import FAULT, Draft, Objection, Scope, Step, check_other, mark, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Lookup(Step):
    """`by` says which columns of `entity` are the same as which ones here; `set` what each column takes from its row.

    `is_near` compares case, accents, punctuation and spaces apart. Values that are written and that no row has are a
    fault; so are those that several rows have, unless they say the same.
    """

    step: Literal["lookup"]
    entity: str
    by: dict[str, str] = Field(min_length=1, max_length=10)
    set: dict[str, str] = Field(min_length=1, max_length=50)
    is_near: bool = False

    label: ClassVar[Text] = gettext_lazy("Look up in another table")
    faults: ClassVar[frozenset[RejectReason]] = frozenset(
        {RejectReason.UNKNOWN_REFERENCE, RejectReason.AMBIGUOUS_REFERENCE}
    )

    @property
    def needs(self) -> tuple[str, ...]:
        return (f"entity:{self.entity}",)

    def check(self, draft: Draft) -> Iterator[Objection]:
        if self.entity == draft.schema.name:
            yield "", gettext_lazy("an entity is not looked up in itself: its rows are not made yet.")
        yield from self.check_targets(self.by.values(), draft)
        yield from check_other([*self.by, *self.set.values()], draft.others.get(self.needs[0]))
        yield from self.check_new(self.set, draft, own=self.by.values())
        # As they are, or they would not be the same as those that they refer to.
        draft.trimmed.difference_update(self.set)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        other = scope.others[self.needs[0]]
        table = with_match(table, other, by=self.by, take=tuple(self.set.values()), is_near=self.is_near)
        named = next(iter(self.by.values()))
        is_named = ibis.and_(*(trimmed(table[name]).fill_null("") != "" for name in self.by.values()))
        reason = (
            table[COUNT].isnull().ifelse(RejectReason.UNKNOWN_REFERENCE.value, RejectReason.AMBIGUOUS_REFERENCE.value)
        )
        fault = mark(table, named, is_named & (table[COUNT].fill_null(0) != 1), reason)
        taken = {name: table[TAKEN.format(rank)] for rank, name in enumerate(self.set)}
        return without_match(table.mutate(**taken, **{FAULT.format(named): fault}), len(self.set))

    def tell(self, schema: EntitySchema) -> str:
        told = {
            False: _("Look %(values)s up in “%(entity)s” (by %(by)s), and take from there: %(taken)s."),
            True: _(
                "Look %(values)s up in “%(entity)s” (by %(by)s; case, accents, spaces apart), and take from there: "
                "%(taken)s."
            ),
        }
        return told[self.is_near] % {
            "values": titles(self.by.values(), schema),
            "entity": self.entity,
            "by": quoted(self.by),
            "taken": titles(self.set, schema),
        }
