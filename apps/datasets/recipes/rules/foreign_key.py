"""Values that are those of another entity."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import model_validator

from apps.core.declarations import Text
from apps.datasets.recipes.rules.base import RowsRule, Table
from apps.datasets.recipes.steps.base import Columns, Objection, titles, unknown
from apps.datasets.schema import DatasetSchema, EntitySchema, ForeignKey

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Reference(RowsRule):
    """`columns`, taken together, are the `references` of a row of `entity`, in the same order; a row without one of
    them refers to nothing. It is for what the model does not link: its own foreign keys always hold.
    """

    rule: Literal["foreign_key"]
    columns: Columns
    entity: str
    references: Columns

    label: ClassVar[Text] = gettext_lazy("Refers to a row that is there")

    @model_validator(mode="after")
    def _are_as_many(self) -> Self:
        if len(self.columns) != len(self.references):
            raise ValueError(_("“columns” and “references” must be as many"))
        return self

    @property
    def looked_at(self) -> tuple[str, ...]:
        return self.columns

    @property
    def link(self) -> ForeignKey:
        return ForeignKey(name=self.title, columns=self.columns, entity=self.entity, references=self.references)

    def check(self, schema: EntitySchema, dataset: DatasetSchema | None) -> Iterator[Objection]:
        yield from super().check(schema, dataset)
        if dataset is None:
            return
        if self.entity not in dataset.names:
            yield "", gettext_lazy("the dataset has no entity “%(name)s”.") % {"name": self.entity}
            return
        other = dataset.entity(self.entity)
        for name, reference in zip(self.columns, self.references, strict=True):
            if reference not in other.names:
                yield reference, unknown(reference, other.names)
            elif name in schema.names and schema.column(name).type != other.column(reference).type:
                yield (
                    name,
                    gettext_lazy("it is not of the type of “%(reference)s”, to which it refers.")
                    % {"reference": reference},
                )

    def joined(self, rows: "ir.Table", others: "Mapping[str, ir.Table]", mark: str) -> "ir.Table":
        """These rows with a column more: true where there is such a row in the other entity, null elsewhere."""
        import ibis

        names = [f"{mark}_{rank}" for rank in range(len(self.references))]
        known = others[self.entity].view()
        keys = known.select(**dict(zip(names, (known[each] for each in self.references), strict=True))).distinct()
        keys = keys.mutate(**{mark: ibis.literal(True)})
        pairs = [rows[column] == keys[name] for column, name in zip(self.columns, names, strict=True)]
        return rows.left_join(keys, pairs).drop(*names)

    def measures(self, table: Table) -> "Mapping[str, ir.Scalar]":
        """Of rows that were `joined`: `outline` says by which column."""
        import ibis

        is_filled = ibis.and_(*(value.notnull() for value in table.values(self.columns)))
        return {"broken": (is_filled & table.rows[table.outline["mark"]].isnull()).sum()}

    def tell(self, schema: EntitySchema) -> str:
        return _("%(columns)s: those of a row of “%(entity)s”.") % {
            "columns": titles(self.columns, schema),
            "entity": self.entity,
        }
