"""Make one text of several columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import StringConstraints

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class JoinText(Step):
    """`into` takes what `columns` hold one after the other, `separator` between them; what is empty is passed over."""

    step: Literal["join_text"]
    columns: Columns
    into: str
    separator: Annotated[str, StringConstraints(max_length=20)] = " "

    label: ClassVar[Text] = gettext_lazy("Put texts together")

    def check(self, draft: Draft) -> Iterator[Objection]:
        if len(self.columns) < 2:
            yield self.into, gettext_lazy("name at least two columns to put together.")
        yield from self.check_targets(self.columns, draft)
        if (column := draft.find(self.into)) and column.type != ColumnType.TEXT:
            yield self.into, gettext_lazy("this step makes a text: the column must hold text.")
        yield from self.check_new([self.into], draft, own=self.columns)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        # Each part brings its own separator, and the first one is taken away: engines join what is null differently.
        pieces = [
            (trimmed(table[name]).fill_null("") == "").ifelse(
                "", ibis.literal(self.separator).concat(trimmed(table[name]))
            )
            for name in self.columns
        ]
        joined = pieces[0].concat(*pieces[1:])
        return table.mutate(**{self.into: trimmed(joined.substr(len(self.separator)))})

    def tell(self, schema: EntitySchema) -> str:
        return _("In %(into)s, put one after the other, %(separator)s between them: %(columns)s.") % {
            "into": titles([self.into], schema),
            "separator": quoted([self.separator]),
            "columns": titles(self.columns, schema),
        }
