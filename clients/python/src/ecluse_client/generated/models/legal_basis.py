from enum import StrEnum

class LegalBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    NO_PERSONAL_DATA = "no_personal_data"
    PUBLIC_TASK = "public_task"
    VITAL_INTERESTS = "vital_interests"

    def __str__(self) -> str:
        return str(self.value)
