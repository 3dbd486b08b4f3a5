"""Keep one row of those that tell the same thing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.reading import folded
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, titles, unknown
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Deduplicate(Step):
    """Of the rows that have the same values in `columns`, the `keep` one is kept; a row without one of them is apart.

    `is_near` compares texts case, accents, punctuation and spaces apart. Looked at once the values of all inputs are
    read; an input of higher priority comes first whatever is kept.
    """

    step: Literal["deduplicate"]
    columns: Columns
    is_near: bool = False
    keep: Literal["first", "last"] = "first"

    label: ClassVar[Text] = gettext_lazy("Merge the rows that tell the same")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.MERGED})

    is_about_all_rows: ClassVar[bool] = True

    def check(self, draft: Draft) -> Iterator[Objection]:
        for name in self.columns:
            if name not in draft.schema.names:
                yield name, unknown(name, draft.schema.names)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        """Nothing yet: see `together.merged`."""
        return table

    def key(self, value: "ir.Value") -> "ir.Value":
        """What is compared of a value."""
        return folded(value).nullif("") if self.is_near and value.type().is_string() else value

    def tell(self, schema: EntitySchema) -> str:
        told = {
            ("first", False): _("Of the rows that have the same %(columns)s, keep the first."),
            ("last", False): _("Of the rows that have the same %(columns)s, keep the last."),
            ("first", True): _(
                "Of the rows that have nearly the same %(columns)s (case, accents, spaces), keep the first."
            ),
            ("last", True): _(
                "Of the rows that have nearly the same %(columns)s (case, accents, spaces), keep the last."
            ),
        }
        return told[self.keep, self.is_near] % {"columns": titles(self.columns, schema)}
