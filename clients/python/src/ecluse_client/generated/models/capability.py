from enum import StrEnum

class Capability(StrEnum):
    CHAT = "chat"
    CLASSIFY = "classify"
    EMBED = "embed"
    PREDICT = "predict"

    def __str__(self) -> str:
        return str(self.value)
