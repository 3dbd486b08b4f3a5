"""How pages follow one another: what to ask for after an answer. Pure: an answer in, the next request or the end out.

A *place* says which page to ask for, in JSON, for it is kept in cursors: `{}` the first, `{"url": …}`, `{"page": 3}`,
`{"offset": 200}` or `{"cursor": …}` the others.
"""

from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict

from apps.collection.connectors.rest.answers import Answer
from apps.collection.connectors.rest.choices import PagingKind
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.documents import MISSING, kind_of, look
from apps.collection.connectors.rest.exceptions import FewerThanAnnounced, NextNotUsable
from apps.core.http.errors import UrlRefused
from apps.core.http.urls import Site

Place: TypeAlias = dict[str, Any]

FIRST: Place = {}


class Paging(BaseModel):
    """How the pages of an API follow one another, nothing left to detect: pinned in the part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: PagingKind
    next_path: str | None = None
    next_header: str | None = None
    more_path: str | None = None
    total_path: str | None = None
    cursor_param: str = ""
    page_param: str = "page"
    first_page: int = 1
    offset_param: str = "offset"
    size_param: str | None = None
    page_size: int | None = None

    @classmethod
    def of(cls, config: RestConfig, **changes: Any) -> "Paging":
        """As the settings say, changed by what was detected."""
        said: dict[str, Any] = {
            "kind": config.pagination,
            "next_path": config.next_path,
            "next_header": config.next_header,
            "more_path": config.more_path,
            "total_path": config.total_path,
            "cursor_param": config.cursor_param or "",
            "page_param": config.page_param or "page",
            "first_page": 1 if config.first_page is None else config.first_page,
            "offset_param": config.offset_param or "offset",
            "size_param": config.size_param,
            "page_size": config.page_size,
        }
        return cls(**said | changes)

    @property
    def is_counted(self) -> bool:
        """Whether the place of a page can be told without having read the one before."""
        return self.kind in (PagingKind.PAGE, PagingKind.OFFSET)

    def params(self, place: Place) -> dict[str, Any]:
        """The parameters that ask for a page; a link already has them all."""
        if "url" in place:
            return {}
        params: dict[str, Any] = {self.size_param: self.page_size} if self.size_param else {}
        match self.kind:
            case PagingKind.PAGE:
                params[self.page_param] = place.get("page", self.first_page)
            case PagingKind.OFFSET:
                params[self.offset_param] = place.get("offset", 0)
            case PagingKind.CURSOR if "cursor" in place:
                params[self.cursor_param] = place["cursor"]
        return params


def following(
    paging: Paging, place: Place, answer: Answer, *, count: int, received: int, total: int | None
) -> Place | None:
    """The page after this one, None at the end.

    `count` records came with it, `received` with all until now, and there are `total` as far as the API said.

    Raises NextNotUsable, FewerThanAnnounced.
    """
    if paging.more_path and not _says_more(look(answer.document, paging.more_path)):
        return None
    match paging.kind:
        case PagingKind.LINK_HEADER:
            return _link(answer.next_link, answer, path="Link") if answer.next_link else None
        case PagingKind.LINK_JSON:
            path = paging.next_path or ""
            value = look(answer.document, path)
            value = value.get("href") if isinstance(value, dict) else value
            return _link(value, answer, path=path) if value else None
        case PagingKind.CURSOR:
            return _cursor(paging, answer)
        case PagingKind.PAGE | PagingKind.OFFSET:
            if count and (total is None or received < total):
                # A short page is not the last: servers cut them down, or hide records. An empty one is.
                return foreseen(paging, place, step=count)
            if total is not None and received < total:
                raise FewerThanAnnounced(host=answer.host, count=received, total=total)
    return None


def foreseen(paging: Paging, place: Place, *, step: int) -> Place:
    """The page that should come after this one, before it is read: `step` records further on."""
    if paging.kind == PagingKind.PAGE:
        return {"page": place.get("page", paging.first_page) + 1}
    return {"offset": place.get("offset", 0) + step}


def announced(paging: Paging, answer: Answer) -> int | None:
    """How many records the answer says that there are in all."""
    value = look(answer.document, paging.total_path) if paging.total_path else None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _cursor(paging: Paging, answer: Answer) -> Place | None:
    if paging.next_header:
        return {"cursor": value} if (value := answer.headers.get(paging.next_header)) else None
    path = paging.next_path or ""
    value = look(answer.document, path)
    if value is MISSING or value is None or value is False or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NextNotUsable(host=answer.host, path=path, found=kind_of(value))
    return {"cursor": value}


def _link(value: Any, answer: Answer, *, path: str) -> Place:
    if not isinstance(value, str):
        raise NextNotUsable(host=answer.host, path=path, found=kind_of(value))
    try:
        url = _on_same_scheme(urljoin(answer.url, value.strip()), answer.url)
        Site.of(url)
    except (ValueError, UrlRefused):
        raise NextNotUsable(host=answer.host, path=path, found=kind_of(value)) from None
    return {"url": url}


def _on_same_scheme(url: str, base: str) -> str:
    """An API behind a proxy often believes that it is called over http, and writes its links so."""
    link, origin = urlsplit(url), urlsplit(base)
    if (link.scheme, origin.scheme) == ("http", "https") and link.netloc == origin.netloc:
        return urlunsplit(link._replace(scheme="https"))
    return url


def _says_more(value: Any) -> bool:
    """Whether a “has more” says yes; where it is left out, something else must say the end."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "false", "0", "no")
    return value is MISSING or bool(value)
