"""Write phone numbers as E.164 does: +33123456789."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import BLANK
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, normalised, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What people put between digits; the zero that is not dialled from abroad comes in brackets: « +33 (0)1 23… ».
BETWEEN = f"(?:{BLANK}|[./()\u2010\u2011\u2013-])+"
ZERO_IN_BRACKETS = "[(]0[)]"
# Overseas, the country code follows from the first digits of the French number (ARCEP's numbering plan).
OVERSEAS = {
    "+590": "590|690|691",
    "+594": "594|694",
    "+596": "596|696|697",
    "+262": "262|263|269|639|692|693",
}
FRENCH = "^0[1-9][0-9]{8}\\z"
E164 = "^[+][1-9][0-9]{6,14}\\z"
# Nine digits follow these codes, and the first is no zero.
OF_NINE = "^[+](?:33|590|594|596|262)"


class NormalizePhone(Step):
    """A number without a country code is French, of the mainland or from overseas. Another has a fault."""

    step: Literal["normalize_phone"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Write phone numbers in one way")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_PHONE_NUMBER})

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        draft.trimmed.update(self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        return normalised(
            table,
            self.columns,
            plain=[_digits, _dialled_from_abroad],
            is_good=lambda plain: (
                plain.re_search(E164) & (~plain.re_search(OF_NINE) | plain.re_search(f"{OF_NINE}[1-9][0-9]{{8}}\\z"))
            ),
            reason=RejectReason.NOT_A_PHONE_NUMBER,
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("Write the phone numbers in one way (+33123456789) in: %(columns)s.") % {
            "columns": titles(self.columns, schema)
        }


def _digits(text: "ir.StringValue") -> "ir.StringValue":
    """Without what is between digits. What is no number stays none."""
    digits = text.re_replace(ZERO_IN_BRACKETS, "").re_replace(BETWEEN, "").re_replace("^00", "+")
    for code in ("33", *(code.removeprefix("+") for code in OVERSEAS)):
        digits = digits.re_replace(f"^[+]{code}0", f"+{code}")
    return digits


def _dialled_from_abroad(digits: "ir.StringValue") -> "ir.StringValue":
    """From the country code on."""
    import ibis

    codes = [(f"^0(?:{first})[0-9]{{6}}\\z", code) for code, first in OVERSEAS.items()]
    cases = [
        (digits.re_search(pattern), ibis.literal(code).concat(digits.substr(1)))
        for pattern, code in (*codes, (FRENCH, "+33"))
    ]
    return digits.startswith("0").ifelse(ibis.cases(*cases, else_=digits), digits)
