"""Write SIRET numbers, those of the establishments of French companies, in fourteen digits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.identifiers import as_number, is_siret, without_separators
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, normalised, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class NormalizeSiret(Step):
    """Without spaces, points nor hyphens. A number whose key is wrong has a fault."""

    step: Literal["normalize_siret"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Write SIRET numbers in one way")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_COMPANY_NUMBER})

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        draft.trimmed.update(self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        return normalised(
            table,
            self.columns,
            plain=[without_separators],
            judged=lambda text: as_number(text, 14),
            is_good=is_siret,
            reason=RejectReason.NOT_A_COMPANY_NUMBER,
        )

    def tell(self, schema: EntitySchema) -> str:
        return _("Write the SIRET numbers in fourteen digits, their key checked, in: %(columns)s.") % {
            "columns": titles(self.columns, schema)
        }
