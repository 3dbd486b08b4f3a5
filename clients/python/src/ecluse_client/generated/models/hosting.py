from enum import StrEnum

class Hosting(StrEnum):
    ADEQUATE = "adequate"
    EU = "eu"
    HERE = "here"
    OUTSIDE = "outside"

    def __str__(self) -> str:
        return str(self.value)
