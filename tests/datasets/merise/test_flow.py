"""Boxes in a flow: where they stand, where they lead."""

from xml.etree import ElementTree as ET

from apps.datasets.merise.drawing.flow import Box, draw_flow

SVG = "{http://www.w3.org/2000/svg}"


def drawn(boxes, made_from):
    diagram = draw_flow(boxes, made_from, title="From a to b", said=["B is made from A."])
    return ET.fromstring(diagram.svg(id="flow"))  # noqa: S314 -- our own


def left_of(drawing, name):
    (text,) = [each for each in drawing.iter(f"{SVG}text") if each.text == name]
    return float(text.get("x"))


def test_what_is_made_stands_to_the_right_of_what_it_is_made_from():
    boxes = [Box(id=name, kind="Thing", name=name) for name in ("c", "b", "a")]

    drawing = drawn(boxes, [("b", "a"), ("c", "b")])

    assert left_of(drawing, "a") < left_of(drawing, "b") < left_of(drawing, "c")


def test_a_box_leads_to_its_page_and_is_read_whole():
    drawing = drawn([Box(id="a", kind="Source", name="Towns & co", note="3 rows", url="/sources/towns/")], [])

    (link,) = drawing.iter(f"{SVG}a")
    assert link.get("href") == "/sources/towns/"
    assert "".join(link.itertext()).split() == ["Source", "Towns", "&", "co", "3", "rows"]
    assert drawing.get("role") == "group"


def test_a_box_without_a_page_is_no_link():
    drawing = drawn([Box(id="a", kind="Source", name="Towns")], [])

    assert not list(drawing.iter(f"{SVG}a"))


def test_a_long_name_is_shortened():
    drawing = drawn([Box(id="a", kind="Source", name="x" * 200)], [])

    assert float(drawing.get("width")) < 400


def test_each_link_has_its_arrow():
    boxes = [Box(id=name, kind="Thing", name=name) for name in "abc"]

    drawing = drawn(boxes, [("c", "a"), ("c", "b")])

    css = [path.get("class") for path in drawing.iter(f"{SVG}path")]
    assert (css.count("dg-link"), css.count("dg-arrow")) == (2, 2)
