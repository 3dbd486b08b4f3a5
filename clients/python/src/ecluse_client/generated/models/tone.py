from enum import StrEnum

class Tone(StrEnum):
    BAD = "bad"
    INFO = "info"
    OFF = "off"
    OK = "ok"
    WAIT = "wait"
    WARN = "warn"

    def __str__(self) -> str:
        return str(self.value)
