"""Boxes in a flow: what something is made from stands to its left, what is made from it to its right."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from apps.core.charts.shapes import shorten
from apps.datasets.merise.drawing.diagram import Diagram, put
from apps.datasets.merise.drawing.layers import Link, Size, lay_out

HEIGHT, PADDING = 86.0, 10.0
# Mean widths of characters, with what the widest of the house's letters ask for.
CHARACTER, BOLD = 7.4, 8.8
LONGEST = 34
MIDDLE = "middle"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A thing of some kind: its name, which leads to its page if its reader may open it, and a note about it."""

    id: str
    kind: str
    name: str
    note: str = ""
    url: str = ""

    @property
    def lines(self) -> list[str]:
        return self.note.split(", ")


def draw_flow(
    boxes: Sequence[Box], made_from: Sequence[tuple[str, str]], *, title: str, said: Sequence[str]
) -> Diagram:
    """`made_from` holds pairs of boxes, by their ids: what is made, then what from; `said` tells the same in words."""
    sizes = {box.id: _size(box) for box in boxes}
    links = [Link(source=one, source_row=MIDDLE, target=other, target_row=MIDDLE) for one, other in made_from]
    layout = lay_out(sizes, links)
    shapes = Element("g")
    lines = SubElement(shapes, "g", {"aria-hidden": "true"})
    for path in layout.paths:
        put(lines, "path", "dg-link", d=path)
        put(lines, "path", "dg-arrow", d=_arrow(path))
    for box in boxes:
        _draw(shapes, box, sizes[box.id].width, *layout.places[box.id])
    return Diagram(
        title=title,
        sentences=said,
        width=round(layout.width),
        height=round(layout.height),
        shapes=shapes,
        has_links=True,
    )


def _size(box: Box) -> Size:
    texts = (
        len(shorten(box.name, LONGEST)) * BOLD,
        *(len(note) * CHARACTER for note in box.lines),
        len(box.kind) * CHARACTER,
    )
    return Size(width=round(max(texts) + 2 * PADDING), height=HEIGHT, rows={MIDDLE: HEIGHT / 2})


def _draw(shapes: Element, box: Box, width: float, left: float, top: float) -> None:
    parent = SubElement(shapes, "a", {"href": box.url}) if box.url else shapes
    put(parent, "rect", "dg-body", x=left, y=top, width=width, height=HEIGHT)
    put(parent, "rect", "dg-frame", x=left, y=top, width=width, height=HEIGHT)
    middle: dict[str, float | str] = {"x": left + width / 2, "text_anchor": MIDDLE}
    link: dict[str, float | str] = {"text_decoration": "underline"} if box.url else {}
    texts = [
        put(parent, "text", "dg-note", text=box.kind, y=top + 20, **middle),
        put(parent, "text", "dg-name", text=shorten(box.name, LONGEST), y=top + 40, **middle, **link),
        *(
            put(parent, "text", "dg-note", text=note, y=top + 58 + 17 * rank, **middle)
            for rank, note in enumerate(box.lines)
        ),
    ]
    for text in texts:
        text.tail = " "  # they are read one after the other, as the name of a link


def _arrow(path: str) -> str:
    """The point at the beginning of a path, where what is made comes in."""
    x, y = path.partition("L")[0].removeprefix("M").split()
    return f"M{x} {y}l-8 -4v8z"
