from enum import StrEnum

class Kind(StrEnum):
    BIGDATA = "bigdata"
    FILE = "file"
    REST = "rest"
    SQL = "sql"
    WEB = "web"

    def __str__(self) -> str:
        return str(self.value)
