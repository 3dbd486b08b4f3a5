from enum import StrEnum

class Protocol(StrEnum):
    HTTP = "http"
    OPENAI = "openai"
    OWN = "own"
    TEI = "tei"
    V2 = "v2"

    def __str__(self) -> str:
        return str(self.value)
