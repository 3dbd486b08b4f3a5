"""Write the names of French communes as the postal norm does."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.reading import trimmed, unaccented
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# By then the text is of ASCII, in which engines have the same words.
ABBREVIATIONS = {"st": "saint", "ste": "sainte", "s/s": "sous", "s/": "sur "}
CEDEX = " cedex(?: [0-9]{1,2})?\\z"
DISTRICT = "[0-9]{1,2}(?: ?(?:er|e|eme|ieme|nd|nde))?(?: (?:arrondissement|arrdt|arr))?"
# The communes that have districts.
OF_DISTRICTS = ("paris", "lyon", "marseille")


class NormalizeCommune(Step):
    """« St-Étienne cedex 2 » becomes SAINT ETIENNE, « Paris 12e » PARIS: capitals, no accents, words in full.

    Names are not looked up: what they are looked up in says whether they exist (see `lookup`).
    """

    step: Literal["normalize_commune"]
    columns: Columns

    label: ClassVar[Text] = gettext_lazy("Write names of communes in one way")

    fits = frozenset({ColumnType.TEXT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        draft.trimmed.update(self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        return table.mutate(**{name: _normal(table[name]) for name in self.columns})

    def tell(self, schema: EntitySchema) -> str:
        return _("Write the names of communes in one way (capitals, no accents, SAINT in full) in: %(columns)s.") % {
            "columns": titles(self.columns, schema)
        }


def _normal(text: "ir.StringValue") -> "ir.StringValue":
    words = unaccented(text).re_replace("[^a-z0-9/]+", " ")
    for short, full in ABBREVIATIONS.items():
        words = words.re_replace(rf"\b{short}\b" if short[-1] != "/" else rf"\b{short}", full)
    words = trimmed(words.re_replace("[^a-z0-9]+", " ")).re_replace(CEDEX, "")
    for name in OF_DISTRICTS:
        words = words.re_replace(f"^{name} {DISTRICT}\\z", name)
    return words.upper()
