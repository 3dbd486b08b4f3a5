from enum import StrEnum

class RunState(StrEnum):
    CANCELLED = "cancelled"
    FAILED = "failed"
    HELD = "held"
    PAUSED = "paused"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
