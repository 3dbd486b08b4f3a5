from enum import StrEnum

class Reaction(StrEnum):
    ACCEPT = "accept"
    STOP = "stop"
    WARN = "warn"

    def __str__(self) -> str:
        return str(self.value)
