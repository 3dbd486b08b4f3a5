from enum import StrEnum

class PersonalData(StrEnum):
    DIRECT = "direct"
    INDIRECT = "indirect"
    NONE = "none"
    SENSITIVE = "sensitive"

    def __str__(self) -> str:
        return str(self.value)
