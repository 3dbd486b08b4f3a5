"""Frictionless Data Package and Table Schema (https://specs.frictionlessdata.io/)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from apps.datasets.enums import ColumnType
from apps.datasets.models import Version
from apps.datasets.reading import Table
from apps.datasets.reading.table import ID
from apps.datasets.schema import ColumnSchema
from apps.datasets.standards.addresses import export_url

TYPES: Mapping[ColumnType, dict[str, Any]] = {
    ColumnType.TEXT: {"type": "string"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.FLOAT: {"type": "number"},
    ColumnType.DECIMAL: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    ColumnType.DATE: {"type": "date", "format": "default"},
    ColumnType.DATETIME: {"type": "datetime", "format": "any"},
}


def data_package(version: Version, tables: Sequence[Table]) -> dict[str, Any]:
    """The descriptor of a version, whose resources are the CSV exports of its tables."""
    dataset = version.dataset
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": dataset.slug,
        "title": dataset.name,
        "description": dataset.description,
        "version": str(version.number),
        "created": version.published_at.isoformat(),
        "resources": [resource(table, tables) for table in tables],
    }
    if dataset.licence:
        package["licenses"] = [{"name": slugify(dataset.licence), "title": dataset.licence}]
    return package


def resource(table: Table, tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.schema.name,
        "title": table.schema.title,
        "description": table.schema.description,
        "path": export_url(table),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table, tables),
    }


def table_schema(table: Table, tables: Sequence[Table]) -> dict[str, Any]:
    """The Table Schema of what one may read of a table; foreign keys lead to the other tables of the package."""
    schema: dict[str, Any] = {"fields": [field(column) for column in (ID, *table.columns)], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = [column.name for column in table.key]
    readable = {each.schema.name: each.by_name for each in tables}
    links = [
        {
            "fields": list(each.columns),
            "reference": {"resource": each.entity, "fields": list(each.references)},
        }
        for each in table.relations.values()
        if all(name in readable.get(each.entity, {}) for name in each.references)
    ]
    return schema | ({"foreignKeys": links} if links else {})


def field(column: ColumnSchema) -> dict[str, Any]:
    """One field, with what its values are held to. `unit` is a property of ours: the standard has none."""
    said = {"title": column.label, "description": column.description, "unit": column.unit}
    constraints: dict[str, Any] = {
        "required": column.must_be_filled,
        "unique": column.is_unique,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "enum": list(column.choices),
        "pattern": column.pattern,
        "maxLength": column.max_length,
    }
    held = {name: value for name, value in constraints.items() if value}
    return (
        {"name": column.name, **TYPES[column.type]}
        | {name: value for name, value in said.items() if value}
        | ({"constraints": held} if held else {})
    )
