"""Diagrams: whole, harmless, readable by whoever does not see them, and without anything over anything."""

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from apps.datasets.exceptions import NotDrawn
from apps.datasets.merise.document import Attribute, DataModel, Entity
from apps.datasets.merise.drawing import conceptual, describe_mcd, describe_mld, draw_mcd, draw_mld, draw_mpd
from apps.datasets.merise.drawing.layers import Link, Size, lay_out
from apps.datasets.merise.drawing.placement import _is_under, grid_of
from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.notation import read
from tests.datasets.merise.strategies import few, models

CORPUS = Path(__file__).parent / "corpus"
SVG = "{http://www.w3.org/2000/svg}"


def exercise(name):
    return read((CORPUS / f"{name}.mcd").read_text(encoding="utf-8"))


def parsed(diagram, id="x"):
    return ET.fromstring(diagram.svg(id=id))  # noqa: S314 -- our own


def texts(root):
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["library", "employees", "two_pegs", "dependencies"])
def test_a_conceptual_diagram_shows_all_that_the_model_says(name):
    model = exercise(name)

    shown = texts(parsed(draw_mcd(model, title="x")))

    for box in (*model.entities, *model.associations):
        title = "DF" if box.name.startswith("df") else box.title
        assert title.replace("'", "’") in shown
        assert {attribute.title.replace("'", "’") for attribute in box.attributes} <= {*shown}
    cards = sorted(text.split()[0] for text in shown if re.fullmatch(r"[01],[1n]( .*)?", text))
    assert cards == sorted(leg.cardinality for each in model.associations for leg in each.legs)
    roles = {leg.role for each in model.associations for leg in each.legs if leg.role}
    assert roles <= {word for text in shown for word in text.split()}


@pytest.mark.parametrize("draw", ["mcd", "mld", "mpd"])
def test_a_diagram_is_an_image_with_a_name_and_a_description_and_nothing_that_runs(draw):
    model = exercise("flights")
    schema = to_logical(model)
    diagram = {"mcd": lambda: draw_mcd(model, title="<A> & “b”"), "mld": lambda: draw_mld(schema, title="<A> & “b”"),
               "mpd": lambda: draw_mpd(schema, title="<A> & “b”")}[draw]()  # fmt: skip

    root = parsed(diagram, "flights")

    assert root.get("role") == "img"
    by_id = {each.get("id"): each for each in root.iter() if each.get("id")}
    assert by_id[root.get("aria-labelledby")].text == "<A> & “b”"
    assert by_id[root.get("aria-describedby")].text == " ".join(diagram.sentences)
    assert len(by_id) == sum(1 for each in root.iter() if each.get("id")) == 3
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "g", "rect", "path", "line", "circle", "text", "tspan")
    }
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]
    assert "url(" not in diagram.svg(id="flights")
    assert " style=" not in diagram.svg(id="flights")


def test_two_drawings_of_a_model_are_the_same():
    model = exercise("hospital")

    assert draw_mcd(model, title="x").svg(id="x") == draw_mcd(model, title="x").svg(id="x")


def test_names_that_mocodo_would_cut_or_mistake_are_shown_whole():
    names = ("mesure_pm10", "mesure_pm1", "select", "df2", "order_by")
    model = DataModel(
        entities=tuple(
            Entity(name=name, attributes=(Attribute(name="code", label="<b>&amp;", is_identifier=True),))
            for name in names
        )
    )

    shown = texts(parsed(draw_mcd(model, title="x")))

    assert {*names} <= {*shown}


def test_no_part_of_a_conceptual_diagram_is_out_of_its_frame():
    for name in ("employees", "one_to_one", "flights", "reports"):
        root = parsed(draw_mcd(exercise(name), title="x"))
        left, top, width, height = map(float, root.get("viewBox").split())
        for text in root.iter(f"{SVG}text"):
            x, y = float(text.get("x")), float(text.get("y"))
            reach = 7 * len("".join(text.itertext())) * {"middle": 0.5}.get(text.get("text-anchor"), 1)
            is_before, is_after = text.get("text-anchor") in {"end", "middle"}, text.get("text-anchor") != "end"
            assert left <= x - reach * is_before, (name, "".join(text.itertext()))
            assert x + reach * is_after <= left + width, (name, "".join(text.itertext()))
            assert top < y < top + height


def test_a_model_that_mocodo_does_not_arrange_is_drawn_where_we_place_its_boxes(monkeypatch):
    monkeypatch.setattr(conceptual, "ARRANGING_SECONDS", 0)

    assert draw_mcd(exercise("hospital"), title="x").width > 100


