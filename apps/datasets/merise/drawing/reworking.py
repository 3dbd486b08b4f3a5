"""What mocodo drew, in our classes: its shapes and texts, and nothing else of it.

Each colour is a word by which a shape says what it is (`COLOURS` of `conceptual.py`). Mocodo shows a role only to
whoever points at it, by a script: we write it beside its leg.
"""

import re
from collections.abc import Mapping
from statistics import fmean
from xml.etree import ElementTree as ET

from apps.datasets.merise.drawing.diagram import SVG, group, put

CLASSES = {
    "associationtext": "dg-text",
    "associationhead": "dg-soft",
    "associationname": "dg-name",
    "associationbody": "dg-body",
    "associationframe": "dg-frame",
    "cardtext": "dg-card",
    "entitytext": "dg-text",
    "entityhead": "dg-head",
    "entityname": "dg-name",
    "entitybody": "dg-body",
    "entityframe": "dg-frame",
    "gutter": "dg-soft",
    "leg": "dg-link",
}
FRAMES = {"associationframe", "entityframe"}
GEOMETRY = {
    "line": ("x1", "y1", "x2", "y2"),
    "path": ("d",),
    "rect": ("x", "y", "width", "height", "rx"),
    "circle": ("cx", "cy", "r"),
    "text": ("x", "y"),
}
# Of the text of cardinalities and roles.
CHARACTER = 7.4
ROLE = re.compile(r"show_\w+\(evt,'(.*)'\)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def reworked(root: ET.Element) -> ET.Element:
    """The shapes of a drawing of mocodo."""
    shapes, roles = group(), group()
    for component in root:
        _Component(shapes, roles).take(component)
    shapes.extend(roles)  # over everything else
    return shapes


def width_of(text: str) -> float:
    """About how wide this text is."""
    return CHARACTER * len(text)


class _Component:
    """An entity, or an association with its legs."""

    def __init__(self, shapes: ET.Element, roles: ET.Element) -> None:
        self._shapes = shapes
        self._roles = roles
        self._frame: ET.Element | None = None
        self._texts: list[ET.Element] = []
        self._legs: list[ET.Element] = []
        self._cards: list[tuple[ET.Element, str]] = []

    def take(self, component: ET.Element) -> None:
        for drawn in component.iter():
            tag = drawn.tag.removeprefix(f"{{{SVG}}}")
            css = _class_of(drawn, tag)
            if not css:
                continue
            if tag == "line" and css not in {"dg-link", "dg-rule"}:
                _underline(drawn, self._texts)
                continue
            kept = {name: drawn.attrib[name] for name in GEOMETRY[tag] if name in drawn.attrib}
            made = put(self._shapes, tag, css, text=(drawn.text or "").strip() if tag == "text" else "", **kept)
            self._remember(made, css, drawn)
        for leg, (card, role) in zip(self._legs, self._cards, strict=True):
            if role:
                self._write_role(leg, card, role)

    def _remember(self, made: ET.Element, css: str, drawn: ET.Element) -> None:
        if css in {"dg-frame", "dg-disc"}:
            self._frame = made
        if css == "dg-link":
            self._legs.append(made)
        if made.tag == "text":
            self._texts.append(made)
        if css == "dg-name" and self._frame is not None:
            _centre(made, self._frame.attrib)
        if css == "dg-card":
            made.text = (made.text or "").lower()
            found = ROLE.match(drawn.get("onmouseover", ""))
            self._cards.append((made, found[1] if found else ""))

    def _write_role(self, leg: ET.Element, card: ET.Element, role: str) -> None:
        """Outside of the curve that an entity makes with itself, over a level leg, after the cardinality of others."""
        curves = [each for each in self._legs if each.tag == "path"]
        if leg.tag == "line" and leg.get("y1") == leg.get("y2"):
            x, y = float(card.attrib["x"]) + width_of(card.text or "") / 2, float(leg.attrib["y1"]) - 8
            put(self._roles, "text", "dg-role", text=role, x=x, y=y, text_anchor="middle")
            return
        if leg.tag == "line" or len(curves) < 2:
            ET.SubElement(card, "tspan", {"class": "dg-role"}).text = f" {role}"
            return
        x, y = _middle_of_curve(leg)
        middles = [_middle_of_curve(each) for each in curves]
        across, down = x - fmean(each[0] for each in middles), y - fmean(each[1] for each in middles)
        if abs(across) > abs(down):
            anchor, place = ("end", (x - 7, y + 4)) if across < 0 else ("start", (x + 7, y + 4))
        else:
            anchor, place = "middle", (x, y - 7 if down < 0 else y + 17)
        put(self._roles, "text", "dg-role", text=role, x=place[0], y=place[1], text_anchor=anchor)


def _class_of(drawn: ET.Element, tag: str) -> str:
    """What this shape becomes; nothing for what is not kept."""
    fill, stroke = drawn.get("fill", "none"), drawn.get("stroke", "none")
    css = CLASSES.get(fill if fill in CLASSES and stroke not in FRAMES else stroke, "")
    if tag not in GEOMETRY or float(drawn.get("opacity", 1)) < 1:  # a veil, which would hide the legs below
        return ""
    if tag == "path" and "stroke-dasharray" in drawn.attrib:
        return "dg-hull"
    if css == "dg-frame" and tag in {"line", "circle"}:
        return {"line": "dg-rule", "circle": "dg-disc"}[tag]
    return css


def _underline(line: ET.Element, texts: list[ET.Element]) -> None:
    """Underline the text that this line is under, as wide as it really is."""
    for text in reversed(texts[-2:]):
        if text.get("x") == line.get("x1"):
            text.set("text-decoration", "underline dashed" if line.get("stroke-dasharray") else "underline")
            return


def _centre(name: ET.Element, frame: Mapping[str, str]) -> None:
    """Put a name in the middle of its box, or of its circle."""
    if "cx" in frame:
        name.attrib |= {"x": frame["cx"], "y": f"{float(frame['cy']) + 5:g}"}
    else:
        name.set("x", f"{float(frame['x']) + float(frame['width']) / 2:g}")


def _middle_of_curve(curve: ET.Element) -> tuple[float, float]:
    x0, y0, x1, y1, x2, y2, x3, y3 = (float(number) for number in NUMBER.findall(curve.attrib["d"]))
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8
