"""Repair the characters of texts that went through programs which did not read them as they were written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.characters import CONTROLS, QUOTES, composed, unmisread, without_entities
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, text_columns, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class RepairText(Step):
    """UTF-8 that was misread (« Ã© » for é), accents apart from their letter, control and invisible characters.

    Without `columns`, all those that hold text and have a value by then. It comes before blanks are trimmed: « Ã » and
    an unbreakable space is an à. `html` reads entities (`&eacute;`), `quotes` makes straight those that are curly.
    """

    step: Literal["repair_text"]
    columns: Columns | None = None
    html: bool = False
    quotes: bool = False

    label: ClassVar[Text] = gettext_lazy("Repair misread characters")

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns or (), draft)
        # An entity or a misread character may be a space.
        draft.trimmed.difference_update(self.columns or [n for n in draft.filled if self._is_text(n, draft)])

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        names = self.columns or text_columns(table, scope)
        # One after the other, so that each looks at what the one before it made.
        for repair in (unmisread, *((without_entities,) if self.html else ()), composed, self._cleared):
            table = table.mutate(**{name: repair(table[name]) for name in names})
        return table

    def tell(self, schema: EntitySchema) -> str:
        told = (
            _("Repair misread characters in: %(columns)s.") % {"columns": titles(self.columns, schema)}
            if self.columns
            else _("Repair misread characters in each text.")
        )
        also = [
            _("HTML entities are read.") if self.html else "",
            _("Curly quotes and apostrophes are made straight.") if self.quotes else "",
        ]
        return " ".join(filter(None, [told, *also]))

    def _cleared(self, text: "ir.StringValue") -> "ir.StringValue":
        text = text.re_replace(CONTROLS, "")
        for curly, straight in QUOTES.items() if self.quotes else ():
            text = text.translate(curly, straight * len(curly))
        return text

    @staticmethod
    def _is_text(name: str, draft: Draft) -> bool:
        column = draft.find(name)
        return column is not None and column.type == ColumnType.TEXT
