"""The conceptual model as mocodo draws it.

Mocodo runs as a process of its own, for a limited time, in a folder that holds its input: it would otherwise look for a
missing one on the network, and it leaves a name in the builtins of whoever imports it. Of what it draws we keep the
shapes; colours, fonts and names are put back by us.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from apps.datasets.exceptions import NotDrawn
from apps.datasets.merise.document import Association, DataModel, Entity
from apps.datasets.merise.drawing.diagram import Diagram
from apps.datasets.merise.drawing.placement import grid_of
from apps.datasets.merise.drawing.reworking import reworked, width_of
from apps.datasets.merise.drawing.words import describe_mcd
from apps.datasets.merise.notation import write
from apps.datasets.merise.notation.writer import written_boxes
from apps.datasets.names import to_entity_name, to_name

# Mocodo looks for a place of the boxes without any crossing; beyond this, we give them one.
ARRANGING_SECONDS, DRAWING_SECONDS = 2, 15
# Mocodo writes colours as they are given: ours are words, by which each shape says what it is.
COLOURS = {
    "association_attribute_text_color": "associationtext",
    "association_cartouche_color": "associationhead",
    "association_cartouche_text_color": "associationname",
    "association_color": "associationbody",
    "association_stroke_color": "associationframe",
    "background_color": "background",
    "card_text_color": "cardtext",
    "constraint_background_color": "constraint",
    "constraint_stroke_color": "constraint",
    "constraint_text_color": "constraint",
    "entity_attribute_text_color": "entitytext",
    "entity_cartouche_color": "entityhead",
    "entity_cartouche_text_color": "entityname",
    "entity_color": "entitybody",
    "entity_stroke_color": "entityframe",
    "id_gutter_color": "gutter",
    "id_gutter_text_color": "guttertext",
    "leg_stroke_color": "leg",
    "note_color": "note",
    "note_opacity": 0,
    "note_text_color": "note",
}
# What stays free around a role.
ROOM = 8


def draw_mcd(model: DataModel, *, title: str) -> Diagram:
    """The diagram of a model without fault. Raises NotDrawn."""
    with TemporaryDirectory() as folder:
        drawn = _drawn_by_mocodo(_drawable(model), Path(folder))
    root = ET.fromstring(drawn)  # noqa: S314 -- what mocodo has just written
    shapes = reworked(root)
    left, top, right, bottom = _reach(shapes, right=int(root.attrib["width"]), bottom=int(root.attrib["height"]))
    return Diagram(
        title=title,
        sentences=describe_mcd(model),
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        shapes=shapes,
    )


def _drawable(model: DataModel) -> DataModel:
    """The model in people's words, which its notation leaves where a name differs, and with roles alone on its legs:
    mocodo hides sentences and columns behind a script.
    """
    boxes: list[Entity | Association] = [*model.entities, *model.associations]
    names = _in_words([(box.name, to_entity_name(box.label or box.name)) for box in boxes])
    entities = tuple(
        entity.model_copy(update={"name": names[entity.name], **_attributes_in_words(entity)})
        for entity in model.entities
    )
    associations = tuple(
        each.model_copy(
            update={
                "name": names[each.name],
                **_attributes_in_words(each),
                "legs": tuple(
                    leg.model_copy(update={"entity": names[leg.entity], "column": "", "description": ""})
                    for leg in each.legs
                ),
            }
        )
        for each in model.associations
    )
    return model.model_copy(update={"entities": entities, "associations": associations})


def _attributes_in_words(box: Entity | Association) -> dict[str, object]:
    names = _in_words([(each.name, to_name(each.label or each.name)) for each in box.attributes])
    attributes = tuple(each.model_copy(update={"name": names[each.name]}) for each in box.attributes)
    if isinstance(box, Association):
        return {"attributes": attributes}
    return {"attributes": attributes, "uniques": tuple(tuple(names[name] for name in each) for each in box.uniques)}


def _in_words(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The name under which the notation writes the label of each, where that names nothing else."""
    taken = Counter([name for name, _word in pairs] + [word for name, word in pairs if word != name])
    return {name: word if taken[word] == 1 else name for name, word in pairs}


def _drawn_by_mocodo(model: DataModel, folder: Path) -> str:
    (folder / "colours.json").write_text(json.dumps(COLOURS))
    (folder / "shapes.json").write_text(json.dumps(_shapes()))
    for text, asked in (
        (write(model), ["-t", f"arrange:timeout={ARRANGING_SECONDS}"]),
        (_placed(model), []),
    ):
        (folder / "model.mcd").write_text(text, encoding="utf-8")
        if _run(folder, asked):
            return (folder / "model.svg").read_text(encoding="utf-8")
    raise NotDrawn(_("This model could not be drawn. Its sentences and its tables say the same."))


def _placed(model: DataModel) -> str:
    """The text of a model with each box in its place, “:” standing for an empty one."""
    links: dict[str, list[str]] = {name: [] for name, _line in written_boxes(model)}
    for association in model.associations:
        for entity in dict.fromkeys(leg.entity for leg in association.legs):
            links[association.name].append(entity)
            links[entity].append(association.name)
    lines = dict(written_boxes(model)) | {"": ":"}
    return "\n\n".join("\n".join(lines[name] for name in row) for row in grid_of(links)) + "\n"


def _run(folder: Path, asked: list[str]) -> bool:
    """Whether mocodo drew `model.mcd` in this folder."""
    options = ["--input", "model.mcd", "--output_dir", ".", "--colors", "colours.json", "--shapes", "shapes.json"]
    command = [sys.executable, "-I", "-m", "mocodo", *options, "--seed", "1", *asked]
    try:
        done = subprocess.run(  # noqa: S603 -- our own program; what people typed is in the file
            command,
            cwd=folder,
            env={"LANG": "C.UTF-8", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DRAWING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and (folder / "model.svg").is_file()


def _shapes() -> dict[str, object]:
    """The sizes of one of mocodo's own styles, with more room: its letters are the widest, ours fit in their place."""
    said: dict[str, object] = json.loads((files("mocodo") / "resources/shapes/verdana.json").read_text("utf-8"))
    fonts = {name: {"family": "Verdana", "size": 13} for name in said if name.endswith("_font")}
    margins = {"margin": 12, "rect_margin_width": 10, "rect_margin_height": 6, "round_rect_margin_width": 12}
    strokes = {"box_stroke_depth": 1.5, "leg_stroke_depth": 1.5, "card_margin": 12, "line_skip_height": 4}
    return said | fonts | margins | strokes


def _reach(shapes: ET.Element, *, right: int, bottom: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the drawing, with the roles, for which mocodo has left no room."""
    left = top = 0
    for text in shapes.iter("text"):
        if text.get("class") == "dg-role" or text.find("tspan") is not None:
            x, y, width = float(text.attrib["x"]), float(text.attrib["y"]), width_of("".join(text.itertext()))
            start = x - width * {"end": 1, "middle": 0.5}.get(text.get("text-anchor", ""), 0)
            left, right = min(left, round(start) - ROOM), max(right, round(start + width) + ROOM)
            top, bottom = min(top, round(y) - 2 * ROOM), max(bottom, round(y) + ROOM)
    return left, top, right, bottom
