"""What people say of an API: where it is, how it lets one in, how its pages follow one another, what is new in it."""

import datetime as dt
from typing import Annotated, Any, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from apps.collection.connectors.fields import checked_address, lazy
from apps.collection.connectors.rest.choices import Auth, BoundFormat, KeyPlace, Method, Nested, PagingKind, ValueKind
from apps.core.http.urls import Site

MAX_CONCURRENCY = 8
# What is meant where nothing is said.
API_KEY_NAME = "X-Api-Key"
DEPTH = 3
MAX_PAGES = 100_000

# Headers that are credentials: they belong to the authentication, whose secrets are kept encrypted.
_CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}
# Headers that belong to the connection: the client writes them.
_CONNECTION = {"host", "content-length", "transfer-encoding", "connection"}


def _at(step: str, group: str) -> dict[str, Any]:
    return {"step": step, "group": group}


def _written(value: Any) -> Any:
    """YAML makes dates of 2024-12-31: they were meant as they are written."""
    return value.isoformat() if isinstance(value, dt.date) else value


# A text of several kilobytes is no parameter; a name that is too long is a mistake.
Scalar: TypeAlias = Annotated[str | bool | int | float, BeforeValidator(_written)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Path: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]

_ADDRESS, _AUTH = _at("location", "address"), _at("location", "auth")
_RECORDS, _PAGES = _at("settings", "records"), _at("settings", "pages")
_NEWS, _PACE = _at("settings", "news"), _at("settings", "pace")


