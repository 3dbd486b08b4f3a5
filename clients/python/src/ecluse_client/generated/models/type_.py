from enum import StrEnum

class Type(StrEnum):
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DECIMAL = "decimal"
    FLOAT = "float"
    INTEGER = "integer"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
