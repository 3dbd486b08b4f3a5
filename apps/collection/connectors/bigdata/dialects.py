"""How each system writes names and values. Pure: no connection is opened, nothing is read.

The values come from settings and from the data itself (the values of a partition, the last key that landed), so no
character of them may end a literal. The rules of escape differ between systems and, in Spark, between settings:
what would need one is written in hexadecimal instead, which is the same everywhere.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import System
from apps.collection.connectors.bigdata.exceptions import ColumnNotComparable, ValueOfAnotherType

# Quotes and backslashes end or escape; Hive and Spark replace ${…} even inside of quotes.
_PLAIN = re.compile(r"[^'\"\\$\x00-\x1f]*")
_TYPE = re.compile(r"[a-z0-9_ ]+(?:\([0-9, ]+\)[a-z ]*)?", re.IGNORECASE)


class Family(StrEnum):
    """What the types of all the systems come down to."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    DATE = "date"
    DATETIME = "datetime"
    ZONED = "zoned"
    TEXT = "text"
    BINARY = "binary"
    NESTED = "nested"

    @property
    def proposed_type(self) -> str:
        """In the words of the datasets' types."""
        return {"zoned": "datetime", "binary": "text", "nested": "text"}.get(self, str(self))


_FAMILIES = {
    Family.BOOLEAN: {"boolean"},
    Family.INTEGER: {"tinyint", "smallint", "int", "integer", "bigint"},
    Family.DECIMAL: {"decimal", "numeric"},
    Family.FLOAT: {"float", "double", "real"},
    Family.DATE: {"date"},
    Family.DATETIME: {"timestamp", "timestamp_ntz", "timestamp_ltz"},
    Family.BINARY: {"binary", "varbinary"},
    Family.NESTED: {"array", "map", "struct", "row", "uniontype", "variant"},
}
_VALUES = {
    Family.BOOLEAN: re.compile(r"true|false", re.IGNORECASE),
    Family.INTEGER: re.compile(r"[+-]?\d{1,38}"),
    Family.DECIMAL: re.compile(r"[+-]?\d+(?:\.\d+)?"),
    Family.FLOAT: re.compile(r"[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf|infinity)|nan", re.IGNORECASE),
    Family.DATE: re.compile(r"-?\d{4,}-\d\d-\d\d"),
    Family.DATETIME: re.compile(r"-?\d{4,}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?"),
    Family.ZONED: re.compile(r"-?\d{4,}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?"),
}


def family_of(type_name: str) -> Family:
    lowered = type_name.strip().lower()
    if "with time zone" in lowered and lowered.startswith("timestamp"):
        return Family.ZONED
    base = re.split(r"[(<\s]", lowered, maxsplit=1)[0]
    return next((family for family, names in _FAMILIES.items() if base in names), Family.TEXT)


@dataclass(frozen=True)
class Dialect:
    """The SQL of one system."""

    system: System

    def name(self, name: str) -> str:
        mark = '"' if self.system == System.TRINO else "`"
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def table(self, name: str) -> str:
        return ".".join(self.name(part) for part in name.split("."))

    def text(self, value: str) -> str:
        """A text, whatever it holds."""
        if self.system == System.TRINO:
            return "'" + value.replace("'", "''") + "'"
        if _PLAIN.fullmatch(value):
            return f"'{value}'"
        hexadecimal = f"unhex('{value.encode().hex()}')"
        return hexadecimal if self.system == System.IMPALA else f"decode({hexadecimal}, 'UTF-8')"

    def value(self, value: str, column: str, type_name: str) -> str:
        """A value to compare a column of this type with. Raises ValueOfAnotherType, ColumnNotComparable."""
        family = family_of(type_name)
        if family == Family.TEXT:
            return self.text(value)
        if family not in _VALUES or not _TYPE.fullmatch(type_name):
            raise ColumnNotComparable(column=column, type=type_name)
        if not _VALUES[family].fullmatch(value):
            raise ValueOfAnotherType(column=column, type=type_name)
        match family:
            case Family.BOOLEAN | Family.INTEGER:
                return value.lower()
            case Family.DATETIME:
                value = value.replace("T", " ")
            case Family.ZONED:
                value = re.sub(r"(Z)?$", lambda found: " UTC" if found[1] else "", value.replace("T", " "), count=1)
        return f"CAST('{value}' AS {type_name})"

    def condition(self, condition: Condition, type_name: str) -> str:
        column = self.name(condition.column)
        if not condition.values:
            return f"{column} {condition.operator.upper()}"
        values = [self.value(value, condition.column, type_name) for value in condition.values]
        if "in" in condition.operator:
            return f"{column} {condition.operator.upper()} ({', '.join(values)})"
        return f"{column} {condition.operator.replace('!=', '<>')} {values[0]}"

    def column(self, name: str, type_name: str) -> str:
        """A column as it is asked for: what has no exact form on the wire is written as text by the system."""
        quoted, family = self.name(name), family_of(type_name)
        if self.system == System.SPARK and family == Family.NESTED:
            # What it sends by itself for a text with a quote in it is not JSON.
            return f"to_json({quoted}, map('ignoreNullFields', 'false')) AS {quoted}"
        if self.system == System.TRINO and family == Family.NESTED:
            return f"json_format(CAST({quoted} AS JSON)) AS {quoted}"
        if self.system == System.TRINO and family == Family.BINARY:
            return f"'\\x' || lower(to_hex({quoted})) AS {quoted}"
        if self.system == System.TRINO and family == Family.ZONED:
            return f"{quoted} AT TIME ZONE 'UTC' AS {quoted}"
        return quoted
