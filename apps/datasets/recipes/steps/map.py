"""Take columns of the source, under the names that the dataset gives them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import (
    ALREADY_FILLED,
    SOURCE,
    Draft,
    Objection,
    Scope,
    Step,
    nearest,
    quoted,
    unknown,
)
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Map(Step):
    """`columns` says, for each column of the dataset, which column of the source it is taken from."""

    step: Literal["map"]
    columns: dict[str, str] = Field(min_length=1)

    label: ClassVar[Text] = gettext_lazy("Take columns of the source")

    def in_order(self, names: Sequence[str]) -> "Map":
        """The same, its columns in the order of these names, the working ones last: databases keep none."""
        rank = {name: place for place, name in enumerate(names)}
        pairs = sorted(self.columns.items(), key=lambda pair: (rank.get(pair[0], len(rank)), pair[0]))
        return self.model_copy(update={"columns": dict(pairs)})

    def check(self, draft: Draft) -> Iterator[Objection]:
        for target, source in self.columns.items():
            if draft.find(target) is None:
                yield target, unknown(target, draft.schema.names)
            elif target in draft.filled:
                yield target, ALREADY_FILLED
            if source not in draft.source_columns:
                yield target, _missing(source, draft.source_columns)
            draft.filled.add(target)
            if (column := draft.find(target)) and column.type != ColumnType.TEXT:
                draft.trimmed.add(target)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        source = table[SOURCE]
        return table.mutate(
            **{
                target: source[name] if scope.column(target).type == ColumnType.TEXT else trimmed(source[name])
                for target, name in self.columns.items()
            }
        )

    def tell(self, schema: EntitySchema) -> str:
        by_name = {column.name: column.title for column in schema.columns}
        taken = [
            _("“%(target)s” from “%(source)s”") % {"target": by_name.get(target, target), "source": source}
            if by_name.get(target, target) != source
            else quoted([source])
            for target, source in self.columns.items()
        ]
        return _("Take from the source: %(columns)s.") % {"columns": ", ".join(taken)}


def _missing(source: str, columns: tuple[str, ...]) -> str:
    if near := nearest(source, columns):
        return _("the source has no column “%(source)s”; “%(near)s” perhaps?") % {"source": source, "near": near}
    return _("the source has no column “%(source)s”. It has: %(columns)s.") % {
        "source": source,
        "columns": quoted(columns),
    }
