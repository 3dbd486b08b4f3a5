from enum import StrEnum

class Format(StrEnum):
    ONNX = "onnx"
    SKOPS = "skops"

    def __str__(self) -> str:
        return str(self.value)
