from enum import StrEnum

class InferenceModelsListTask(StrEnum):
    ANOMALY = "anomaly"
    CLASSIFICATION = "classification"
    FORECASTING = "forecasting"
    REGRESSION = "regression"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
