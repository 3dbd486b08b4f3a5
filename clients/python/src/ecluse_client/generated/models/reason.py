from enum import StrEnum

class Reason(StrEnum):
    CELL_TOO_LONG = "cell_too_long"
    CONTROL_CHARACTER = "control_character"
    INVALID_ENCODING = "invalid_encoding"
    MISSING_FIELD = "missing_field"
    NOT_A_RECORD = "not_a_record"
    PAGE_NOT_READ = "page_not_read"
    TOO_FEW_COLUMNS = "too_few_columns"
    TOO_MANY_COLUMNS = "too_many_columns"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNREADABLE_VALUE = "unreadable_value"

    def __str__(self) -> str:
        return str(self.value)
