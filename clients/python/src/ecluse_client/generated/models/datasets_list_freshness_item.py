from enum import StrEnum

class DatasetsListFreshnessItem(StrEnum):
    DAY = "day"
    MONTH = "month"
    NEVER = "never"
    OLDER = "older"
    WEEK = "week"

    def __str__(self) -> str:
        return str(self.value)
