"""Write French postal codes in five digits."""

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

# 01 to 95 (20 is Corsica), then 97 and 98 overseas; the army writes 00.
POSTAL_CODE = "^(?:0[0-9]|[1-8][0-9]|9[0-5]|97|98)[0-9]{3}\\z"


class NormalizePostalCode(Step):
    """Without spaces nor “F-”; the zero at the start, which spreadsheets take away, comes back."""

    step: Literal["normalize_postal_code"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Write postal codes in one way")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_POSTAL_CODE})

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        draft.trimmed.update(self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        return normalised(
            table,
            self.columns,
            plain=[_digits, _in_five],
            is_good=lambda plain: plain.re_search(POSTAL_CODE),
            reason=RejectReason.NOT_A_POSTAL_CODE,
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("Write the French postal codes in five digits in: %(columns)s.") % {
            "columns": titles(self.columns, schema)
        }


def _digits(text: "ir.StringValue") -> "ir.StringValue":
    return text.re_replace(f"{BLANK}+", "").re_replace("^[Ff][Rr]?-?", "")


def _in_five(code: "ir.StringValue") -> "ir.StringValue":
    import ibis

    return code.re_search("^[1-9][0-9]{3}\\z").ifelse(ibis.literal("0").concat(code), code)
