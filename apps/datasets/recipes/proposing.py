"""A first draft of an entity and its recipe, from what a source looks like: something to correct, not a blank page."""

import re
from collections.abc import Sequence

from apps.collection.connectors.base import SourceColumn
from apps.datasets.enums import ColumnType
from apps.datasets.names import to_names
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import Step
from apps.datasets.recipes.steps.map import Map
from apps.datasets.recipes.steps.parse_date import ParseDate
from apps.datasets.recipes.steps.parse_number import ParseNumber
from apps.datasets.recipes.steps.trim import Trim
from apps.datasets.schema import ColumnSchema, EntitySchema

# What connectors say that values look like, and the type that holds them; anything else is a text.
TYPES = {
    "integer": ColumnType.INTEGER,
    "float": ColumnType.FLOAT,
    "boolean": ColumnType.BOOLEAN,
    "date": ColumnType.DATE,
    "datetime": ColumnType.DATETIME,
}
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)")
# In the order in which they are tried. A day comes before its month: most of what is read here is French.
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
DATETIMES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", *DATES)


def propose(*, source: str, entity: str, columns: Sequence[SourceColumn]) -> tuple[EntitySchema, Recipe]:
    """All the columns of this source, under valid names, as what their values look like. Nothing is required yet."""
    names = to_names(column.name for column in columns)
    schema = EntitySchema(
        name=entity,
        columns=tuple(
            ColumnSchema(name=name, label=column.name[:120], type=TYPES.get(column.proposed_type, ColumnType.TEXT))
            for name, column in zip(names, columns, strict=True)
        ),
    )
    steps: list[Step] = [
        Map(step="map", columns={name: column.name for name, column in zip(names, columns, strict=True)}),
        Trim(step="trim"),
    ]
    examples = dict(zip(names, (column.example for column in columns), strict=True))
    points = any(_has_point(examples[name]) for name in _of(schema, ColumnType.FLOAT))
    french = [
        *(name for name in _of(schema, ColumnType.INTEGER) if _is_french(examples[name])),
        *(
            name
            for name in _of(schema, ColumnType.FLOAT)
            # An example without any sign says nothing: it is written as the others.
            if _is_french(examples[name]) or not (points or _has_point(examples[name]))
        ),
    ]
    if french:
        steps.append(ParseNumber(step="parse_number", columns=tuple(french), locale="fr"))
    for kind, formats in ((ColumnType.DATE, DATES), (ColumnType.DATETIME, DATETIMES)):
        # What is written as ISO 8601 needs no step.
        if written := [name for name in _of(schema, kind) if not ISO.match(examples[name].strip())]:
            steps.append(ParseDate(step="parse_date", columns=tuple(written), formats=formats))
    return schema, Recipe(source=source, steps=tuple(steps))


def _of(schema: EntitySchema, *kinds: ColumnType) -> list[str]:
    return [column.name for column in schema.columns if column.type in kinds]


def _is_french(example: str) -> bool:
    """Whether a number is written with what French has and machines have not."""
    return "." not in example and any(sign in example.strip() for sign in ", \u00a0\u202f\u2009−")


def _has_point(example: str) -> bool:
    return "." in example and "," not in example
