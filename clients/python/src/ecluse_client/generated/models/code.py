from enum import StrEnum

class Code(StrEnum):
    CANCELLED = "cancelled"
    FAILED = "failed"
    JUDGED = "judged"
    PART_LEFT = "part_left"
    PART_READ = "part_read"
    PAUSED = "paused"
    PLANNED = "planned"
    PUT_OFF = "put_off"
    RESUMED = "resumed"
    RETRIED = "retried"
    STARTED = "started"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
