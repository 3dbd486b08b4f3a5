from enum import StrEnum

class Stage(StrEnum):
    APPROVED = "approved"
    CANDIDATE = "candidate"
    PREPRODUCTION = "preproduction"
    REFUSED = "refused"
    REPLACED = "replaced"
    REVIEW = "review"
    SERVICE = "service"
    SHADOW = "shadow"

    def __str__(self) -> str:
        return str(self.value)
