"""Rows of a source as a terminal shows them."""

import unicodedata
from collections.abc import Sequence

WIDEST = 32


def table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table for a terminal, its long cells cut."""
    lines = [[cut(printable(cell)) for cell in row] for row in (names, *rows)]
    widths = [max(width(cell) for cell in column) for column in zip(*lines, strict=True)]
    head, *body = (
        " │ ".join(cell + " " * (most - width(cell)) for cell, most in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return [head, "─┼─".join("─" * most for most in widths), *body]


def printable(text: str) -> str:
    """What comes from a source moves no cursor and changes no colour: a terminal obeys what it is sent."""
    return "".join(each if each.isprintable() else "·" for each in text)


def cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def width(text: str) -> int:
    """In cells of a terminal: ideograms take two, accents that combine none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
