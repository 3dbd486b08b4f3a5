from enum import StrEnum

class DeploymentCause(StrEnum):
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    TRIAL = "trial"

    def __str__(self) -> str:
        return str(self.value)
