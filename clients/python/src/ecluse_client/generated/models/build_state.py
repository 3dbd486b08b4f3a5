from enum import StrEnum

class BuildState(StrEnum):
    CANCELLED = "cancelled"
    FAILED = "failed"
    HELD = "held"
    PUBLISHED = "published"
    RUNNING = "running"
    UNCHANGED = "unchanged"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
