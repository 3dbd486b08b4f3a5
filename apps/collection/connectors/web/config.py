"""What people say of a site: where to start, which links to follow, what to read in the pages, how politely."""

from collections.abc import Callable
from typing import Annotated, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from apps.collection.connectors.fields import checked_address, lazy
from apps.collection.crawler.urls import TRACKING, host_of

# The column of the address of the page.
URL = "url"
MAX_PAGES = 100_000


class StartKind(TextChoices):
    PAGE = "page", _("Pages of the site")
    LISTING = "listing", _("Sitemaps, or RSS or Atom feeds")


def _is_not_empty(lines: tuple[str, ...]) -> tuple[str, ...]:
    # Said by `min_length`, it would also be said of a list whose only line is refused.
    if not lines:
        raise ValueError(str(_("Give one at least.")))
    return lines


def _readable(read: Callable[[str], None]) -> AfterValidator:
    """Have a line refused, in the reader's language, if this cannot read it."""

    def check(line: str) -> str:
        if line:
            read(line)
        return line

    return AfterValidator(check)


# The notations are read by lxml: only where there is something to read, for not all processes have a use for it.
def _read_field(line: str) -> None:
    from apps.collection.crawler.selecting import field_rule

    field_rule(line)


def _read_link(line: str) -> None:
    from apps.collection.crawler.links import link_rule

    link_rule(line)


def _read_selector(line: str) -> None:
    from apps.collection.crawler.selecting import as_xpath

    as_xpath(line)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Address = Annotated[Line, AfterValidator(checked_address)]
FieldLine = Annotated[Line, _readable(_read_field)]
LinkLine = Annotated[Line, _readable(_read_link)]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9.:\[\]-]{1,253}$")]
Parameter = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class WebConfig(BaseModel):
    """A site, and what to read there. Lists are written one on each line; the notation is that of `crawler`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start_urls: Annotated[tuple[Address, ...], AfterValidator(_is_not_empty)] = Field(
        max_length=100,
        title=lazy(_("addresses to start from")),
        description=lazy(_("Pages, sitemaps or feeds, one on each line.")),
        json_schema_extra={"step": "location"},
    )
    start_kind: StartKind | None = Field(
        default=None, title=lazy(_("what these addresses are")), json_schema_extra={"step": "location"}
    )
    allowed_domains: tuple[Domain, ...] | None = Field(
        default=None,
        max_length=100,
        title=lazy(_("domains that may be visited")),
        description=lazy(_("One on each line. If left out: those of the addresses to start from, and no other.")),
        json_schema_extra={"step": "location"},
    )
    terms: str = Field(
        default="",
        max_length=4_000,
        title=lazy(_("terms of use of the site")),
        description=lazy(_("Where they are, and what they say of collecting: whoever reviews this source reads it.")),
        json_schema_extra={"group": "terms"},
    )
    terms_checked: bool = Field(
        default=False,
        title=lazy(_("I have read the terms of use, and they allow this collection")),
        json_schema_extra={"group": "terms"},
    )
    follow: tuple[LinkLine, ...] | None = Field(
        default=None,
        max_length=50,
        title=lazy(_("links to follow")),
        description=lazy(
            _("One on each line: where they are (li.next a), or the shape of their address (/list/*). None if empty.")
        ),
        json_schema_extra={"group": "pages"},
    )
    item_pages: tuple[LinkLine, ...] | None = Field(
        default=None,
        max_length=50,
        title=lazy(_("links to the pages to read")),
        description=lazy(
            _("One on each line, written likewise: h3 a, or /product/*. If left out, every page visited is read.")
        ),
        json_schema_extra={"group": "pages"},
    )
    item_selector: Annotated[str, StringConstraints(strip_whitespace=True), _readable(_read_selector)] = Field(
        default="",
        max_length=1_000,
        title=lazy(_("what holds each item, in a page that has several")),
        description=lazy(_("A CSS selector (article.product) or XPath. If left out, a page holds one item.")),
        json_schema_extra={"group": "items"},
    )
    fields: Annotated[tuple[FieldLine, ...], AfterValidator(_is_not_empty)] = Field(
        max_length=200,
        title=lazy(_("fields")),
        description=lazy(
            _("One on each line: title = h1, price = .price | required, photo = img::attr(src), city = //dd[1]/text().")
        ),
        json_schema_extra={"group": "items"},
    )
    ignored_parameters: tuple[Parameter, ...] | None = Field(
        default=None,
        max_length=100,
        title=lazy(_("parameters that do not make another page")),
        description=lazy(_("One on each line, * standing for anything. Those of trackers and sessions already are.")),
        json_schema_extra={"group": "pages"},
    )
    max_depth: int = Field(
        default=20, ge=0, le=1_000, title=lazy(_("links followed in a row")), json_schema_extra={"group": "limits"}
    )
    max_pages: int = Field(
        default=5_000, ge=1, le=MAX_PAGES, title=lazy(_("pages visited")), json_schema_extra={"group": "limits"}
    )
    max_page_kb: int = Field(
        default=2_048, ge=1, le=51_200, title=lazy(_("size of a page, in kB")), json_schema_extra={"group": "limits"}
    )
    max_minutes: int = Field(
        default=90, ge=1, le=100, title=lazy(_("minutes of visit")), json_schema_extra={"group": "limits"}
    )
    delay: float = Field(
        default=1.0,
        ge=0,
        le=60,
        title=lazy(_("seconds between two pages")),
        description=lazy(_("At least: a site that is slow, or that asks for more in its robots.txt, is given more.")),
        json_schema_extra={"group": "manners"},
    )
    concurrency: int = Field(
        default=2,
        ge=1,
        le=8,
        title=lazy(_("pages asked for at the same time")),
        json_schema_extra={"group": "manners"},
    )
    timeout: int = Field(
        default=30, ge=1, le=120, title=lazy(_("seconds that a page may take")), json_schema_extra={"group": "manners"}
    )
    cookies: bool = Field(
        default=False, title=lazy(_("keep the cookies of the site")), json_schema_extra={"group": "manners"}
    )
    contact: str = Field(
        default="",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        title=lazy(_("address that the site may write to")),
        description=lazy(_("Told to the site with each page. If left out: that of this instance.")),
        json_schema_extra={"group": "manners"},
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [URL, *self.field_names]
        for name in names:
            if names.count(name) > 1:
                text = _("Two fields are called “%(name)s”; “url” is the address of the page, which is always kept.")
                raise ValueError(str(text % {"name": name}))
        return self

    @property
    def field_names(self) -> tuple[str, ...]:
        from apps.collection.crawler.selecting import field_rule

        return tuple(field_rule(line).name for line in self.fields)

    @property
    def columns(self) -> tuple[str, ...]:
        return (URL, *self.field_names)

    @property
    def name(self) -> str:
        """What the site is called."""
        return urlsplit(self.start_urls[0]).netloc

    @property
    def domains(self) -> tuple[str, ...]:
        return self.allowed_domains or tuple(
            dict.fromkeys(host_of(url).removeprefix("www.") for url in self.start_urls)
        )

    @property
    def dropped(self) -> tuple[str, ...]:
        return (*TRACKING, *(self.ignored_parameters or ()))

    @property
    def user_agent(self) -> str:
        """Who visits, and where they may be written to."""
        contact = self.contact or settings.ORGANISATION["contact_email"]
        about = f"+{settings.SITE_URL}; {contact}" if contact else f"+{settings.SITE_URL}"
        return f"Ecluse/{settings.VERSION} ({about})"
