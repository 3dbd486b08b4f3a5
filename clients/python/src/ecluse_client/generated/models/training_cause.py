from enum import StrEnum

class TrainingCause(StrEnum):
    API = "api"
    COMMAND = "command"
    DRIFT = "drift"
    FEEDBACK = "feedback"
    NEW_DATA = "new_data"
    PERSON = "person"
    SCHEDULE = "schedule"

    def __str__(self) -> str:
        return str(self.value)
