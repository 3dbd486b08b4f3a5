"""Convert measures from the unit in which they are written to the one that the dataset has."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import StringConstraints

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.reading import NUMBER
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, quoted, titles
from apps.datasets.recipes.units import NotConvertible, conversion, is_same_unit
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ConvertUnit(Step):
    """From `unit` to `to`, both as pint writes them: `ft`, `mg/dL`, `degF`, `µg/m³`, `kWh`.

    Numbers are read before, as machines write them; what is none stays as it is, and is found faulty in the end.
    """

    step: Literal["convert_unit"]
    columns: Columns
    unit: Unit
    to: Unit

    label: ClassVar[Text] = gettext_lazy("Convert a unit")

    # Exact decimals would be rounded, which engines do not do alike.
    fits = frozenset({ColumnType.FLOAT})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        try:
            conversion(self.unit, self.to)
        except NotConvertible as error:
            yield "", str(error)
            return
        for name in self.columns:
            column = draft.find(name)
            if column and column.unit and not is_same_unit(column.unit, self.to):
                yield (
                    name,
                    gettext_lazy("the dataset has it in “%(unit)s”, and this step makes it “%(to)s”.")
                    % {"unit": column.unit, "to": self.to},
                )

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        found = conversion(self.unit, self.to)
        # As texts: Ibis asks for Spark itself to write numbers of this kind for it.
        factor, offset = (ibis.literal(repr(each)).cast("float64") for each in (found.factor, found.offset))
        changes = {}
        for name in self.columns:
            text = table[name]
            number = text.try_cast("float64")
            converted = number * factor + offset if found.offset else number * factor
            changes[name] = text.re_search(NUMBER).ifelse(converted.cast("string"), text)
        return table.mutate(**changes)

    def tell(self, schema: EntitySchema) -> str:
        return _("Convert from %(unit)s to %(to)s: %(columns)s.") % {
            "unit": quoted([self.unit]),
            "to": quoted([self.to]),
            "columns": titles(self.columns, schema),
        }
