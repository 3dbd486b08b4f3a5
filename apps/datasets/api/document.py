"""The OpenAPI document of one dataset: its entities, their columns with their types, and what may be asked of each.

Pure: made of what its reader may see (`reading/table.py`), it can tell nothing of the rest. No member of a row is
required, for “columns” may leave any of them out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.api.media import PROBLEM_JSON
from apps.datasets.enums import ColumnType
from apps.datasets.exporting import Format
from apps.datasets.models import Dataset
from apps.datasets.reading import Table
from apps.datasets.reading.aggregates import MAX_GROUPS, MEASURES
from apps.datasets.reading.operators import operators_of, parts_of
from apps.datasets.reading.queries import MAX_PAGE_SIZE, PAGE_SIZE
from apps.datasets.reading.searching import searched_columns
from apps.datasets.receiving import MAX_RECORDS
from apps.datasets.schema import ColumnSchema

Schema = dict[str, Any]

TYPES: dict[ColumnType, Schema] = {
    ColumnType.TEXT: {"type": "string"},
    ColumnType.INTEGER: {"type": "integer", "format": "int64"},
    ColumnType.FLOAT: {"type": "number", "format": "double"},
    ColumnType.DECIMAL: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.DATE: {"type": "string", "format": "date"},
    ColumnType.DATETIME: {"type": "string", "format": "date-time"},
}
TEXT, INTEGER = TYPES[ColumnType.TEXT], TYPES[ColumnType.INTEGER]
# Operators whose value is not one of the column's type: a list with commas, or a boolean.
WRITTEN_AS = {"in": TEXT, "range": TEXT, "isnull": TYPES[ColumnType.BOOLEAN]}


def document_of(dataset: Dataset, tables: Sequence[Table], taken: Mapping[str, Sequence[str]]) -> Schema:
    """What may be asked of these tables, which one reader sees, in the language of the moment. `taken` are the fields
    of the rows that this reader may write, by entity.
    """
    paths: Schema = {}
    schemas: Schema = {"Problem": _problem()}
    parameters: Schema = {}
    for table in tables:
        paths |= _paths(dataset.slug, table)
        schemas |= _schemas(table, {each.schema.name for each in tables})
        parameters |= {_filter_id(table, each["name"]): each for each in _filters(table)}
        if fields := taken.get(table.schema.name):
            paths[f"/api/v1/datasets/{dataset.slug}/{table.schema.name}/rows/"] |= _writing(table.schema.name)
            schemas |= _written(table.schema.name, fields)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": dataset.name,
            "version": str(tables[0].version.schema_version),
            "description": dataset.description,
        },
        "servers": [{"url": settings.SITE_URL}],
        "security": [{"token": []}] if not dataset.is_public else [{}, {"token": []}],
        "tags": [
            {"name": table.schema.name, "description": table.schema.description or table.schema.title}
            for table in tables
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(slug: str, table: Table) -> Schema:
    name, base = table.schema.name, f"/api/v1/datasets/{slug}/{table.schema.name}/"
    kind = _class_name(name)
    filters = [{"$ref": f"#/components/parameters/{_filter_id(table, each['name'])}"} for each in _filters(table)]
    version = _parameter("version", {"type": "integer", "minimum": 1}, _("The version to read; today's if left out."))
    columns = _parameter("columns", TEXT, _("The columns to read, separated by commas."))
    order = _parameter("order", TEXT, _("What to sort by, separated by commas; “-” before a name sorts it down."))
    words = [_parameter("q", TEXT, _("Words to find in the texts."))] if searched_columns(table.schema) else []
    expand = (
        [_parameter("expand", TEXT, _("Relations to follow: %(names)s.") % {"names": ", ".join(table.relations)})]
        if table.relations
        else []
    )
    paging = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}),
        _parameter("cursor", TEXT, _("Where to read on from: that of “next” or “previous”.")),
        _parameter("count", {"type": "string", "enum": ["exact"]}, _("Count the rows that the filters let through.")),
    ]
    measures = [_parameter(each, TEXT, _("Columns, separated by commas.")) for each in ("group_by", *MEASURES)]
    groups = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_GROUPS, "default": MAX_GROUPS})
    # A filter that is called as one of the measures is written with its operator there.
    told = [each for each, one in zip(filters, _filters(table), strict=True) if one["name"] not in MEASURES]
    formats = _parameter("format", {"type": "string", "enum": Format.values, "default": Format.CSV.value})
    row = _reference(f"{kind}Row")
    paths = {
        f"{base}rows/": _operation(
            f"list_{name}",
            name,
            _("The rows, page by page"),
            [columns, order, *words, *expand, *paging, version, *filters],
            _reference(f"{kind}Page"),
        ),
        f"{base}rows/{{id}}/": _operation(
            f"get_{name}",
            name,
            _("One row, by its rank in the version"),
            [_parameter("id", INTEGER) | {"in": "path", "required": True}, columns, *expand, version],
            row,
        ),
        f"{base}rows/aggregate/": _operation(
            f"aggregate_{name}",
            name,
            _("The rows by groups"),
            [*measures, order, groups, *words, version, *told],
            _reference("Groups"),
        ),
        f"{base}rows/statistics/": _operation(
            f"statistics_{name}", name, _("What the columns hold"), [columns, version], {"type": "object"}
        ),
        f"{base}export/": _operation(
            f"export_{name}",
            name,
            _("All the rows, as a file"),
            [formats, columns, order, *words, version, *filters],
            None,
        ),
    }
    if table.key:
        key = [_parameter(each.name, TYPES[each.type], each.description) | {"required": True} for each in table.key]
        paths[f"{base}rows/by-key/"] = _operation(
            f"get_{name}_by_key", name, _("One row, by its key"), [*key, columns, *expand, version], row
        )
    return paths


def _writing(name: str) -> Schema:
    """Adding rows: see `writing.py`."""
    record = _reference(f"{_class_name(name)}Written")
    body = {"oneOf": [record, {"type": "array", "items": record, "minItems": 1, "maxItems": MAX_RECORDS}]}
    said = _("What you call this request: sent again with the same key, it is kept once.")
    key = _parameter("Idempotency-Key", TEXT, said) | {"in": "header", "required": True}
    told = _operation(f"write_{name}", name, _("Write rows"), [key], _reference("Receipt"), status="202")["get"]
    return {"post": told | {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}}


def _written(name: str, fields: Sequence[str]) -> Schema:
    """The rows that are written, as the recipe reads them, and what is answered."""
    value = {"type": ["string", "number", "boolean", "null"]}
    receipt = {"number": INTEGER, "entity": TEXT, "rows": INTEGER, "received_at": TYPES[ColumnType.DATETIME]}
    return {
        f"{_class_name(name)}Written": {
            "type": "object",
            "properties": dict.fromkeys(fields, value),
            "additionalProperties": False,
        },
        "Receipt": {"type": "object", "properties": receipt, "required": list(receipt)},
    }


def _schemas(table: Table, entities: set[str]) -> Schema:
    kind = _class_name(table.schema.name)
    properties = {name: _member(column) for name, column in table.by_name.items()}
    for name, relation in table.relations.items():
        if relation.entity in entities:
            followed = [_reference(f"{_class_name(relation.entity)}Row"), {"type": "null"}]
            properties[name] = {"oneOf": followed, "description": relation.label or _("Only with “expand”.")}
    link = {"type": ["string", "null"], "format": "uri"}
    page = {
        "next": link,
        "previous": link,
        "version": INTEGER,
        "count": {"type": ["integer", "null"]},
        "results": {"type": "array", "items": _reference(f"{kind}Row")},
    }
    groups = {
        "version": INTEGER,
        "truncated": {"type": "boolean"},
        "results": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    }
    return {
        f"{kind}Row": {
            "type": "object",
            "title": f"{kind}Row",
            "description": table.schema.description or table.schema.title,
            "properties": properties,
        },
        f"{kind}Page": {"type": "object", "title": f"{kind}Page", "properties": page, "required": list(page)},
        "Groups": {"type": "object", "properties": groups, "required": list(groups)},
    }


def _member(column: ColumnSchema) -> Schema:
    """A column as a member of a row: what it may hold, and what is said of it."""
    told = dict(TYPES[column.type])
    if column.type == ColumnType.TEXT:
        told |= {"maxLength": column.max_length} if column.max_length else {}
        told |= {"pattern": f"^(?:{column.pattern})$"} if column.pattern else {}
        told |= {"enum": list(column.choices)} if column.choices else {}
    if not column.must_be_filled:
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"].append(None)
    said = ". ".join(filter(None, [column.label, column.description, column.unit and f"({column.unit})"]))
    return told | ({"description": said} if said else {})


def _filters(table: Table) -> Iterator[Schema]:
    for name, column in table.by_name.items():
        for operator in operators_of(column.type):
            written = name if operator == "exact" else f"{name}__{operator}"
            yield _parameter(written, WRITTEN_AS.get(operator, TYPES[column.type]))
        for part in parts_of(column.type):
            yield _parameter(f"{name}__{part}", INTEGER)


def _filter_id(table: Table, name: str) -> str:
    return f"{table.schema.name}.{name}"


def _operation(
    identifier: str, tag: str, summary: str, parameters: list[Schema], answer: Schema | None, *, status: str = "200"
) -> Schema:
    content: Schema = (
        {"application/json": {"schema": answer}}
        if answer is not None
        else {each.media_type.partition(";")[0]: {"schema": TEXT} for each in Format}
    )
    problem = {"description": _("Why it failed."), "content": {PROBLEM_JSON: {"schema": _reference("Problem")}}}
    return {
        "get": {
            "operationId": identifier,
            "tags": [tag],
            "summary": summary,
            "parameters": parameters,
            "responses": {status: {"description": _("The answer."), "content": content}, "4XX": problem},
        }
    }


def _parameter(name: str, schema: Schema, description: str = "") -> Schema:
    told = {"name": name, "in": "query", "schema": schema}
    return told | ({"description": description} if description else {})


def _problem() -> Schema:
    """RFC 9457, as far as every problem goes."""
    properties = {"type": TEXT, "title": TEXT, "status": INTEGER, "code": TEXT, "detail": TEXT}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _class_name(entity: str) -> str:
    """`care_service` as `CareService`."""
    return "".join(word.capitalize() for word in entity.split("_"))
