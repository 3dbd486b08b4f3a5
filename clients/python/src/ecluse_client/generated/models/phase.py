from enum import StrEnum

class Phase(StrEnum):
    BASELINE = "baseline"
    CHECKING = "checking"
    EVALUATING = "evaluating"
    FITTING = "fitting"
    JUDGING = "judging"
    PACKAGING = "packaging"
    READING = "reading"
    SEARCHING = "searching"

    def __str__(self) -> str:
        return str(self.value)
