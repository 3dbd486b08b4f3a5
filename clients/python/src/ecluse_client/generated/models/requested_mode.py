from enum import StrEnum

class RequestedMode(StrEnum):
    BACKFILL = "backfill"
    FULL = "full"
    INCREMENTAL = "incremental"

    def __str__(self) -> str:
        return str(self.value)
