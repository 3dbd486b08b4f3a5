from enum import StrEnum

class DatasetsEntityRowsCount(StrEnum):
    EXACT = "exact"

    def __str__(self) -> str:
        return str(self.value)
