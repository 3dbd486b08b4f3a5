"""A drawing that stands in a page or alone: black on white by its attributes, in the page's colours by its classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

SVG = "http://www.w3.org/2000/svg"
# How each class looks without a stylesheet.
LOOKS: dict[str, dict[str, str]] = {
    "dg-body": {"fill": "#fff"},
    "dg-head": {"fill": "#e4e4e0"},
    "dg-soft": {"fill": "#f4f4f1"},
    "dg-frame": {"fill": "none", "stroke": "#000", "stroke-width": "1.5"},
    "dg-disc": {"fill": "#fff", "stroke": "#000", "stroke-width": "1.5"},
    "dg-rule": {"fill": "none", "stroke": "#000"},
    "dg-hull": {"fill": "none", "stroke": "#555", "stroke-dasharray": "2 5"},
    "dg-link": {"fill": "none", "stroke": "#555", "stroke-width": "1.5"},
    "dg-arrow": {"fill": "#555"},
    "dg-name": {"fill": "#000", "font-weight": "bold", "text-anchor": "middle"},
    "dg-text": {"fill": "#000"},
    "dg-note": {"fill": "#444"},
    "dg-card": {"fill": "#000"},
    "dg-role": {"fill": "#000", "font-style": "italic"},
}


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """What is drawn, and the sentences that say it to whoever does not see it. One that `has_links` is read as a group
    of links, whose texts are their names; another as one picture.
    """

    title: str
    sentences: Sequence[str]
    width: int
    height: int
    shapes: ET.Element
    left: int = 0
    top: int = 0
    has_links: bool = False

    def svg(self, *, id: str) -> SafeString:
        """The drawing as SVG. `id` is unique in the page where it stands."""
        attributes = {
            "viewBox": f"{self.left} {self.top} {self.width} {self.height}",
            "width": str(self.width),
            "height": str(self.height),
            "class": "diagram",
            "role": "group" if self.has_links else "img",
            "aria-labelledby": f"{id}-title",
            "aria-describedby": f"{id}-desc",
            "font-family": "sans-serif",
            "font-size": "13",
        }
        root = ET.Element("svg", {"xmlns": SVG, "id": id} | attributes)
        ET.SubElement(root, "title", {"id": f"{id}-title"}).text = self.title
        ET.SubElement(root, "desc", {"id": f"{id}-desc"}).text = " ".join(self.sentences)
        root.append(self.shapes)
        return mark_safe(ET.tostring(root, encoding="unicode"))  # noqa: S308 -- made of elements, which escape


def group() -> ET.Element:
    """Where shapes are put. What it holds is said by the title and the sentences."""
    return ET.Element("g", {"aria-hidden": "true"})


def put(parent: ET.Element, tag: str, css: str, *, text: str = "", **attributes: float | str) -> ET.Element:
    """Add a shape of this class; `text_anchor=` stands for `text-anchor=`."""
    said = {name.replace("_", "-"): written(value) for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, {"class": css} | LOOKS[css.split()[0]] | said)
    if text:
        element.text = text
    return element


def written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
