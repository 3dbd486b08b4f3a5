from enum import StrEnum

class Judge(StrEnum):
    CONTAINS = "contains"
    FIELDS = "fields"
    NEAREST = "nearest"
    NUMBER = "number"
    SAME = "same"

    def __str__(self) -> str:
        return str(self.value)
