"""Write email addresses in one way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, normalised, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What forms of the Web accept, with a domain of two labels at least.
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
EMAIL = rf"^[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:[.]{LABEL})+\z"


class NormalizeEmail(Step):
    """Without capitals, spaces around, nor “mailto:”. What is not the address of one mailbox has a fault."""

    step: Literal["normalize_email"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Write e-mail addresses in one way")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_AN_EMAIL})

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        draft.trimmed.update(self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        return normalised(
            table,
            self.columns,
            plain=[lambda text: trimmed(text).lower().re_replace("^mailto:", "")],
            is_good=lambda plain: plain.re_search(EMAIL),
            reason=RejectReason.NOT_AN_EMAIL,
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("Write the email addresses in one way in: %(columns)s.") % {"columns": titles(self.columns, schema)}
