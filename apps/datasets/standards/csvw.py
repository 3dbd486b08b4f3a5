"""CSV on the Web, as the W3C has it (https://www.w3.org/TR/tabular-metadata/)."""

from collections.abc import Sequence
from typing import Any

from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.reading import Table
from apps.datasets.reading.table import ID
from apps.datasets.schema import ColumnSchema
from apps.datasets.standards.addresses import dataset_url, export_url

TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.FLOAT: "double",
    ColumnType.DECIMAL: "decimal",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "dateTimeStamp",
}


def csvw(version: Version, tables: Sequence[Table], *, language: str) -> dict[str, Any]:
    """The metadata of the CSV exports of a version: a group of tables."""
    dataset = version.dataset
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": language}],
        "@id": dataset_url(dataset.slug),
        "dc:title": dataset.name,
        "dc:description": dataset.description,
        "dc:license": dataset.licence,
        "dc:modified": {"@value": version.published_at.isoformat(), "@type": "xsd:dateTime"},
        "tables": [_table(table, tables) for table in tables],
    }


def _table(table: Table, tables: Sequence[Table]) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in (ID, *table.columns)]}
    if table.key:
        schema["primaryKey"] = [column.name for column in table.key]
    places = {each.schema.name: each for each in tables}
    links = [
        {
            "columnReference": list(each.columns),
            "reference": {"resource": export_url(places[each.entity]), "columnReference": list(each.references)},
        }
        for each in table.relations.values()
        if all(name in places[each.entity].by_name for name in each.references)
    ]
    if links:
        schema["foreignKeys"] = links
    return {
        "url": export_url(table),
        "dc:title": table.schema.title,
        "dc:description": table.schema.description,
        "tableSchema": schema,
    }


def _column(column: ColumnSchema) -> dict[str, Any]:
    said = {"titles": column.label, "dc:description": column.description, "schema:unitText": column.unit}
    return (
        {"name": column.name, "datatype": _datatype(column)}
        | {name: value for name, value in said.items() if value}
        | ({"required": True} if column.must_be_filled else {})
    )


def _datatype(column: ColumnSchema) -> str | dict[str, Any]:
    is_text = column.type == ColumnType.TEXT
    held = {
        "format": column.pattern if is_text else "",
        "maxLength": column.max_length if is_text else 0,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    held = {name: value for name, value in held.items() if value}
    return {"base": TYPES[column.type], **held} if held else TYPES[column.type]
