"""Texts written in a certain way."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType
from apps.datasets.recipes import patterns
from apps.datasets.recipes.rules.base import ColumnsRule
from apps.datasets.recipes.steps.base import titles
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _checked(written: str) -> str:
    if reason := patterns.why_not(written):
        raise ValueError(reason.removesuffix("."))
    return written


class Pattern(ColumnsRule):
    """Each of `columns` matches `pattern`, a regular expression, whole (see `recipes/patterns.py`)."""

    rule: Literal["pattern"]
    pattern: Annotated[str, Field(min_length=1, max_length=patterns.LONGEST), AfterValidator(_checked)]

    label: ClassVar[Text] = gettext_lazy("Written as expected")

    fits = frozenset({ColumnType.TEXT})

    def is_wrong(self, value: "ir.Value", column: ColumnSchema) -> "ir.BooleanValue":
        return ~value.re_search(patterns.as_whole(self.pattern))

    def tell(self, schema: EntitySchema) -> str:
        return _("Written as %(pattern)s: %(columns)s.") % {
            "pattern": self.pattern,
            "columns": titles(self.columns, schema),
        }
