"""Read dates as people write them."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from apps.core.declarations import Text
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.recipes.names_of_days import DAYS, MONTHS
from apps.datasets.recipes.reading import ACCENTED, BLANK, DATE, DATETIME, PLAIN, as_text, unaccented
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Scope, Step, mark, quoted, titles
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
    "%f": "([0-9]{1,6})",
    "%z": "(z|Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
    # Which are names of months is looked at apart: as alternatives they take three times as long.
    "%B": "([a-z]+)[.]?",
    "%A": f"(?:{'|'.join(sorted(DAYS, key=len, reverse=True))})[.]?",
}
# Whatever is written between them, and `%A`, says nothing of the date.
SAYING = frozenset(DIRECTIVES) - {"%A"}
# « 1er janvier », “January 3rd”.
ORDINAL = "(?:er|st|nd|rd|th)?"
PIECE = re.compile(r"%.|[^%]", re.DOTALL)
ISO = "iso"
DAYS_SAID = [sorted(each) for each in (("%d", "%m", "%Y"), ("%d", "%m", "%y"), ("%d", "%B", "%Y"), ("%d", "%B", "%y"))]
TIMES_SAID = [[], *(sorted(each) for each in (("%H", "%M"), ("%H", "%M", "%S"), ("%H", "%M", "%S", "%f")))]


def _checked(written: str) -> str:
    if written == ISO:
        return written
    pieces = PIECE.findall(written)
    if "".join(pieces) != written or any(piece.startswith("%") and piece not in DIRECTIVES for piece in pieces):
        raise ValueError(
            _(
                "“{format}” may only hold %d, %m or %B, %Y or %y, %A, then %H, %M, %S, %f and %z, and what is between"
                " them"
            ).format(format=written)
        )
    days = sorted(piece for piece in pieces if piece in ("%d", "%m", "%B", "%Y", "%y"))
    times = sorted(piece for piece in pieces if piece in ("%H", "%M", "%S", "%f"))
    if days not in DAYS_SAID:
        raise ValueError(
            _("“{format}” needs a day, a month and a year: %d, %m (or %B) and %Y (or %y)").format(format=written)
        )
    if times not in TIMES_SAID:
        raise ValueError(
            _("“{format}” needs the minutes with the hours, once each: %H:%M or %H:%M:%S").format(format=written)
        )
    if pieces.count("%z") > (1 if times else 0) or pieces.count("%A") > 1:
        raise ValueError(
            _("“{format}” may hold a zone, once, after an hour, and a day of the week once").format(format=written)
        )
    return written


Format = Annotated[str, Field(min_length=3, max_length=40), AfterValidator(_checked)]


class ParseDate(Step):
    """`formats` are tried in this order; the first in which the value is a day that exists is the right one.

    `%B` is the name of a month and `%A` that of a day, in French or in English, in full or abbreviated; `iso` is all
    that is written as ISO 8601. Where some formats put the day before the month and others after, a value that is a
    day of both, not the same one, is `ambiguous`: it is a fault, or else the day or the month comes first.
    """

    step: Literal["parse_date"]
    columns: Columns
    formats: tuple[Format, ...] = Field(min_length=1, max_length=10)
    ambiguous: Literal["reject", "day_first", "month_first"] = "reject"

    label: ClassVar[Text] = gettext_lazy("Read dates")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_DATE, RejectReason.AMBIGUOUS_DATE})

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

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        if any(_has_names(written) for written in self.formats):
            # Apart, so that texts are folded once, whatever the number of formats.
            table = table.mutate(**{NAMED.format(name): _without_accents(table[name]) for name in self.columns})

        def read(name: str, formats: Sequence[str]) -> "ir.StringValue":
            kind = scope.column(name).type
            return ibis.coalesce(
                *(
                    read_as(table[NAMED.format(name) if _has_names(written) else name], written, kind=kind)
                    for written in formats
                )
            )

        table = table.mutate(
            **{PARSED.format(name): read(name, self._in_order) for name in self.columns},
            **(
                {
                    key.format(name): read(name, formats)
                    for key, formats in ((DAY_FIRST, self._day_first), (MONTH_FIRST, self._month_first))
                    for name in self.columns
                }
                if self._rejects_ambiguous
                else {}
            ),
        )
        faults = {}
        for name in self.columns:
            parsed = table[PARSED.format(name)]
            fault = mark(table, name, (table[name] != "") & parsed.isnull(), RejectReason.NOT_A_DATE)
            if self._rejects_ambiguous:
                differ = table[DAY_FIRST.format(name)] != table[MONTH_FIRST.format(name)]
                fault = ibis.coalesce(fault, differ.ifelse(RejectReason.AMBIGUOUS_DATE.value, ibis.null("string")))
            faults[FAULT.format(name)] = fault
        found = {name: table[PARSED.format(name)] for name in self.columns}
        made = [each.format(name) for each in (NAMED, PARSED, DAY_FIRST, MONTH_FIRST) for name in self.columns]
        table = table.mutate(**found, **faults)
        return table.drop(*(name for name in made if name in table.columns))

    def tell(self, schema: EntitySchema) -> str:
        told = _("Read the dates written %(formats)s in: %(columns)s.") % {
            "formats": _(" or ").join(_example(written) for written in self.formats),
            "columns": titles(self.columns, schema),
        }
        if not (self._day_first and self._month_first):
            return told
        also = {
            "reject": _("Those that may be read in two ways are set aside."),
            "day_first": _("Where they may be read in two ways, the day comes first."),
            "month_first": _("Where they may be read in two ways, the month comes first."),
        }
        return f"{told} {also[self.ambiguous]}"

    @property
    def _day_first(self) -> tuple[str, ...]:
        return tuple(written for written in self.formats if _order(written) == "dm")

    @property
    def _month_first(self) -> tuple[str, ...]:
        return tuple(written for written in self.formats if _order(written) == "md")

    @property
    def _rejects_ambiguous(self) -> bool:
        return self.ambiguous == "reject" and bool(self._day_first and self._month_first)

    @property
    def _in_order(self) -> tuple[str, ...]:
        """The formats as they are to be tried."""
        after = {"day_first": "md", "month_first": "dm"}.get(self.ambiguous)
        return tuple(sorted(self.formats, key=lambda written: _order(written) == after))


NAMED, PARSED = "{}__named", "{}__parsed"
DAY_FIRST, MONTH_FIRST = "{}__day_first", "{}__month_first"


def read_as(text: "ir.StringValue", written: str, *, kind: ColumnType = ColumnType.DATETIME) -> "ir.StringValue":
    """This date as ISO 8601 writes it, if it is one of this format; null otherwise."""
    import ibis

    if written == ISO:
        pattern, as_type = (DATE, "date") if kind == ColumnType.DATE else (DATETIME, "timestamp('UTC')")
        return as_text(text.re_search(pattern).ifelse(text, ibis.null("string")).try_cast(as_type))
    pieces = PIECE.findall(written)
    day = DIRECTIVES["%d"] + (ORDINAL if _has_names(written) else "")
    patterns = DIRECTIVES | {"%d": day}
    between = _plain if _has_names(written) else str
    pattern = "^" + "".join(patterns.get(piece) or re.escape(between(piece)) for piece in pieces) + "\\z"
    groups = [piece for piece in pieces if piece in SAYING]
    part = {group: text.re_extract(pattern, rank) for rank, group in enumerate(groups, start=1)}
    if "%y" in part:
        part["%Y"] = (part["%y"] >= "69").ifelse(ibis.literal("19"), ibis.literal("20")).concat(part["%y"])
    if "%B" in part:
        part["%m"] = part["%B"].cases(*((name, str(number)) for name, number in MONTHS.items()), else_="")
    date = part["%Y"].concat("-", part["%m"], "-", part["%d"])
    if "%H" not in part:
        return date.try_cast("date").cast("string")
    at = date.concat(" ", part["%H"], ":", part["%M"], ":", part.get("%S", ibis.literal("00")))
    if "%f" in part:
        at = at.concat(".", part["%f"])
    if "%z" in part:
        at = at.concat(part["%z"].upper())
    return as_text(at.try_cast("timestamp('UTC')"))


def _has_names(written: str) -> bool:
    return "%B" in written or "%A" in written


def _order(written: str) -> str:
    """Whether the day comes before the month, both as digits and before the year: dm, md, or neither."""
    said = [piece for piece in PIECE.findall(written) if piece in ("%d", "%m", "%Y", "%y")]
    return {"%d%m": "dm", "%m%d": "md"}.get("".join(said[:2]), "") if len(said) == 3 else ""


def _without_accents(text: "ir.StringValue") -> "ir.StringValue":
    """As the names of months and days are compared; spaces of all kinds are one."""
    return unaccented(text).re_replace(f"{BLANK}+", " ")


def _plain(written: str) -> str:
    return re.sub(r"\s+", " ", written.lower().translate(str.maketrans(ACCENTED, PLAIN)))


def _example(written: str) -> str:
    """The third of January 2024 in this format."""
    from datetime import UTC, datetime

    from django.utils.formats import date_format

    at = datetime(2024, 1, 3, 14, 5, 9, tzinfo=UTC)
    if written == ISO:
        return quoted(["2024-01-03"])
    written = written.replace("%B", date_format(at, "F")).replace("%A", date_format(at, "l"))
    return quoted([at.strftime(written.replace("%z", "Z"))])
