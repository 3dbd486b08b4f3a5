from enum import StrEnum

class Roles(StrEnum):
    ADMINISTRATOR = "administrator"
    AI_DEVELOPER = "ai_developer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    OPERATOR = "operator"
    USER = "user"
    WATCH_EDITOR = "watch_editor"

    def __str__(self) -> str:
        return str(self.value)
