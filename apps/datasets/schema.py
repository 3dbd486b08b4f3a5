"""The shape of a dataset as a value: what recipes are compiled against, tables are made from and snapshots carry.

Models (`models/datasets.py`) are how people edit it; this is how everything else reads it, without a query, from a
version made years ago as well as from today's. It is the logical model (MLD): tables with their keys and the foreign
keys between them. The conceptual one, from which it follows, is in `merise/`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from apps.datasets.enums import ColumnType, Confidentiality, Mask, PersonalData

# What says so much of people that it is restricted by itself.
READ_BY_RIGHT = frozenset({PersonalData.DIRECT, PersonalData.SENSITIVE})
# The column that identifies a row within a version: 1 to n in the order of the sources.
ROW_ID = "id"


@dataclass(frozen=True, kw_only=True)
class ColumnSchema:
    """One typed column. `digits` and `decimals` are those of an exact decimal; `max_length` of a text, 0 if unbounded.

    `is_key` columns identify a row together: they are required, and unique taken together. The domain of the others is
    narrowed by `minimum` and `maximum` (texts, written as the type is read, "" if unbounded), by `choices` (the only
    values there may be, written as texts; any if empty) and by `pattern` (a regular expression that a text matches
    whole, of what RE2, Java and PostgreSQL understand alike; "" for none). `mask` says what those see of it who do not
    read as far as its `level`.
    """

    name: str
    type: ColumnType
    label: str = ""
    description: str = ""
    unit: str = ""
    is_key: bool = False
    is_required: bool = False
    is_unique: bool = False
    is_indexed: bool = False
    max_length: int = 0
    digits: int = 18
    decimals: int = 6
    minimum: str = ""
    maximum: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    personal_data: PersonalData = PersonalData.NONE
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    mask: Mask = Mask.HIDDEN

    @property
    def level(self) -> Confidentiality:
        """How far one must read to read it as it is."""
        return Confidentiality.RESTRICTED if self.personal_data in READ_BY_RIGHT else self.confidentiality

    @property
    def must_be_filled(self) -> bool:
        return self.is_required or self.is_key

    @property
    def title(self) -> str:
        return self.label or self.name

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ColumnSchema":
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        return cls(
            **values
            | {
                "type": ColumnType(stored["type"]),
                "personal_data": PersonalData(stored["personal_data"]),
                "choices": tuple(stored.get("choices", ())),
                "confidentiality": Confidentiality(stored.get("confidentiality", Confidentiality.PUBLIC)),
                "mask": Mask(stored.get("mask", Mask.HIDDEN)),
            }
        )


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """`columns` of a table refer to the key of the table of `entity`, column by column.

    `name` is what the relation is called in addresses (`expand=service`): unique among the names of the table.
    """

    name: str
    columns: tuple[str, ...]
    entity: str
    references: tuple[str, ...]
    label: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ForeignKey":
        return cls(**{**stored, "columns": tuple(stored["columns"]), "references": tuple(stored["references"])})


@dataclass(frozen=True, kw_only=True)
class EntitySchema:
    """One table: its columns in order, and the tables that it refers to.

    `uniques` are the columns that, besides the key, are unique taken together (two or more: one alone says so itself).
    """

    name: str
    columns: tuple[ColumnSchema, ...]
    label: str = ""
    description: str = ""
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()

    @property
    def title(self) -> str:
        return self.label or self.name

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
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "EntitySchema":
        return cls(
            name=stored["name"],
            label=stored["label"],
            description=stored.get("description", ""),
            columns=tuple(ColumnSchema.from_json(column) for column in stored["columns"]),
            foreign_keys=tuple(ForeignKey.from_json(each) for each in stored.get("foreign_keys", ())),
            uniques=tuple(tuple(names) for names in stored.get("uniques", ())),
        )


@dataclass(frozen=True, kw_only=True)
class DatasetSchema:
    """All the tables of a dataset. The first is the main one: the one shown to whoever names none."""

    entities: tuple[EntitySchema, ...]

    @property
    def main(self) -> EntitySchema:
        return self.entities[0]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(entity.name for entity in self.entities)

    def entity(self, name: str) -> EntitySchema:
        """Raises KeyError if there is none of this name."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        return {"entities": [entity.as_json() for entity in self.entities]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DatasetSchema":
        return cls(entities=tuple(EntitySchema.from_json(each) for each in stored["entities"]))
