"""What people say of a file: where it is, and, when they know better than the detection, how it is written."""

from typing import Annotated, Self, cast
from urllib.parse import unquote, urlsplit

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from apps.core.http.errors import UrlRefused
from apps.core.http.urls import Site


def _lazy(title: Promise) -> str:
    """A title that forms translate when they show it: pydantic says that it wants a str, and keeps what it is given."""
    return cast(str, title)


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


ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Upload(BaseModel):
    """A file that someone sent: kept in the lake under its digest, shown under the name it had."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", title=_lazy(_("SHA-256 digest")))
    name: str = Field(min_length=1, max_length=255, title=_lazy(_("name of the file")))


class FileConfig(BaseModel):
    """A file and how it is written. What is left out is detected when a run starts, and pinned for that run.

    Two optional origins of which one is given, rather than a union: it is the shape of a form, and of YAML.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    upload: Upload | None = Field(default=None, title=_lazy(_("file sent")))
    url: str | None = Field(
        default=None, max_length=2000, title=_lazy(_("address of the file")), json_schema_extra={"step": "location"}
    )
    delimiter: Delimiter | None = Field(default=None, title=_lazy(_("delimiter")))
    quote: Quote | None = Field(default=None, title=_lazy(_("quote")))
    encoding: Encoding | None = Field(default=None, title=_lazy(_("encoding")))
    skip_lines: int | None = Field(default=None, ge=0, le=1000, title=_lazy(_("lines to skip before the table")))
    header: bool | None = Field(default=None, title=_lazy(_("the first line names the columns")))
    column_names: tuple[ColumnName, ...] | None = Field(
        default=None, min_length=1, title=_lazy(_("names of the columns"))
    )

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None:
            try:
                Site.of(url)
            except UrlRefused as error:
                raise ValueError(str(error.message)) from None
        return url

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if (self.upload is None) == (self.url is None):
            raise ValueError(str(_("Give a file or an address, one of the two.")))
        return self

    @property
    def name(self) -> str:
        """What the file is called: its original name, or the end of its address."""
        if self.upload:
            return self.upload.name
        parts = urlsplit(self.url or "")
        name = unquote(parts.path).rstrip("/").rpartition("/")[2]
        # An address may say any byte, also those that no database keeps.
        return "".join(each for each in name if each.isprintable())[:255] or parts.netloc


class Layout(BaseModel):
    """How a file is written, nothing left to detect: pinned in the part, so that each reading gives the same records.

    `columns` are the names of the columns of what is read, unique and never blank.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Encoding
    delimiter: Delimiter
    quote: Quote
    skip_lines: int
    header: bool
    columns: tuple[str, ...]
