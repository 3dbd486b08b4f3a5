"""The shape of an entity as a value: what recipes are compiled against, tables are made from and snapshots carry.

Models (`models/datasets.py`) are how people edit it; this is how everything else reads it, without a query, from a
version made years ago as well as from today's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.datasets.enums import ColumnType, PersonalData

# The column that identifies a row within a version: 1 to n in the order of the sources.
ROW_ID = "id"


@dataclass(frozen=True, kw_only=True)
class ColumnSchema:
    """One typed column. `digits` and `decimals` are those of an exact decimal; `max_length` of a text, 0 if unbounded.

    `is_key` columns identify a row together: they are required, and unique taken together.
    """

    name: str
    type: ColumnType
    label: str = ""
    description: str = ""
    unit: str = ""
    is_key: bool = False
    is_required: bool = False
    is_unique: bool = False
    max_length: int = 0
    digits: int = 18
    decimals: int = 6
    personal_data: PersonalData = PersonalData.NONE

    @property
    def must_be_filled(self) -> bool:
        return self.is_required or self.is_key

    @property
    def title(self) -> str:
        return self.label or self.name


@dataclass(frozen=True, kw_only=True)
class EntitySchema:
    """One entity: its columns in order."""

    name: str
    columns: tuple[ColumnSchema, ...]
    label: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnSchema:
        """Raises KeyError if there is none of this name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "label": self.label, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "EntitySchema":
        columns = tuple(
            ColumnSchema(
                **column | {"type": ColumnType(column["type"]), "personal_data": PersonalData(column["personal_data"])}
            )
            for column in stored["columns"]
        )
        return cls(name=stored["name"], label=stored["label"], columns=columns)
