"""Write texts in one case."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# After these a word begins: « Jean-Pierre d'Aulnay ». The mark makes of them spaces for a moment.
WITHIN_WORDS = ("-", "'", "’")
MARK = "\x01 "


class Case(Step):
    """`to` is upper, lower, sentence (the first letter alone is a capital) or title (the first of each word is)."""

    step: Literal["case"]
    columns: Columns
    to: Literal["upper", "lower", "sentence", "title"]

    label: ClassVar[Text] = gettext_lazy("Change the case")

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        write = {"upper": _upper, "lower": _lower, "sentence": _sentence, "title": _title}[self.to]
        return table.mutate(**{name: write(table[name]) for name in self.columns})

    def tell(self, schema: EntitySchema) -> str:
        told = {
            "upper": _("Write in capitals: %(columns)s."),
            "lower": _("Write without capitals: %(columns)s."),
            "sentence": _("Write with one capital, at the start: %(columns)s."),
            "title": _("Write with a capital at the start of each word: %(columns)s."),
        }
        return told[self.to] % {"columns": titles(self.columns, schema)}


# Engines do not agree on these two letters, whose other case is not one letter.
def _upper(text: "ir.StringValue") -> "ir.StringValue":
    return text.replace("ß", "SS").upper()


def _lower(text: "ir.StringValue") -> "ir.StringValue":
    return text.replace("İ", "i").lower()


def _sentence(text: "ir.StringValue") -> "ir.StringValue":
    return _upper(text.substr(0, 1)).concat(_lower(text.substr(1)))


def _title(text: "ir.StringValue") -> "ir.StringValue":
    for sign in WITHIN_WORDS:
        text = text.replace(sign, sign + MARK)
    return text.split(" ").map(_sentence).join(" ").replace(MARK, "")
