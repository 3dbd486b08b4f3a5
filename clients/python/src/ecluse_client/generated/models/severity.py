from enum import StrEnum

class Severity(StrEnum):
    BLOCKING = "blocking"
    WARNING = "warning"

    def __str__(self) -> str:
        return str(self.value)
