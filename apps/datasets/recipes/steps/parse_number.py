"""Read numbers as people write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Step, mark, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How a language writes numbers: what may separate the thousands, and the decimal sign."""

    thousands: str
    decimal: str

    @property
    def pattern(self) -> str:
        """Groups are of three digits or there are none: « 1 23 » is two numbers, not one."""
        separators = "".join(f"\\x{{{ord(each):x}}}" for each in self.thousands)
        digits = f"([0-9]{{1,3}}([{separators}][0-9]{{3}})+|[0-9]+)"
        return f"^[+−-]?({digits}([{self.decimal}][0-9]*)?|[{self.decimal}][0-9]+)([eE][+−-]?[0-9]+)?$"


# « 1 234,56 », the spaces being plain, unbreakable, narrow or thin; “1,234.56”. A sign of the other language is refused
# rather than guessed: « 1.234 » is one and a bit for some, a thousand for others.
WRITINGS = {
    "fr": Writing(thousands=" \u00a0\u202f\u2009", decimal=","),
    "en": Writing(thousands=",", decimal="."),
}


class ParseNumber(Step):
    """`locale` is the language in which the numbers of these columns are written."""

    step: Literal["parse_number"]
    columns: Columns
    locale: Literal["fr", "en"] = "fr"

    fits = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name in self.columns:
            if name in draft.parsed:
                yield name, gettext_lazy("a step before already reads it.")
            draft.parsed.add(name)

    def apply(self, table: "ir.Table", schema: EntitySchema) -> "ir.Table":
        pattern = WRITINGS[self.locale].pattern
        return table.mutate(
            **{name: self._plain(table[name]) for name in self.columns},
            **{
                FAULT.format(name): mark(
                    table, name, (table[name] != "") & ~table[name].re_search(pattern), RejectReason.NOT_A_NUMBER
                )
                for name in self.columns
            },
        )

    def tell(self, schema: EntitySchema) -> str:
        told = {
            "fr": _("Read the numbers written in French (1 234,5) in: %(columns)s."),
            "en": _("Read the numbers written in English (1,234.5) in: %(columns)s."),
        }
        return told[self.locale] % {"columns": titles(self.columns, schema)}

    def _plain(self, text: "ir.StringValue") -> "ir.StringValue":
        """The number as machines write it."""
        writing = WRITINGS[self.locale]
        for separator in writing.thousands:
            text = text.replace(separator, "")
        if writing.decimal != ".":
            text = text.replace(writing.decimal, ".")
        return text.replace("−", "-")
