"""Replace what identifies people by pseudonyms."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.pseudonyms import INNER, OUTER, PADS, pseudonym
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

LENGTH = 64


class Pseudonymise(Step):
    """The HMAC-SHA-256 of each value, blanks around it apart, with the key of the dataset: 64 hexadecimal digits.

    The same value always has the same pseudonym in a dataset, and another one in another dataset. Nobody makes the
    value from it, nor tries values against it, without the key.
    """

    step: Literal["pseudonymise"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Replace by pseudonyms")

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name in self.columns:
            column = draft.find(name)
            if column and 0 < column.max_length < LENGTH:
                yield name, gettext_lazy("a pseudonym has 64 characters: the column holds fewer.")
            draft.writes(name)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        columns = table.columns
        table = table.cross_join(scope.others[PADS])
        for name in self.columns:
            text = trimmed(table[name])
            made = pseudonym(text, table[INNER], table[OUTER])
            table = table.mutate(**{name: (text != "").ifelse(made, ibis.null("string"))})
        return table.select(*columns)

    def tell(self, schema: EntitySchema) -> str:
        return _("Replace by pseudonyms (HMAC-SHA-256, with the key of the dataset): %(columns)s.") % {
            "columns": titles(self.columns, schema)
        }
