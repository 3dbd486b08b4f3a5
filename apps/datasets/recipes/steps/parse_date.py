"""Read dates as people write them."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Step, mark, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What each directive stands for. Two digits at most for a day, exactly four for a year: « 1/2/24 » is no date of this
# century by default, it has to be asked for by `%y` (69 to 99 are of the twentieth).
DIRECTIVES = {
    "%d": "([0-9]{1,2})",
    "%m": "([0-9]{1,2})",
    "%Y": "([0-9]{4})",
    "%y": "([0-9]{2})",
    # 24:00 is for some engines the next day, for others no hour at all.
    "%H": "([01]?[0-9]|2[0-3])",
    "%M": "([0-5][0-9])",
    "%S": "([0-5][0-9])",
}
PIECE = re.compile(r"%.|[^%]", re.DOTALL)


def _checked(written: str) -> str:
    pieces = PIECE.findall(written)
    if "".join(pieces) != written or any(piece.startswith("%") and piece not in DIRECTIVES for piece in pieces):
        raise ValueError(
            _("“{format}” may only hold %d, %m, %Y or %y, then %H, %M and %S, and what is between them").format(
                format=written
            )
        )
    days = sorted(piece for piece in pieces if piece in ("%d", "%m", "%Y", "%y"))
    times = sorted(piece for piece in pieces if piece in ("%H", "%M", "%S"))
    if days not in (["%Y", "%d", "%m"], ["%d", "%m", "%y"]):
        raise ValueError(_("“{format}” needs a day, a month and a year: %d, %m and %Y (or %y)").format(format=written))
    if times not in ([], ["%H", "%M"], ["%H", "%M", "%S"]):
        raise ValueError(
            _("“{format}” needs the minutes with the hours, once each: %H:%M or %H:%M:%S").format(format=written)
        )
    return written


Format = Annotated[str, Field(min_length=6, max_length=40), AfterValidator(_checked)]


class ParseDate(Step):
    """`formats` are tried in this order; the first in which the value is a day that exists is the right one."""

    step: Literal["parse_date"]
    columns: Columns
    formats: tuple[Format, ...] = Field(min_length=1, max_length=10)

    fits = frozenset({ColumnType.DATE, ColumnType.DATETIME})

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name in self.columns:
            column = draft.find(name)
            if column and column.type == ColumnType.DATE and any("%H" in written for written in self.formats):
                yield name, gettext_lazy("a date has no hour: change its type, or take %H out of the formats.")
            if name in draft.parsed:
                yield name, gettext_lazy("a step before already reads it.")
            draft.parsed.add(name)

    def apply(self, table: "ir.Table", schema: EntitySchema) -> "ir.Table":
        import ibis

        parsed = "{}__parsed"
        table = table.mutate(
            **{
                parsed.format(name): ibis.coalesce(*(read_as(table[name], written) for written in self.formats))
                for name in self.columns
            }
        )
        wrong = {name: (table[name] != "") & table[parsed.format(name)].isnull() for name in self.columns}
        faults = {FAULT.format(name): mark(table, name, wrong[name], RejectReason.NOT_A_DATE) for name in self.columns}
        read = {name: table[parsed.format(name)] for name in self.columns}
        return table.mutate(**read, **faults).drop(*(parsed.format(name) for name in self.columns))

    def tell(self, schema: EntitySchema) -> str:
        return _("Read the dates written %(formats)s in: %(columns)s.") % {
            "formats": _(" or ").join(_example(written) for written in self.formats),
            "columns": titles(self.columns, schema),
        }


def read_as(text: "ir.StringValue", written: str) -> "ir.StringValue":
    """This date as ISO 8601 writes it, if it is one of this format; null otherwise."""
    import ibis

    pieces = PIECE.findall(written)
    pattern = "^" + "".join(DIRECTIVES.get(piece) or re.escape(piece) for piece in pieces) + "$"
    groups = [piece for piece in pieces if piece in DIRECTIVES]
    part = {group: text.re_extract(pattern, rank) for rank, group in enumerate(groups, start=1)}
    if "%y" in part:
        part["%Y"] = (part["%y"] >= "69").ifelse(ibis.literal("19"), ibis.literal("20")).concat(part["%y"])
    day = part["%Y"].concat("-", part["%m"], "-", part["%d"])
    if "%H" not in part:
        return day.try_cast("date").cast("string")
    at = day.concat(" ", part["%H"], ":", part["%M"], ":", part.get("%S", ibis.literal("00")))
    return at.try_cast("timestamp('UTC')").cast("string")


def _example(written: str) -> str:
    """The third of January 2024 in this format."""
    from datetime import UTC, datetime

    return quoted([datetime(2024, 1, 3, 14, 5, 9, tzinfo=UTC).strftime(written)])
