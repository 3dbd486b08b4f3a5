from enum import StrEnum

class Audience(StrEnum):
    PEOPLE = "people"
    PUBLIC = "public"
    STAFF = "staff"

    def __str__(self) -> str:
        return str(self.value)
