"""A first draft of an entity and its recipe, from what a source looks like: something to correct, not a blank page."""

import re
from collections.abc import Sequence

from apps.collection.connectors.base import SourceColumn
from apps.datasets.enums import ColumnType
from apps.datasets.merise.document import Attribute, Entity
from apps.datasets.names import to_name, to_names
from apps.datasets.recipes.document import Input, Recipe
from apps.datasets.recipes.steps.base import Step
from apps.datasets.recipes.steps.map import Map
from apps.datasets.recipes.steps.parse_date import ParseDate
from apps.datasets.recipes.steps.parse_number import ParseNumber
from apps.datasets.recipes.steps.trim import Trim
from apps.datasets.schema import EntitySchema

# What connectors say that values look like, and the type that holds them; anything else is a text.
TYPES = {
    "integer": ColumnType.INTEGER,
    "float": ColumnType.FLOAT,
    "boolean": ColumnType.BOOLEAN,
    "date": ColumnType.DATE,
    "datetime": ColumnType.DATETIME,
}
NUMBERS = (ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL)
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)")
# In the order in which they are tried. A day comes before its month: most of what is read here is French.
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
DATETIMES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", *DATES)


def propose(*, source: str, entity: str, columns: Sequence[SourceColumn]) -> tuple[Entity, Recipe]:
    """All the columns of this source, under valid names, as what their values look like. Nothing is required yet."""
    names = to_names(column.name for column in columns)
    proposed = Entity(
        name=entity,
        attributes=tuple(
            Attribute(name=name, label=column.name[:120], type=TYPES.get(column.proposed_type, ColumnType.TEXT))
            for name, column in zip(names, columns, strict=True)
        ),
    )
    steps: list[Step] = [
        Map(step="map", columns={name: column.name for name, column in zip(names, columns, strict=True)}),
        Trim(step="trim"),
        *_readings(
            [(each.name, each.type, column.example) for each, column in zip(proposed.attributes, columns, strict=True)]
        ),
    ]
    return proposed, Recipe(inputs=(Input(source=source, steps=tuple(steps)),))


def propose_steps(table: EntitySchema, columns: Sequence[SourceColumn]) -> tuple[Step, ...]:
    """Steps for a table that is there already: it takes what is called as its columns, or as their labels, are."""
    known = {to_name(column.name): column for column in columns}
    found = {
        column: taken
        for column in table.columns
        if (taken := known.get(column.name) or known.get(to_name(column.label or column.name)))
    }
    if not found:
        return (Trim(step="trim"),)
    return (
        Map(step="map", columns={column.name: taken.name for column, taken in found.items()}),
        Trim(step="trim"),
        *_readings([(column.name, column.type, taken.example) for column, taken in found.items()]),
    )


def _readings(columns: Sequence[tuple[str, ColumnType, str]]) -> list[Step]:
    """The steps that read numbers and dates as these examples are written: a name, a type, an example each."""
    steps: list[Step] = []
    numbers = [(name, kind, example) for name, kind, example in columns if kind in NUMBERS]
    points = any(_has_point(example) for _name, kind, example in numbers if kind != ColumnType.INTEGER)
    french = [
        name
        for name, kind, example in numbers
        # An example without any sign says nothing: it is written as the others.
        if _is_french(example) or (kind != ColumnType.INTEGER and not (points or _has_point(example)))
    ]
    if french:
        steps.append(ParseNumber(step="parse_number", columns=tuple(french), locale="fr"))
    for kind, formats in ((ColumnType.DATE, DATES), (ColumnType.DATETIME, DATETIMES)):
        # What is written as ISO 8601 needs no step.
        if written := [name for name, its, example in columns if its == kind and not ISO.match(example.strip())]:
            steps.append(ParseDate(step="parse_date", columns=tuple(written), formats=formats))
    return steps


def _is_french(example: str) -> bool:
    """Whether a number is written with what French has and machines have not."""
    return "." not in example and any(sign in example.strip() for sign in ", \u00a0\u202f\u2009−")


def _has_point(example: str) -> bool:
    return "." in example and "," not in example
