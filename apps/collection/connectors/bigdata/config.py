"""What people say of a system of big data: where it is, what to read of it, and how."""

import re
from typing import Annotated, Any, Self

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.fields import lazy

MAX_ROWS_PER_FETCH = 100_000
_HOST = re.compile(r"[A-Za-z0-9._:\-]+")
_PART_OF_NAME = re.compile(r"[^\s`\"'.;/\\]+")
_READS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values|\()", re.IGNORECASE | re.DOTALL)


def _field(group: str, *, title: Promise, default: Any = None, step: str = "settings", **options: Any) -> Any:
    if description := options.pop("description", None):
        options["description"] = lazy(description)
    return Field(default, title=lazy(title), json_schema_extra={"step": step, "group": group}, **options)


def _located(group: str, **options: Any) -> Any:
    return _field(group, step="location", **options)


class System(TextChoices):
    SPARK = "spark", _("Spark (Thrift server)")
    HIVE = "hive", _("Hive (HiveServer2)")
    IMPALA = "impala", "Impala"
    TRINO = "trino", "Trino"
    LAKE = "lake", _("Folder of Parquet files")

    @property
    def usual_port(self) -> int:
        return {"spark": 10_000, "hive": 10_000, "impala": 21_050, "trino": 443}.get(self, 0)


class Auth(TextChoices):
    NONE = "none", _("None (NOSASL)")
    PLAIN = "plain", _("User name and password")
    LDAP = "ldap", _("User name and password, checked by LDAP")


ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class BigDataConfig(BaseModel):
    """A system and what is read of it: the fields of the others are left as they are, for a form keeps them all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: System = _located("system", title=_("system"), default=System.SPARK)
    host: str | None = _located("system", title=_("name or address of the server"), max_length=253)
    port: int | None = _located(
        "system",
        title=_("port"),
        ge=1,
        le=65_535,
        description=_("Left out: 10000 for Hive and Spark, 21050 for Impala, 443 for Trino."),
    )
    tls: bool = _located(
        "system",
        title=_("encrypted connection (TLS)"),
        default=False,
        description=_("The certificate is always checked. Without it, a password travels in clear."),
    )
    folder: str | None = _located(
        "system",
        title=_("folder"),
        max_length=1_000,
        description=_("For a folder of Parquet files: one beneath those that an operator lists (COLLECT_FOLDERS)."),
    )
    auth: Auth = _located("sign_in", title=_("sign-in"), default=Auth.PLAIN)
    user: str | None = _located("sign_in", title=_("user name"), max_length=200)
    password: SecretStr | None = _located("sign_in", title=_("password"), max_length=1_000)
    catalog: str | None = _located("data", title=_("catalog"), max_length=200, description=_("For Trino alone."))
    database: str | None = _located(
        "data", title=_("database"), max_length=200, description=_("For Trino, the schema of the catalog.")
    )
    table: str | None = _located("data", title=_("table"), max_length=400, description=_("This, or a query."))
    query: str | None = _located(
        "data",
        title=_("query"),
        max_length=20_000,
        description=_("A SELECT. What changes is written :name in it, and its value given below."),
    )
    parameters: dict[str, str | int | float | bool] = _located(
        "data",
        title=_("values of the query"),
        default={},
        description=_("In YAML: the name of each, and its value."),
    )

    columns: tuple[ColumnName, ...] = _field(
        "reading",
        title=_("columns to read"),
        default=(),
        description=_("One on each line; none for all of them. The others never leave the system."),
    )
    filters: tuple[str, ...] = _field(
        "reading",
        title=_("conditions"),
        default=(),
        description=_(
            "One on each line, which the system applies: year >= 2024, status in new, open, town is not null."
        ),
    )
    partition_column: str | None = _field(
        "reading",
        title=_("column that cuts into parts"),
        max_length=200,
        description=_("One part for each of its values; parts are read, and begun again, each by itself."),
    )
    key_columns: tuple[ColumnName, ...] = _field(
        "reading",
        title=_("key"),
        default=(),
        description=_(
            "Columns that together name a row, so that an interrupted run goes on after the last one. Without a key, "
            "the part that was interrupted is read again."
        ),
    )
    rows_per_fetch: int = _field("reading", title=_("rows per batch"), default=20_000, ge=100, le=MAX_ROWS_PER_FETCH)
    timeout: int = _field(
        "reading",
        title=_("patience"),
        default=300,
        ge=5,
        le=86_400,
        description=_("In seconds: how long a query may run before its first rows come."),
    )
    cursor_column: str | None = _field(
        "new",
        title=_("column that says what is new"),
        max_length=200,
        description=_("A number that grows or a date of change: the next run reads from its highest value on."),
    )
    cursor_lag: int = _field(
        "new",
        title=_("lag"),
        default=0,
        ge=0,
        description=_("Read again this far back, for rows that come late: in seconds, or in the unit of a number."),
    )
    only_new_files: bool = _field(
        "new",
        title=_("only the files that were not read yet"),
        default=False,
        description=_("For a folder of Parquet files."),
    )

    @field_validator("host")
    @classmethod
    def _is_a_host(cls, host: str | None) -> str | None:
        if host is not None and not _HOST.fullmatch(host):
            raise ValueError(str(_("Give the name of the server alone, such as hive.example.org.")))
        return host

    @field_validator("table", "database", "catalog")
    @classmethod
    def _is_a_name(cls, name: str | None, info: ValidationInfo) -> str | None:
        parts = (name or "").split(".")
        if name is not None and (len(parts) > 3 or not all(_PART_OF_NAME.fullmatch(part) for part in parts)):
            raise ValueError(str(_("Give a name without quotes or spaces, such as sales.orders.")))
        return name

    @field_validator("query")
    @classmethod
    def _only_reads(cls, query: str | None) -> str | None:
        if query is None:
            return None
        query = query.strip().rstrip(";").rstrip()
        if not _READS.match(query):
            raise ValueError(str(_("Give a query that begins with SELECT or WITH.")))
        return query

    @field_validator("filters")
    @classmethod
    def _are_conditions(cls, filters: tuple[str, ...]) -> tuple[str, ...]:
        for line in filters:
            Condition.read(line)
        return filters

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.system == System.LAKE:
            if not self.folder:
                raise ValueError(str(_("Give the folder of the Parquet files.")))
            return self
        if not self.host:
            raise ValueError(str(_("Give the name of the server.")))
        if bool(self.table) == bool(self.query):
            raise ValueError(str(_("Give a table or a query, one of the two.")))
        if not self.user and (self.auth != Auth.NONE or self.system == System.TRINO):
            raise ValueError(str(_("Give the user name with which to sign in.")))
        if self.system == System.TRINO and self.auth != Auth.NONE and not self.tls:
            raise ValueError(str(_("Trino takes passwords over TLS only: choose an encrypted connection.")))
        if self.system == System.TRINO and self.table and not (self.catalog or self.table.count(".") == 2):
            raise ValueError(str(_("Give the catalog of Trino in which the table is.")))
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(Condition.read(line) for line in self.filters)

    @property
    def name(self) -> str:
        """What the source is called: its table, its folder, or that it is a query."""
        if self.system == System.LAKE:
            return (self.folder or "").rstrip("/").rpartition("/")[2] or "lake"
        return self.table or "query"
