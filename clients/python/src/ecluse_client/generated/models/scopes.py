from enum import StrEnum

class Scopes(StrEnum):
    ACCOUNTSREAD = "accounts:read"
    ACCOUNTSWRITE = "accounts:write"
    COLLECTIONREAD = "collection:read"
    COLLECTIONWRITE = "collection:write"
    DATASETSREAD = "datasets:read"
    DATASETSWRITE = "datasets:write"
    INFERENCEREAD = "inference:read"
    INFERENCEWRITE = "inference:write"

    def __str__(self) -> str:
        return str(self.value)
