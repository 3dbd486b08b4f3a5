from enum import StrEnum

class Unit(StrEnum):
    REQUESTS = "requests"
    TOKENS_IN = "tokens_in"
    TOKENS_OUT = "tokens_out"

    def __str__(self) -> str:
        return str(self.value)
