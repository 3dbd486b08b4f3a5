"""The closed lists of how a file is written."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Format(TextChoices):
    """CSV stands for every table in text, whatever separates its cells."""

    CSV = "csv", _("Table in text (CSV, TSV…)")
    JSON = "json", "JSON"
    JSON_LINES = "jsonl", _("JSON Lines: one record on each line")
    WORKBOOK = "workbook", _("Workbook (Excel, OpenDocument)")
    PARQUET = "parquet", "Parquet"
    XML = "xml", "XML"
    AVRO = "avro", "Avro"


class Delimiter(TextChoices):
    COMMA = "comma", _("Comma")
    SEMICOLON = "semicolon", _("Semicolon")
    TAB = "tab", _("Tab")
    PIPE = "pipe", _("Vertical bar")
    SPACES = "spaces", _("One or more spaces")
    NONE = "none", _("None: one column")

    @property
    def character(self) -> str:
        """What separates the cells once runs of blanks are made one; for one column, what no table is written with."""
        return {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "spaces": " ", "none": "\x1f"}[self]


class Quote(TextChoices):
    DOUBLE = "double", _("Double quote")
    SINGLE = "single", _("Apostrophe")
    NONE = "none", _("None: quotes are part of the values")

    @property
    def character(self) -> str:
        return {"double": '"', "single": "'", "none": ""}[self]


class Encoding(TextChoices):
    """A closed list: Python's own also holds codecs that are no encoding of a table."""

    UTF_8 = "utf-8", "UTF-8"
    WINDOWS_1252 = "windows-1252", _("Windows-1252 (Western Europe)")
    ISO_8859_15 = "iso-8859-15", _("ISO 8859-15 (Western Europe)")
    MAC_ROMAN = "mac-roman", _("Mac Roman (old Macintosh)")
    CP850 = "cp850", _("Code page 850 (DOS)")
    UTF_16 = "utf-16", "UTF-16"
    UTF_16_LE = "utf-16-le", _("UTF-16, little-endian without a mark")
    UTF_16_BE = "utf-16-be", _("UTF-16, big-endian without a mark")
    UTF_32 = "utf-32", "UTF-32"
    WINDOWS_1250 = "windows-1250", _("Windows-1250 (Central Europe)")
    WINDOWS_1251 = "windows-1251", _("Windows-1251 (Cyrillic)")
    SHIFT_JIS = "shift_jis", _("Shift JIS (Japanese)")
    GB18030 = "gb18030", _("GB 18030 (Chinese)")
    BIG5 = "big5", _("Big5 (Chinese)")
    EUC_KR = "euc_kr", _("EUC-KR (Korean)")
