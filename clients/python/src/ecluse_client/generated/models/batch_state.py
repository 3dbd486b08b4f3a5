from enum import StrEnum

class BatchState(StrEnum):
    CANCELLED = "cancelled"
    DONE = "done"
    DRAFT = "draft"
    FAILED = "failed"
    RUNNING = "running"
    STOPPED = "stopped"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
