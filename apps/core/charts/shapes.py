"""What a chart is made of: the series that go in, the drawing, the sentence and the table that come out."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import TypeAlias
from urllib.parse import quote

from django.utils.translation import gettext as _

from apps.core.numbers import Value, format_number

Cell: TypeAlias = str | float | int | None

WIDTH = 480.0
CHARACTER = 7.0  # mean width of a character of the stylesheet's 12.5 px text


# --- What goes in ---------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Series:
    """One line: a value for each label, None where nothing was measured."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A threshold, drawn across a line chart and compared with its values."""

    value: float
    label: str
    is_minimum: bool = False

    def is_broken_by(self, value: float) -> bool:
        return value < self.value if self.is_minimum else value > self.value


@dataclass(frozen=True, kw_only=True)
class Band:
    """Between which values a line is thought to be: a low and a high one for each label, None where nothing is said."""

    low_name: str
    high_name: str
    lows: Sequence[Value]
    highs: Sequence[Value]


@dataclass(frozen=True, kw_only=True)
class Bin:
    """How many values lie from `low` up to `high`."""

    low: float
    high: float
    count: int


# --- What comes out -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Path:
    d: str
    css: str
    tag: str = "path"


@dataclass(frozen=True)
class Rect:
    x: str
    y: str
    width: str
    height: str
    css: str
    tag: str = "rect"


@dataclass(frozen=True)
class Label:
    x: str
    y: str
    text: str
    anchor: str = "start"
    css: str = ""
    tag: str = "text"


Shape: TypeAlias = Path | Rect | Label


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing and all that says the same in words and in figures."""

    title: str
    conclusion: str
    height: int
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shapes: Sequence[Shape] = field(repr=False)
    note: str = ""
    width: int = int(WIDTH)

    @property
    def is_empty(self) -> bool:
        return not self.shapes

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """Each row ready to read: its header, then its cells in the reader's number format."""
        return [
            (str(first), [cell if isinstance(cell, str) else format_number(cell) for cell in cells])
            for first, *cells in self.rows
        ]

    @property
    def csv(self) -> str:
        """The same table for a machine: numbers with a point, nothing that a spreadsheet would run as a formula."""
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(map(harmless, self.columns))
        writer.writerows([harmless(cell) for cell in row] for row in self.rows)
        return out.getvalue()

    @property
    def csv_href(self) -> str:
        """The CSV as the address of a link: a chart is downloaded from where it stands, without a view of its own."""
        return f"data:text/csv;charset=utf-8,{quote(self.csv)}"


def harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def nothing(title: str, columns: Sequence[str]) -> Chart:
    return Chart(title=title, conclusion=_("There is no value yet."), height=0, columns=columns, rows=(), shapes=())


def at(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def shorten(text: str, characters: int) -> str:
    """The beginning of a text, cut between two words unless that would leave less than half of what fits."""
    if len(text) <= characters:
        return text
    cut = text[: characters - 1]
    whole, _space, _rest = cut.rpartition(" ")
    return f"{(whole if text[len(cut)] != ' ' and len(whole) * 2 >= characters else cut).rstrip(' ,;:.–(')}…"
