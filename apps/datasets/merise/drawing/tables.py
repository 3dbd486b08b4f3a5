"""Tables as boxes: the key underlined, a foreign key after a #, a line to what it refers to."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from apps.datasets.merise.constraints import type_of
from apps.datasets.merise.drawing.diagram import Diagram, group, put
from apps.datasets.merise.drawing.layers import Layout, Link, Size, lay_out
from apps.datasets.merise.drawing.words import describe_mld
from apps.datasets.schema import ROW_ID, DatasetSchema, EntitySchema

HEAD, ROW, PADDING = 30.0, 22.0, 12.0
# Mean widths of characters, with what the widest of the house's letters ask for.
CHARACTER, BOLD = 8.0, 8.8
SHORT = {"character varying": "varchar", "timestamp with time zone": "timestamptz"}


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A column of a table as it is written: its name, and what stands beside it."""

    name: str
    said: str
    note: str
    is_key: bool


def draw_mld(schema: DatasetSchema, *, title: str) -> Diagram:
    """The tables with their columns."""
    return _draw(schema, {entity.name: _logical_lines(entity) for entity in schema.entities}, title)


def draw_mpd(schema: DatasetSchema, *, title: str) -> Diagram:
    """The tables as PostgreSQL has them: with their row numbers, types and what they require."""
    return _draw(schema, {entity.name: _physical_lines(entity) for entity in schema.entities}, title)


def _logical_lines(entity: EntitySchema) -> list[_Line]:
    foreign = _foreign(entity)
    return [
        _Line(
            name=column.name,
            said=f"#{column.name}" if column.name in foreign else column.name,
            note="",
            is_key=column.is_key,
        )
        for column in entity.columns
    ]


def _physical_lines(entity: EntitySchema) -> list[_Line]:
    lines = [_Line(name=ROW_ID, said=ROW_ID, note="bigint, PK", is_key=False)]
    for line, column in zip(_logical_lines(entity), entity.columns, strict=True):
        type_ = type_of(column)
        marks = [SHORT.get(type_.partition("(")[0], type_.partition("(")[0]) + "".join(type_.partition("(")[1:])]
        if column.must_be_filled:
            marks.append("NN")
        if column.is_unique:
            marks.append("U")
        lines.append(_Line(name=line.name, said=line.said, note=", ".join(marks), is_key=line.is_key))
    return lines


def _foreign(entity: EntitySchema) -> set[str]:
    return {name for each in entity.foreign_keys for name in each.columns}


def _draw(schema: DatasetSchema, lines: dict[str, list[_Line]], title: str) -> Diagram:
    sizes = {entity.name: _size(entity, lines[entity.name]) for entity in schema.entities}
    links = [
        Link(source=entity.name, source_row=each.columns[0], target=each.entity, target_row=each.references[0])
        for entity in schema.entities
        for each in entity.foreign_keys
    ]
    layout = lay_out(sizes, links)
    shapes = group()
    for path in layout.paths:
        put(shapes, "path", "dg-link", d=path)
    for entity in schema.entities:
        _draw_table(shapes, entity, lines[entity.name], sizes[entity.name], layout)
    for path in layout.paths:
        put(shapes, "path", "dg-arrow", d=_arrow(path))
    return Diagram(
        title=title,
        sentences=[*describe_mld(schema), _("Keys are underlined; foreign keys begin with #.")],
        width=round(layout.width),
        height=round(layout.height),
        shapes=shapes,
    )


def _size(entity: EntitySchema, lines: list[_Line]) -> Size:
    names = max((len(line.said) for line in lines), default=0) * CHARACTER
    notes = max((len(line.note) for line in lines), default=0) * CHARACTER
    width = max(len(entity.name) * BOLD, names + (notes + PADDING if notes else 0)) + 2 * PADDING
    rows = {line.name: HEAD + ROW * (rank + 0.5) for rank, line in enumerate(lines)}
    return Size(width=round(width), height=HEAD + ROW * len(lines) + 4, rows=rows)


def _draw_table(shapes: Element, entity: EntitySchema, lines: list[_Line], size: Size, layout: Layout) -> None:
    left, top = layout.places[entity.name]
    put(shapes, "rect", "dg-body", x=left, y=top, width=size.width, height=size.height)
    put(shapes, "rect", "dg-head", x=left, y=top, width=size.width, height=HEAD)
    put(shapes, "rect", "dg-frame", x=left, y=top, width=size.width, height=size.height)
    put(shapes, "path", "dg-rule", d=f"M{left:g} {top + HEAD:g}h{size.width:g}")
    put(shapes, "text", "dg-name", text=entity.name, x=left + size.width / 2, y=top + 20)
    for line in lines:
        y = top + size.rows[line.name] + 5
        mark = {"text_decoration": "underline"} if line.is_key else {}
        put(shapes, "text", "dg-text", text=line.said, x=left + PADDING, y=y, **mark)
        if line.note:
            put(shapes, "text", "dg-note", text=line.note, x=left + size.width - PADDING, y=y, text_anchor="end")


def _arrow(path: str) -> str:
    """The point at the end of a path, which comes in level."""
    before, end = path.split("L")[-2:]
    x, y = (float(number) for number in end.split())
    back = 8 if float(before.removeprefix("M").split()[0]) > x else -8
    return f"M{x:g} {y:g}l{back} -4v8z"
