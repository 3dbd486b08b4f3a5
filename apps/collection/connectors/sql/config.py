"""What people say of a database: where it is, who reads it, what of it is read, and how."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from apps.collection.connectors.fields import checked_path, lazy
from apps.collection.connectors.file.config import Upload
from apps.collection.connectors.sql.statements import refuse_what_is_not_one_query


class System(TextChoices):
    POSTGRESQL = "postgresql", "PostgreSQL"
    MYSQL = "mysql", _("MySQL or MariaDB")
    SQLITE = "sqlite", _("SQLite (a file)")
    SQL_SERVER = "sql_server", "SQL Server"
    ORACLE = "oracle", "Oracle"

    @property
    def usual_port(self) -> int:
        return {"postgresql": 5432, "mysql": 3306, "sql_server": 1433, "oracle": 1521}.get(self, 0)


class Tls(TextChoices):
    """How the connection is protected on its way."""

    VERIFIED = "verified", _("Encrypted, and the certificate is checked")
    ENCRYPTED = "encrypted", _("Encrypted, whoever answers")
    NONE = "none", _("Not encrypted")


# Their drivers give no way of checking a certificate while connecting to an address that was checked.
CANNOT_VERIFY = frozenset({System.SQL_SERVER, System.ORACLE})

Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
_PARAMETER = re.compile(r"\s*(\w+)\s*=(.*)", re.DOTALL)


def _location(group: str) -> dict[str, Any]:
    return {"step": "location", "group": group}


class SqlConfig(BaseModel):
    """A database and what is read of it: a table (or a view), or a query. Without either, it offers all its tables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: System = Field(title=lazy(_("system")), json_schema_extra=_location("server"))
    upload: Upload | None = Field(
        default=None,
        title=lazy(_("file sent (SQLite)")),
        description=lazy(_("For SQLite alone, which needs nothing else of the server.")),
        json_schema_extra=_location("server"),
    )
    path: str = Field(
        default="",
        max_length=1_000,
        title=lazy(_("file of the server (SQLite)")),
        description=lazy(_("Its path, whole or from a folder that an operator has opened (COLLECT_FOLDERS).")),
        json_schema_extra=_location("server"),
    )
    host: str = Field(
        default="",
        max_length=253,
        title=lazy(_("name or address of the server")),
        json_schema_extra=_location("server"),
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        title=lazy(_("port")),
        description=lazy(_("Left out, the usual one of the system.")),
        json_schema_extra=_location("server"),
    )
    database: str = Field(
        default="",
        max_length=128,
        title=lazy(_("database")),
        description=lazy(_("For Oracle, the name of the service.")),
        json_schema_extra=_location("server"),
    )
    tls: Tls = Field(
        default=Tls.VERIFIED,
        title=lazy(_("protection of the connection")),
        json_schema_extra=_location("server"),
    )
    user: str = Field(default="", max_length=128, title=lazy(_("user")), json_schema_extra=_location("auth"))
    password: SecretStr | None = Field(default=None, title=lazy(_("password")), json_schema_extra=_location("auth"))
    schema_name: str = Field(
        default="",
        max_length=128,
        title=lazy(_("schema")),
        description=lazy(_("Left out, the user’s own.")),
        json_schema_extra=_location("content"),
    )
    table: str = Field(
        default="", max_length=128, title=lazy(_("table or view")), json_schema_extra=_location("content")
    )
    query: str = Field(
        default="",
        max_length=20_000,
        title=lazy(_("query")),
        description=lazy(_("One SELECT, instead of a table. Values that change are written :name.")),
        json_schema_extra=_location("content"),
    )
    parameters: tuple[str, ...] = Field(
        default=(),
        max_length=50,
        title=lazy(_("values of the query")),
        description=lazy(
            _(
                "One on each line: name = value. Each is a text: write CAST(:name AS …) where the query needs another "
                "type. “since” is replaced, from the second collection on, by where the last one ended."
            )
        ),
        json_schema_extra=_location("content"),
    )
    cursor: str = Field(
        default="",
        max_length=128,
        title=lazy(_("column that only grows")),
        description=lazy(
            _("A date of change or a number: each collection goes on from where the last one ended. Left out, all.")
        ),
        json_schema_extra={"group": "increment"},
    )
    lag: int = Field(
        default=0,
        ge=0,
        le=366 * 86_400,
        title=lazy(_("how far back to read again")),
        description=lazy(_("For records that come late: in seconds for a date, in units for a number.")),
        json_schema_extra={"group": "increment"},
    )
    key: tuple[Name, ...] = Field(
        default=(),
        max_length=16,
        title=lazy(_("columns that identify a record")),
        description=lazy(
            _("Left out, the key that the table declares. With one, an interrupted collection goes on where it was.")
        ),
        json_schema_extra={"group": "reading"},
    )
    split_by: str = Field(
        default="",
        max_length=128,
        title=lazy(_("column to divide the reading by")),
        description=lazy(_("A number or a date. Left out, the key if it is one.")),
        json_schema_extra={"group": "reading"},
    )
    parts: int = Field(
        default=1, ge=1, le=16, title=lazy(_("parts read apart")), json_schema_extra={"group": "reading"}
    )
    batch_rows: int = Field(
        default=50_000, ge=100, le=100_000, title=lazy(_("records at once")), json_schema_extra={"group": "reading"}
    )
    timeout_seconds: int = Field(
        default=3_600,
        ge=1,
        le=7_000,
        title=lazy(_("time that one query may take, in seconds")),
        json_schema_extra={"group": "reading"},
    )

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        return checked_path(path) if path else ""

    @field_validator("query")
    @classmethod
    def _is_one_query(cls, query: str) -> str:
        return refuse_what_is_not_one_query(query)

    @field_validator("parameters")
    @classmethod
    def _are_named(cls, parameters: tuple[str, ...]) -> tuple[str, ...]:
        for line in parameters:
            if not _PARAMETER.fullmatch(line):
                raise ValueError(str(_("Write “name = value”, the name in letters, digits and underscores.")))
        return parameters

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.table and self.query:
            raise ValueError(str(_("Give a table or a query, one of the two.")))
        if self.system == System.SQLITE:
            if not (self.upload or self.path):
                raise ValueError(str(_("Send the file of the SQLite database, or say where it is on the server.")))
            if self.upload and self.path:
                raise ValueError(str(_("Send a file or say where it is on the server, one of the two.")))
            return self
        if self.upload or self.path:
            raise ValueError(str(_("A file is given for SQLite only: give the address of the server.")))
        if not (self.host and self.database and self.user):
            raise ValueError(str(_("Give the server, the database and the user.")))
        if self.tls == Tls.VERIFIED and self.system in CANNOT_VERIFY:
            raise ValueError(
                str(_("The certificate cannot be checked for this system: choose “Encrypted, whoever answers”."))
            )
        return self

    @property
    def address_port(self) -> int:
        return self.port or System(self.system).usual_port

    @property
    def file_name(self) -> str:
        """What people call the file of SQLite."""
        return self.upload.name if self.upload else PurePosixPath(self.path).name

    @property
    def values(self) -> dict[str, str]:
        """The values of the query, by name."""
        pairs = (_PARAMETER.fullmatch(line) for line in self.parameters)
        return {pair[1]: pair[2].strip() for pair in pairs if pair}

    @property
    def stream(self) -> str:
        """What is read, in a word."""
        return self.table or ("query" if self.query else self.database)
