"""The fields of a source in the groups that people and programs read: `schedule`, `contract`, `sheet`.

The REST API and the project files write them the same.
"""

from collections.abc import Mapping
from typing import Any

from apps.collection.models import Source

SCHEDULE = {"cron": "cron", "time_zone": "time_zone", "is_active": "is_scheduled"}
CONTRACT = {
    "columns": "expected_columns",
    "on_missing": "on_missing_column",
    "on_new": "on_new_column",
    "on_changed": "on_changed_type",
}
SHEET = {
    name: name
    for name in (
        "context",
        "actors",
        "technical_constraints",
        "access_conditions",
        "terms",
        "licence",
        "confidentiality",
    )
}
# By group, the name of each of its fields there and the one that the model gives it.
GROUPS: dict[str, dict[str, str]] = {"schedule": SCHEDULE, "contract": CONTRACT, "sheet": SHEET}


def grouped(source: Source) -> dict[str, dict[str, Any]]:
    """Each group of this source, by the names that its fields have there."""
    return {group: {name: getattr(source, field) for name, field in fields.items()} for group, fields in GROUPS.items()}


def flattened(given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, whose groups may hold some of their fields, as the fields of the model."""
    fields = {name: value for name, value in given.items() if name not in GROUPS}
    for group, names in GROUPS.items():
        fields |= {names[name]: value for name, value in given.get(group, {}).items()}
    return fields


def place_of(field: str) -> tuple[str, ...]:
    """Where whoever gave `field` wrote it: `("contract", "columns")`, or `("settings", "url")` for `config.url`."""
    if field.startswith("config"):
        return ("settings", *field.split(".")[1:])
    return next(
        ((group, name) for group, names in GROUPS.items() for name, inner in names.items() if inner == field), (field,)
    )