class RestConfig(BaseModel):
    """An API and how to read it. Flat, for forms; what is left out is detected, and pinned when a run starts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(min_length=1, max_length=2000, title=lazy(_("address of the API")), json_schema_extra=_ADDRESS)
    method: Method = Field(default=Method.GET, title=lazy(_("method")), json_schema_extra=_ADDRESS)
    params: dict[Name, Scalar] | None = Field(
        default=None,
        title=lazy(_("parameters")),
        description=lazy(_("Those of the address, one on each line: name: value.")),
        json_schema_extra=_ADDRESS,
    )
    body: dict[str, Any] | None = Field(
        default=None,
        title=lazy(_("JSON sent with POST")),
        description=lazy(_("In YAML or in JSON.")),
        json_schema_extra=_ADDRESS,
    )
    params_in_body: bool = Field(
        default=False,
        title=lazy(_("parameters go in the JSON that is sent")),
        description=lazy(_("Those of pages and of dates too; a dotted name such as variables.after goes deeper.")),
        json_schema_extra=_ADDRESS,
    )
    headers: dict[Name, str] | None = Field(
        default=None,
        title=lazy(_("headers")),
        description=lazy(_("One on each line: name: value. No key nor password: they have fields of their own.")),
        json_schema_extra=_ADDRESS,
    )

    auth: Auth = Field(default=Auth.NONE, title=lazy(_("authentication")), json_schema_extra=_AUTH)
    username: str | None = Field(default=None, max_length=500, title=lazy(_("name")), json_schema_extra=_AUTH)
    password: SecretStr | None = Field(default=None, title=lazy(_("password")), json_schema_extra=_AUTH)
    token: SecretStr | None = Field(default=None, title=lazy(_("bearer token")), json_schema_extra=_AUTH)
    api_key: SecretStr | None = Field(default=None, title=lazy(_("API key")), json_schema_extra=_AUTH)
    api_key_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        title=lazy(_("name of the header or of the parameter that carries the key")),
        description=lazy(_("X-Api-Key when left out.")),
        json_schema_extra=_AUTH,
    )
    api_key_in: KeyPlace = Field(default=KeyPlace.HEADER, title=lazy(_("where the key goes")), json_schema_extra=_AUTH)
    token_url: str | None = Field(
        default=None, max_length=2000, title=lazy(_("address that gives tokens")), json_schema_extra=_AUTH
    )
    client_id: str | None = Field(
        default=None, max_length=500, title=lazy(_("identifier of the application")), json_schema_extra=_AUTH
    )
    client_secret: SecretStr | None = Field(
        default=None, title=lazy(_("secret of the application")), json_schema_extra=_AUTH
    )
    scope: str | None = Field(
        default=None,
        max_length=1000,
        title=lazy(_("scopes asked for")),
        description=lazy(_("Separated by spaces.")),
        json_schema_extra=_AUTH,
    )
    client_in_body: bool = Field(
        default=False,
        title=lazy(_("the identifier and the secret go in the body of the request for a token")),
        json_schema_extra=_AUTH,
    )

    records_path: Path | None = Field(
        default=None,
        title=lazy(_("where the records are in the answer")),
        description=lazy(_("Names separated by dots, such as data.items; one dot alone for the whole answer.")),
        json_schema_extra=_RECORDS,
    )
    nested: Nested = Field(default=Nested.JSON, title=lazy(_("nested values")), json_schema_extra=_RECORDS)
    depth: int | None = Field(
        default=None,
        ge=1,
        le=10,
        title=lazy(_("levels put in columns")),
        description=lazy(_("What is deeper is kept as JSON text; 3 when left out.")),
        json_schema_extra=_RECORDS,
    )

    pagination: PagingKind = Field(default=PagingKind.AUTO, title=lazy(_("pages")), json_schema_extra=_PAGES)
    next_path: Path | None = Field(
        default=None,
        title=lazy(_("where the next link or the cursor is in the answer")),
        description=lazy(_("Such as links.next, or data.-1.id for the identifier of the last record.")),
        json_schema_extra=_PAGES,
    )
    next_header: Name | None = Field(
        default=None, title=lazy(_("header that holds the cursor")), json_schema_extra=_PAGES
    )
    more_path: Path | None = Field(
        default=None,
        title=lazy(_("where the answer says whether there is more")),
        description=lazy(_("Such as has_more: reading ends when it is false.")),
        json_schema_extra=_PAGES,
    )
    total_path: Path | None = Field(
        default=None, title=lazy(_("where the number of records is in the answer")), json_schema_extra=_PAGES
    )
    cursor_param: Name | None = Field(
        default=None, title=lazy(_("parameter that carries the cursor")), json_schema_extra=_PAGES
    )
    page_param: Name | None = Field(
        default=None,
        title=lazy(_("parameter that carries the page number")),
        description=lazy(_("page when left out.")),
        json_schema_extra=_PAGES,
    )
    first_page: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        title=lazy(_("number of the first page")),
        description=lazy(_("1 when left out.")),
        json_schema_extra=_PAGES,
    )
    offset_param: Name | None = Field(
        default=None,
        title=lazy(_("parameter that carries the rank of the first record")),
        description=lazy(_("offset when left out.")),
        json_schema_extra=_PAGES,
    )
    size_param: Name | None = Field(
        default=None, title=lazy(_("parameter that carries the size of pages")), json_schema_extra=_PAGES
    )
    page_size: int | None = Field(
        default=None, ge=1, le=100_000, title=lazy(_("records in a page")), json_schema_extra=_PAGES
    )
    max_pages: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        title=lazy(_("most pages read")),
        description=lazy(_("A run that reaches it fails rather than stop in the middle; 100,000 when left out.")),
        json_schema_extra=_PAGES,
    )

    cursor_field: Path | None = Field(
        default=None,
        title=lazy(_("field that says what is new")),
        description=lazy(_("Such as updated_at: a run then asks only for what came since the one before.")),
        json_schema_extra=_NEWS,
    )
    cursor_kind: ValueKind | None = Field(default=None, title=lazy(_("what its values are")), json_schema_extra=_NEWS)
    since_param: Name | None = Field(
        default=None, title=lazy(_("parameter that asks for what is not before")), json_schema_extra=_NEWS
    )
    until_param: Name | None = Field(
        default=None, title=lazy(_("parameter that asks for what is not after")), json_schema_extra=_NEWS
    )
    bound_format: BoundFormat = Field(
        default=BoundFormat.AS_RECORDS,
        title=lazy(_("how these parameters are written")),
        json_schema_extra=_NEWS,
    )
    lag: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        title=lazy(_("how far back to read again")),
        description=lazy(_("For records that come late: in seconds for instants, in days for dates, else in units.")),
        json_schema_extra=_NEWS,
    )

    requests_per_second: float | None = Field(
        default=None,
        ge=0.001,
        le=1000,
        title=lazy(_("requests per second, at most")),
        description=lazy(_("Never more than the operator allows.")),
        json_schema_extra=_PACE,
    )
    concurrency: int | None = Field(
        default=None,
        ge=1,
        le=MAX_CONCURRENCY,
        title=lazy(_("requests at the same time")),
        description=lazy(_("For pages asked for by number or by rank: the others only come one after another.")),
        json_schema_extra=_PACE,
    )

    @field_validator("url", "token_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        return url if url is None else checked_address(url)

    @field_validator("headers")
    @classmethod
    def _holds_no_credentials(cls, headers: dict[str, str] | None) -> dict[str, str] | None:
        for name in headers or {}:
            if name.lower() in _CREDENTIALS:
                raise ValueError(
                    _now("Give “%(name)s” by the authentication, which keeps it encrypted.") % {"name": name}
                )
            if name.lower() in _CONNECTION:
                raise ValueError(_now("Take “%(name)s” out: it is written by itself.") % {"name": name})
        return headers

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for is_wrong, sentence in (
            (self.body is not None and self.method != Method.POST, _("Choose POST to send JSON.")),
            (self.params_in_body and self.method != Method.POST, _("Choose POST to send parameters in JSON.")),
            (self.auth == Auth.BASIC and not self.username, _("Give the name that goes with the password.")),
            (self.auth == Auth.OAUTH2 and not self.token_url, _("Give the address that gives tokens.")),
            (self.auth == Auth.OAUTH2 and not self.client_id, _("Give the identifier of the application.")),
            (
                self.pagination == PagingKind.LINK_JSON and not self.next_path,
                _("Say where the next link is in the answer."),
            ),
            (
                self.pagination == PagingKind.CURSOR and not self.cursor_param,
                _("Name the parameter that carries the cursor."),
            ),
            (
                self.pagination == PagingKind.CURSOR and bool(self.next_path) == bool(self.next_header),
                _("Say where the cursor is: in the answer or in a header, one of the two."),
            ),
            (
                bool(self.page_size) != bool(self.size_param),
                _("Give both the size of pages and the parameter that carries it, or neither."),
            ),
            (
                bool(self.since_param or self.until_param) and not self.cursor_field,
                _("Name the field that says what is new."),
            ),
        ):
            # The secrets are not looked at: they are kept apart, and settings are read without them too.
            if is_wrong:
                raise ValueError(str(sentence))
        return self

    @property
    def name(self) -> str:
        """What the stream is called: the end of the address."""
        parts = urlsplit(self.url)
        name = unquote(parts.path).rstrip("/").rpartition("/")[2]
        return "".join(each for each in name if each.isprintable())[:255] or parts.netloc

    @property
    def host(self) -> str:
        return Site.of(self.url).host
