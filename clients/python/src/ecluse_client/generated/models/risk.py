from enum import StrEnum

class Risk(StrEnum):
    HIGH = "high"
    LIMITED = "limited"
    MINIMAL = "minimal"

    def __str__(self) -> str:
        return str(self.value)
