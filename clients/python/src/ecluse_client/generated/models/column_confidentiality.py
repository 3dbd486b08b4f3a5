from enum import StrEnum

class ColumnConfidentiality(StrEnum):
    INTERNAL = "internal"
    PUBLIC = "public"
    RESTRICTED = "restricted"

    def __str__(self) -> str:
        return str(self.value)
