from enum import StrEnum

class TokenState(StrEnum):
    EXPIRED = "expired"
    EXPIRING = "expiring"
    LIVE = "live"

    def __str__(self) -> str:
        return str(self.value)
