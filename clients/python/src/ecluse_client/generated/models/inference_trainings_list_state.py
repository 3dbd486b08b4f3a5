from enum import StrEnum

class InferenceTrainingsListState(StrEnum):
    CANCELLED = "cancelled"
    FAILED = "failed"
    HELD = "held"
    PASSED = "passed"
    RUNNING = "running"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
