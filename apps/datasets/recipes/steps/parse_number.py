"""Read numbers as people write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, StringConstraints, model_validator

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import BLANK
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Scope, Step, mark, quoted, titles
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


BARE = "{}__bare"
IS_SHARE = "{}__is_share"
IN_PARENTHESES = r"^[(](?:.*)[)]\z"
PER_CENT = "%"


class ParseNumber(Step):
    """`locale` is the language in which the numbers of these columns are written.

    `units` are taken away, before or after the number, spaces between: €, EUR, kg. With `percent`, « 12 % » is 0.12.
    With `parentheses: negative`, as accountants write it, « (12) » is -12.
    """

    step: Literal["parse_number"]
    columns: Columns
    locale: Literal["fr", "en"] = "fr"
    units: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)], ...] = Field(
        default=(), max_length=20
    )
    percent: bool = False
    parentheses: Literal["refused", "negative"] = "refused"

    label: ClassVar[Text] = gettext_lazy("Read numbers")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_NUMBER})

    fits = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL})

    @model_validator(mode="after")
    def _units_are_no_numbers(self) -> Self:
        if wrong := [unit for unit in self.units if re.search("[0-9]", unit[0] + unit[-1])]:
            raise ValueError(_("the unit “%(unit)s” would be read with the number") % {"unit": wrong[0]})
        return self

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name in self.columns:
            if name in draft.parsed:
                yield name, gettext_lazy("a step before already reads it.")
            draft.parsed.add(name)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        if self.units or self.percent or self.parentheses == "negative":
            # Apart, since what is left is looked at more than once.
            table = table.mutate(**{BARE.format(name): self._bare(table[name]) for name in self.columns})
            bare = {name: table[BARE.format(name)] for name in self.columns}
        else:
            bare = {name: table[name] for name in self.columns}
        pattern = WRITINGS[self.locale].pattern
        table = table.mutate(
            **{name: self._plain(bare[name]) for name in self.columns},
            **{
                FAULT.format(name): mark(
                    table, name, (table[name] != "") & ~bare[name].re_search(pattern), RejectReason.NOT_A_NUMBER
                )
                for name in self.columns
            },
            **(
                {IS_SHARE.format(name): table[name].contains(PER_CENT) for name in self.columns} if self.percent else {}
            ),
        )
        if self.percent:
            table = table.mutate(
                **{
                    name: table[IS_SHARE.format(name)].ifelse(_hundredth(table[name]), table[name])
                    for name in self.columns
                }
            )
        made = [each.format(name) for each in (BARE, IS_SHARE) for name in self.columns]
        return table.drop(*(name for name in made if name in table.columns))

    def tell(self, schema: EntitySchema) -> str:
        told = {
            "fr": _("Read the numbers written in French (1 234,5) in: %(columns)s."),
            "en": _("Read the numbers written in English (1,234.5) in: %(columns)s."),
        }
        also = [
            _("Without the units %(units)s.") % {"units": quoted(self.units)} if self.units else "",
            _("Per cents are parts of one: twelve per cent is 0.12.") if self.percent else "",
            _("In parentheses, they are negative.") if self.parentheses == "negative" else "",
        ]
        return " ".join(filter(None, [told[self.locale] % {"columns": titles(self.columns, schema)}, *also]))

    def _bare(self, text: "ir.StringValue") -> "ir.StringValue":
        """Without what is around the number: parentheses, units, the sign of per cents."""
        if self.parentheses == "negative":
            text = text.re_search(IN_PARENTHESES).ifelse(text.re_replace("^[(]", "-").re_replace("[)]\\z", ""), text)
        around = [re.escape(each) for each in (*self.units, *((PER_CENT,) if self.percent else ()))]
        # The longest first: what is only the beginning of another unit must not hide it.
        any_of = "|".join(sorted(around, key=len, reverse=True))
        if any_of:
            text = text.re_replace(f"{BLANK}*(?:{any_of})\\z", "")
            text = text.re_replace(f"^(?:{any_of}){BLANK}*", "")
        return text

    def _plain(self, text: "ir.StringValue") -> "ir.StringValue":
        """The number as machines write it."""
        writing = WRITINGS[self.locale]
        for separator in writing.thousands:
            text = text.replace(separator, "")
        if writing.decimal != ".":
            text = text.replace(writing.decimal, ".")
        return text.replace("−", "-")


def _hundredth(number: "ir.StringValue") -> "ir.StringValue":
    """This number divided by a hundred, by moving its point, which is exact; unless it has an exponent."""
    import ibis

    pattern = "^([+-]?)([0-9]*)[.]?([0-9]*)\\z"
    sign, whole, rest = (number.re_extract(pattern, rank) for rank in (1, 2, 3))
    padded = ibis.literal("000").concat(whole)
    moved = sign.concat(padded.left(padded.length() - 2), ".", padded.right(2), rest)
    return number.re_search(pattern).ifelse(moved, number)
