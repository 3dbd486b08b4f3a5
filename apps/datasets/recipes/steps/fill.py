"""Give a value where there is none."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, StringConstraints

from apps.core.declarations import Text
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Draft, Objection, Scope, Step, unknown
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Fill(Step):
    """`columns` says, for each column, the text that stands for an empty one; a column may have no other value."""

    step: Literal["fill"]
    columns: dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]] = (
        Field(min_length=1)
    )

    label: ClassVar[Text] = gettext_lazy("Fill what is empty")

    def check(self, draft: Draft) -> Iterator[Objection]:
        for name in self.columns:
            column = draft.find(name)
            if column is None:
                yield name, unknown(name, draft.schema.names)
            elif column.is_key or column.is_unique:
                yield (
                    name,
                    gettext_lazy("its values must differ: the same one cannot stand for all those that are empty."),
                )
            # What it puts is read as strictly as the rest.
            draft.filled.add(name)
            draft.parsed.discard(name)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        return table.mutate(
            **{
                name: trimmed(table[name]).nullif("").isnull().ifelse(ibis.literal(value), table[name])
                if name in table.columns
                else ibis.literal(value)
                for name, value in self.columns.items()
            }
        )

    def tell(self, schema: EntitySchema) -> str:
        by_name = {column.name: column.title for column in schema.columns}
        given = [
            _("“%(value)s” in “%(column)s”") % {"value": value, "column": by_name.get(name, name)}
            for name, value in self.columns.items()
        ]
        return _("Where nothing is written, put %(values)s.") % {"values": ", ".join(given)}
