from enum import StrEnum

class Trigger(StrEnum):
    API = "api"
    CLOCK = "clock"
    COMMAND = "command"
    PERSON = "person"

    def __str__(self) -> str:
        return str(self.value)
