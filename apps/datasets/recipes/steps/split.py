"""Share the text of a column out among several."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, StringConstraints, model_validator

from apps.core.declarations import Text
from apps.datasets.recipes.reading import trimmed
from apps.datasets.recipes.steps.base import Columns, Draft, Objection, Scope, Step, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Split(Step):
    """The text of `column`, cut where `separator` is written, or after so many characters (`positions`), goes `into`
    these columns in order. The last one takes all that is left; those for which nothing is left are empty.
    """

    step: Literal["split"]
    column: str
    into: Annotated[Columns, Field(min_length=2, max_length=20)]
    separator: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    positions: tuple[Annotated[int, Field(gt=0, le=10_000)], ...] | None = None

    label: ClassVar[Text] = gettext_lazy("Split a text")

    @model_validator(mode="after")
    def _say_where_to_cut(self) -> Self:
        if (self.separator is None) == (self.positions is None):
            raise ValueError(_("say where to cut: by a separator, or at positions"))
        if self.positions is not None:
            if list(self.positions) != sorted(set(self.positions)):
                raise ValueError(_("positions go up"))
            if len(self.positions) != len(self.into) - 1:
                raise ValueError(_("there is one position less than there are columns"))
        return self

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets([self.column], draft)
        yield from self.check_new(self.into, draft, own=[self.column])

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        text = table[self.column]
        part = self._between if self.separator is None else self._separated
        return table.mutate(**{name: trimmed(part(text, rank)) for rank, name in enumerate(self.into)})

    def tell(self, schema: EntitySchema) -> str:
        named = {"column": titles([self.column], schema), "into": titles(self.into, schema)}
        if self.separator is None:
            return _("Cut %(column)s after so many characters (%(positions)s), into: %(into)s.") % (
                named | {"positions": ", ".join(str(each) for each in self.positions or ())}
            )
        return _("Cut %(column)s at each %(separator)s, into: %(into)s.") % (
            named | {"separator": quoted([self.separator])}
        )

    def _separated(self, text: "ir.StringValue", rank: int) -> "ir.StringValue":
        # What is extracted is empty where the pattern is not found.
        separator = re.escape(self.separator or "")
        before = f"(?s)^(?:.*?{separator}){{{rank}}}"
        is_last = rank == len(self.into) - 1
        return text.re_extract(rf"{before}(.*)\z" if is_last else rf"{before}(.*?)(?:{separator}|\z)", 1)

    def _between(self, text: "ir.StringValue", rank: int) -> "ir.StringValue":
        bounds = (0, *(self.positions or ()))
        start = bounds[rank]
        return text.substr(start, bounds[rank + 1] - start) if rank + 1 < len(bounds) else text.substr(start)
