from enum import StrEnum

class DatasetsRowsCount(StrEnum):
    EXACT = "exact"

    def __str__(self) -> str:
        return str(self.value)