def test_boxes_that_we_place_are_all_there_and_hide_no_leg():
    star = {"a": ["ab", "ac", "ad"], "ab": ["a", "b"], "ac": ["a", "c"], "ad": ["a", "d"]}
    links = star | {"b": ["ab", "bc"], "c": ["ac", "bc"], "d": ["ad"], "bc": ["b", "c"], "alone": []}

    rows = grid_of(links)

    cells = {name: (column, row) for row, names in enumerate(rows) for column, name in enumerate(names) if name}
    assert {*cells} == {*links}
    assert len({len(row) for row in rows}) == 1
    for one, others in links.items():
        for other in others:
            between = [each for each in cells if each not in {one, other}]
            assert not any(_is_under(cells[each], cells[one], cells[other]) for each in between)
    assert grid_of(links) == rows


def test_a_model_that_takes_too_long_to_draw_is_told(monkeypatch):
    monkeypatch.setattr(conceptual, "DRAWING_SECONDS", 0.01)

    with pytest.raises(NotDrawn):
        draw_mcd(exercise("orders"), title="x")


def test_a_foreign_key_and_a_key_are_marked():
    root = parsed(draw_mpd(to_logical(read("A: x [VARCHAR(5)]\nB: y\nL, 11 B, 01 A")), title="x"))

    assert {"#a_x", "varchar(5), NN, U", "bigint, PK"} <= {*texts(root)}
    underlined = [each.text for each in root.iter(f"{SVG}text") if each.get("text-decoration")]
    assert underlined == ["x", "y"]


@few
@given(models())
def test_tables_do_not_touch_and_no_link_runs_under_one(model):
    schema = to_logical(model)
    sizes = {
        entity.name: Size(
            width=80 + 10 * len(entity.names),
            height=40 + 20 * len(entity.names),
            rows={name: 40.0 + 20 * rank for rank, name in enumerate(entity.names)},
        )
        for entity in schema.entities
    }
    links = [
        Link(source=entity.name, source_row=each.columns[0], target=each.entity, target_row=each.references[0])
        for entity in schema.entities
        for each in entity.foreign_keys
    ]

    layout = lay_out(sizes, links)

    boxes = {name: (x, y, x + sizes[name].width, y + sizes[name].height) for name, (x, y) in layout.places.items()}
    for (_a, one), (_b, other) in combinations(boxes.items(), 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    assert all(x1 >= 0 and y1 >= 0 and x2 <= layout.width and y2 <= layout.height for x1, y1, x2, y2 in boxes.values())
    for link, path in zip(links, layout.paths, strict=True):
        points = [tuple(map(float, each.split())) for each in re.split("[ML]", path)[1:]]
        assert points[0][1] == pytest.approx(boxes[link.source][1] + sizes[link.source].rows[link.source_row], abs=0.1)
        assert points[-1][1] == pytest.approx(boxes[link.target][1] + sizes[link.target].rows[link.target_row], abs=0.1)
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2
            for left, top, right, bottom in boxes.values():
                is_apart = max(x1, x2) <= left + 0.1 or min(x1, x2) >= right - 0.1
                assert is_apart or max(y1, y2) <= top or min(y1, y2) >= bottom


def test_the_sentences_of_a_model_say_each_cardinality():
    model = read(
        "Report: no, text\nService: code\nHandle, 11 Report, 0N Service: since\nLIKE, 01 [a] Service, 1N [b] Service"
    )

    assert describe_mcd(model) == [
        "“Report” is identified by no; it also says: text.",
        "“Service” is identified by code.",
        "By “Handle”, each “Report” is linked to one “Service” exactly.",
        "By “Handle”, each “Service” is linked to none, one or several “Report”.",
        "“Handle” also says: since.",
        "By “Like”, each “Service (a)” is linked to one “Service (b)” at most.",
        "By “Like”, each “Service (b)” is linked to one “Service (a)” or several.",
    ]


def test_the_sentences_of_more_than_two_and_of_weak_entities_say_how_they_hold():
    said = describe_mcd(exercise("cluster")) + describe_mcd(
        read("A: x\nB: y\nC: z\nL, _11 B, 1N A\nN, 0N A, 1N B, 0N C")
    )

    assert "“Enseigner” links Professeur, Classe and Matière together." in said
    assert "Each “Professeur” takes part in “Enseigner” once or more." in said
    assert "In “Enseigner”, the others being given, there is one “Professeur” only." in said
    assert "“B” is identified by y, within A." in said
    assert "Each “C” takes part in “N” any number of times." in said


def test_the_sentences_of_tables_say_their_keys_and_what_they_refer_to():
    schema = to_logical(read("A: x, 1_mail\nB: y\nL, 11 B, 0N A"))

    assert describe_mld(schema) == [
        "“A” has 2 columns: x and mail. Its key: x. Unique: mail.",
        "“B” has 2 columns: y and a_x. Its key: y. a_x: refers to “A”.",
    ]
