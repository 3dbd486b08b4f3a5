from enum import StrEnum

class CollectionRunsListMode(StrEnum):
    BACKFILL = "backfill"
    FULL = "full"
    INCREMENTAL = "incremental"
    REPLAY = "replay"

    def __str__(self) -> str:
        return str(self.value)
