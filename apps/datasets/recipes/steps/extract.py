"""Take out of a text what a regular expression finds there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, StringConstraints

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.patterns import portable
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Scope, Step, mark, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _portable(written: str) -> str:
    portable(written)
    return written


class Extract(Step):
    """What the groups of `pattern` hold, at the first place in `column` where it is found, goes `into` these columns.

    Without `into`, the groups have the names of the columns: `(?P<number>[0-9]+)`. What is not found is empty, or a
    fault where `others` is reject.
    """

    step: Literal["extract"]
    column: str
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_portable)]
    into: Annotated[Columns, Field(max_length=20)] | None = None
    others: Literal["empty", "reject"] = "empty"

    label: ClassVar[Text] = gettext_lazy("Extract parts of a text")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_AS_WRITTEN})

    @property
    def targets(self) -> tuple[str, ...]:
        return self.into or portable(self.pattern).groups

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets([self.column], draft)
        groups = portable(self.pattern).groups
        if not groups:
            yield self.column, gettext_lazy("put brackets around what is to be taken out: (…).")
        elif self.into is None and "" in groups:
            yield self.column, gettext_lazy("name each group after a column, (?P<name>…), or say “into” which they go.")
        elif len(self.targets) != len(groups):
            yield self.column, gettext_lazy("there must be as many columns as there are groups.")
        else:
            yield from self.check_new(self.targets, draft, own=[self.column])

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        pattern, text = portable(self.pattern).text, table[self.column]
        changes: dict[str, ir.Value] = {
            name: trimmed(text.re_extract(pattern, rank)) for rank, name in enumerate(self.targets, start=1)
        }
        if self.others == "reject":
            missed = (trimmed(text) != "") & ~text.re_search(pattern)
            changes[FAULT.format(self.column)] = mark(table, self.column, missed, RejectReason.NOT_AS_WRITTEN)
        return table.mutate(**changes)

    def tell(self, schema: EntitySchema) -> str:
        told = {
            "empty": _("Take out of %(column)s what %(pattern)s finds there, into: %(into)s."),
            "reject": _("Take out of %(column)s what %(pattern)s must find there, into: %(into)s."),
        }
        return told[self.others] % {
            "column": titles([self.column], schema),
            "pattern": quoted([self.pattern]),
            "into": titles(self.targets, schema),
        }
