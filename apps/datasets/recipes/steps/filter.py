"""Leave out the rows that are not wanted."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.expressions import Kind, Written, bind, columns_of, kind_over, values_of
from apps.datasets.recipes.reading import as_code, trimmed
from apps.datasets.recipes.steps.base import FAULT, LEFT_OUT, Draft, Objection, Scope, Step
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Filter(Step):
    """Only the rows for which `where` is true go on; those for which it is false, or null as in SQL, are left out.

    A row in which one of its columns does not read is not left out for it: it keeps that fault, and is told of.
    """

    step: Literal["filter"]
    where: Written

    label: ClassVar[Text] = gettext_lazy("Keep some rows only")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.FILTERED})

    def check(self, draft: Draft) -> Iterator[Objection]:
        kind, objection = kind_over(self.where, draft.readable)
        if objection:
            yield "", objection
        elif kind != Kind.BOOLEAN:
            yield (
                "",
                gettext_lazy("the expression gives %(kind)s: a condition is true or false.") % {"kind": kind.label},
            )

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        values = values_of(table, [scope.column(name) for name in columns_of(self.where)])
        condition = bind(self.where, values)
        unread = ibis.or_(
            ibis.literal(False), *(_does_not_read(table, name, values) for name in columns_of(self.where))
        )
        left_out = ~condition.fill_null(False) & ~(condition.isnull() & unread)
        code = left_out.ifelse(as_code(RejectReason.FILTERED), ibis.null("string"))
        return table.mutate(**{LEFT_OUT: ibis.coalesce(table[LEFT_OUT], code) if LEFT_OUT in table.columns else code})

    def tell(self, schema: EntitySchema) -> str:
        return _("Keep only the rows where: %(condition)s.") % {"condition": self.where}


def _does_not_read(table: "ir.Table", name: str, values: "Mapping[str, ir.Value]") -> "ir.BooleanValue":
    """Whether something is written there that is no value, or that a step found faulty."""
    unread = (trimmed(table[name]) != "").fill_null(False) & values[name].isnull()
    fault = FAULT.format(name)
    return unread | table[fault].notnull() if fault in table.columns else unread
