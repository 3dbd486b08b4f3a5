from enum import StrEnum

class Slot(StrEnum):
    CHAMPION = "champion"
    PREPRODUCTION = "preproduction"
    SHADOW = "shadow"

    def __str__(self) -> str:
        return str(self.value)
