"""Types as people write them between brackets in a conceptual model: those of SQL, of several databases."""

import re
from typing import Any

from apps.datasets.enums import ColumnType
from apps.datasets.merise.document import Attribute

NAMES: dict[ColumnType, tuple[str, ...]] = {
    ColumnType.TEXT: (
        *("text", "string", "varchar", "varchar2", "nvarchar"),
        *("char", "character", "character varying", "clob", "uuid"),
    ),
    ColumnType.INTEGER: ("integer", "int", "bigint", "smallint", "tinyint", "mediumint", "serial", "bigserial"),
    ColumnType.FLOAT: ("float", "double precision", "double", "real"),
    ColumnType.DECIMAL: ("decimal", "numeric", "number", "money"),
    ColumnType.BOOLEAN: ("boolean", "bool", "bit"),
    ColumnType.DATE: ("date",),
    ColumnType.DATETIME: (
        *("datetime", "timestamp", "timestamptz"),
        *("timestamp with time zone", "timestamp without time zone"),
    ),
}
TYPES = {name: type_ for type_, names in NAMES.items() for name in names}
SHAPE = re.compile(r"([a-z][a-z0-9 ]*?) *(?:\( *(\d+) *(?:, *(\d+) *)?\))?")
MODIFIERS = re.compile(r"\b(not +null|null|unique|unsigned|auto_increment|primary +key)\b")


def read_type(text: str) -> dict[str, Any]:
    """The fields of an attribute that « VARCHAR(20) NOT NULL » sets. Raises ValueError if it is none that is known."""
    plain = " ".join(text.lower().split())
    modifiers = {" ".join(found.split()) for found in MODIFIERS.findall(plain)}
    plain = " ".join(MODIFIERS.sub(" ", plain).split())
    fields: dict[str, Any] = {}
    if "not null" in modifiers:
        fields["is_required"] = True
    if "unique" in modifiers:
        fields["is_unique"] = True
    if not plain:
        return fields
    found = SHAPE.fullmatch(plain)
    if not found or found[1] not in TYPES:
        raise ValueError(text)
    fields["type"] = TYPES[found[1]]
    if fields["type"] == ColumnType.TEXT and found[2]:
        fields["max_length"] = int(found[2])
    if fields["type"] == ColumnType.DECIMAL and found[2]:
        fields |= {"digits": int(found[2]), "decimals": int(found[3] or 0)}
    return fields


def write_type(attribute: Attribute) -> str:
    """What `read_type` reads as the type of this attribute; "" for a text of any length that may be missing."""
    match attribute.type:
        case ColumnType.TEXT:
            name = f"VARCHAR({attribute.max_length})" if attribute.max_length else ""
        case ColumnType.INTEGER:
            name = "BIGINT"
        case ColumnType.FLOAT:
            name = "DOUBLE PRECISION"
        case ColumnType.DECIMAL:
            name = f"NUMERIC({attribute.digits},{attribute.decimals})"
        case ColumnType.DATETIME:
            name = "TIMESTAMP WITH TIME ZONE"
        case ColumnType.BOOLEAN | ColumnType.DATE:
            name = attribute.type.upper()
    return f"{name or 'TEXT'} NOT NULL" if attribute.is_required else name
