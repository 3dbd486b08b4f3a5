"""The columns of a table or of a query, whatever the system calls their types."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db.models import TextChoices


class Kind(TextChoices):
    """What matters of a type here: how it is compared, and what a recipe would make of it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    BINARY = "binary"
    LIST = "list"
    OTHER = "other"

    @property
    def proposed_type(self) -> str:
        """In the words of the datasets' types."""
        known = {"integer", "float", "boolean", "date", "datetime"}
        return "float" if self == Kind.DECIMAL else self.value if self in known else "text"


@dataclass(frozen=True, kw_only=True)
class Column:
    """`kind` is OTHER where the system does not say (what a query of SQLite computes)."""

    name: str
    kind: Kind = Kind.OTHER
    is_key: bool = False
    is_nullable: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"kind": self.kind.value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored | {"kind": Kind(stored["kind"])})
