"""What people say of files: where they are, and, when they know better than the detection, how they are written."""

from operator import not_
from pathlib import PurePosixPath
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from apps.collection.connectors.fields import checked_address, checked_path, lazy
from apps.collection.connectors.file.choices import Delimiter, Encoding, Format, Quote

# Which page asks for a setting, and in which of its fieldsets (`FileConnector.GROUPS`).
LOCATION: dict[str, Any] = {"step": "location"}
FOLDER: dict[str, Any] = {"step": "location", "group": "folder"}
BUCKET: dict[str, Any] = {"step": "location", "group": "bucket"}
TEXT: dict[str, Any] = {"group": "text"}
WORKBOOK: dict[str, Any] = {"group": "workbook"}
TREE: dict[str, Any] = {"group": "tree"}

ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Upload(BaseModel):
    """A file that someone sent: kept in the lake under its digest, shown under the name it had."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", title=lazy(_("SHA-256 digest")))
    name: str = Field(min_length=1, max_length=255, title=lazy(_("name of the file")))


class FileConfig(BaseModel):
    """Files and how they are written. What is left out is detected when a run starts, and pinned for that run.

    Optional origins of which one is given, rather than a union: it is the shape of a form, and of YAML.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- Where they are ---------------------------------------------------------------------------
    upload: Upload | None = Field(
        default=None,
        title=lazy(_("file sent")),
        description=lazy(_("How it is written is detected.")),
        json_schema_extra=LOCATION,
    )
    url: str | None = Field(
        default=None, max_length=2000, title=lazy(_("address of the file")), json_schema_extra=LOCATION
    )
    folder: str | None = Field(
        default=None,
        max_length=1000,
        title=lazy(_("folder of the server")),
        description=lazy(_("Its path, whole or from a folder that an operator has opened (COLLECT_FOLDERS).")),
        json_schema_extra=FOLDER,
    )
    endpoint: str | None = Field(
        default=None,
        max_length=500,
        title=lazy(_("address of the storage")),
        description=lazy(_("Of a storage that speaks S3, without the bucket: https://s3.fr-par.scw.cloud")),
        json_schema_extra=BUCKET,
    )
    region: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9-]{1,60}$",
        title=lazy(_("region")),
        description=lazy(_("As the storage calls it; without one, us-east-1.")),
        json_schema_extra=BUCKET,
    )
    bucket: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$", title=lazy(_("bucket")), json_schema_extra=BUCKET
    )
    prefix: str | None = Field(
        default=None,
        max_length=500,
        title=lazy(_("prefix")),
        description=lazy(_("Only what begins with it is listed: exports/2024/")),
        json_schema_extra=BUCKET,
    )
    access_key: str | None = Field(default=None, max_length=200, title=lazy(_("access key")), json_schema_extra=BUCKET)
    secret_key: SecretStr | None = Field(
        default=None, max_length=500, title=lazy(_("secret key")), json_schema_extra=BUCKET
    )
    files: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        title=lazy(_("which files")),
        description=lazy(
            _("Of a folder or a bucket. A star stands for any characters of a name, two for any folders: exports/*.csv")
        ),
        json_schema_extra=LOCATION,
    )

    # --- How they are written ---------------------------------------------------------------------
    format: Format | None = Field(default=None, title=lazy(_("format")))
    members: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        title=lazy(_("which files of a zip")),
        description=lazy(_("If it holds several: “*.csv” takes all those, as so many parts of one table.")),
    )
    add_file_name: bool = Field(default=False, exclude_if=not_, title=lazy(_("add a column with the name of the file")))
    delimiter: Delimiter | None = Field(default=None, title=lazy(_("delimiter")), json_schema_extra=TEXT)
    quote: Quote | None = Field(default=None, title=lazy(_("quote")), json_schema_extra=TEXT)
    encoding: Encoding | None = Field(default=None, title=lazy(_("encoding")), json_schema_extra=TEXT)
    skip_lines: int | None = Field(
        default=None, ge=0, le=1000, title=lazy(_("lines to skip before the table")), json_schema_extra=TEXT
    )
    header: bool | None = Field(default=None, title=lazy(_("the first line names the columns")), json_schema_extra=TEXT)
    column_names: tuple[ColumnName, ...] | None = Field(
        default=None, min_length=1, title=lazy(_("names of the columns")), json_schema_extra=TEXT
    )
    sheet: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        title=lazy(_("sheet")),
        description=lazy(_("Its name, or its position: 1 is the first. Without it, the first one that is shown.")),
        json_schema_extra=WORKBOOK,
    )
    header_row: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        title=lazy(_("row that names the columns")),
        description=lazy(_("Its number in the workbook.")),
        json_schema_extra=WORKBOOK,
    )
    records_path: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        title=lazy(_("path of the records")),
        description=lazy(
            _("In JSON the names that lead to the list, with dots: data.items. In XML the elements: catalog/book.")
        ),
        json_schema_extra=TREE,
    )

    @field_validator("url", "endpoint")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        return url if url is None else checked_address(url)

    @field_validator("folder")
    @classmethod
    def _is_a_path(cls, folder: str | None) -> str | None:
        return None if folder is None else checked_path(folder)

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        others = (self.folder is not None) + (self.bucket is not None)
        if not others and (self.upload is None) == (self.url is None):
            raise ValueError(str(_("Give a file or an address, one of the two.")))
        if others + (self.upload is not None) + (self.url is not None) > 1:
            raise ValueError(str(_("Give one origin: a file, an address, a folder or a bucket.")))
        if self.bucket is not None and not self.endpoint:
            raise ValueError(str(_("A bucket needs the address of its storage.")))
        return self

    @property
    def wanted_files(self) -> str:
        """Which files of a folder or a bucket: all, unless a pattern says so."""
        return self.files or "**"

    @property
    def name(self) -> str:
        """What the source is called: the original name of the file, the end of its address, the folder, the bucket."""
        if self.upload:
            return self.upload.name
        if self.folder:
            return PurePosixPath(self.folder).name[:255] or "/"
        if self.bucket:
            return self.bucket
        parts = urlsplit(self.url or "")
        name = unquote(parts.path).rstrip("/").rpartition("/")[2]
        # An address may say any byte, also those that no database keeps.
        return "".join(each for each in name if each.isprintable())[:255] or parts.netloc


class Layout(BaseModel):
    """How a table in text is written, nothing left to detect: pinned in the part, so that each reading is the same.

    `columns` are the names of the columns of what is read, unique and never blank.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Encoding
    delimiter: Delimiter
    quote: Quote
    skip_lines: int
    header: bool
    columns: tuple[str, ...]
