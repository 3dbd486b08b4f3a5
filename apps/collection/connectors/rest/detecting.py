"""Telling how the pages of an API follow one another, from its first answer and, if that says nothing, from a few more.

What is detected is pinned in the part. What cannot be detected is never taken for the whole: an API that says that it
has more than it gave is an error, until someone says how to ask for the rest.
"""

from collections.abc import Callable, Mapping
from typing import Any

from apps.collection.connectors.rest.answers import Answer
from apps.collection.connectors.rest.choices import PagingKind
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.documents import MISSING, look
from apps.collection.connectors.rest.exceptions import PagesUnclear
from apps.collection.connectors.rest.pagination import Paging
from apps.collection.exceptions import CollectionError, Transient

# Where APIs and their frameworks write the link to the next page (Django REST framework, JSON:API, HAL, OData, Laravel,
# udata, Datasette…).
_LINKS = (
    "next",
    "next_url",
    "nextUrl",
    "nextLink",
    "@odata.nextLink",
    "odata.nextLink",
    "next_page",
    "next_page_url",
    "nextPageUrl",
    "next_href",
    "links.next",
    "_links.next",
    "meta.next",
    "meta.next_url",
    "meta.links.next",
    "paging.next",
    "pagination.next",
    "pagination.next_url",
    "pagination.links.next",
    "info.next",
)
# Where they write a cursor, and the parameter by which it is given back.
_CURSORS = {
    "next_cursor": "cursor",
    "nextCursor": "cursor",
    "meta.next_cursor": "cursor",
    "pagination.next_cursor": "cursor",
    "response_metadata.next_cursor": "cursor",
    "curseurSuivant": "curseur",
    "header.curseurSuivant": "curseur",
    "nextPageToken": "pageToken",
    "next_page_token": "page_token",
    "nextCursorMark": "cursorMark",
    "continuation_token": "continuation_token",
}
_TOTALS = (
    "total",
    "total_count",
    "totalCount",
    "total_results",
    "totalResults",
    "totalElements",
    "count",
    "nhits",
    "numberMatched",
    "recordsTotal",
    "meta.total",
    "meta.total_count",
    "meta.count",
    "pagination.total",
    "pagination.total_count",
    "paging.total",
    "page.totalElements",
    "response.numFound",
    "hits.total",
    "header.total",
)
# Parameters to try, in the order of how often they are met: what asks for the page, and its value.
_PROBES: tuple[tuple[PagingKind, str], ...] = (
    (PagingKind.OFFSET, "offset"),
    (PagingKind.PAGE, "page"),
    (PagingKind.OFFSET, "skip"),
    (PagingKind.OFFSET, "start"),
    (PagingKind.PAGE, "_page"),
)
# A list of 100 records and nothing else may be the first of many; one of 37 is most likely whole.
_ROUND = 10

Probe = Callable[[Mapping[str, Any]], Answer]


def detect_paging(config: RestConfig, answer: Answer, *, path: str | None, probe: Probe) -> Paging:
    """How the pages follow one another. `path` is where the records are; `probe` asks again, with more parameters.

    Raises PagesUnclear.
    """
    if config.pagination != PagingKind.AUTO:
        return Paging.of(config)
    return _from_signs(config, answer) or _from_probes(config, answer, path=path, probe=probe)


def _from_signs(config: RestConfig, answer: Answer) -> Paging | None:
    if answer.next_link:
        return Paging.of(config, kind=PagingKind.LINK_HEADER)
    if not isinstance(answer.document, dict):
        return None
    for path in _LINKS:
        value = look(answer.document, path)
        href = value.get("href") if isinstance(value, dict) else value
        if isinstance(href, str) and href.startswith(("http://", "https://", "/", "?", "./")):
            return Paging.of(config, kind=PagingKind.LINK_JSON, next_path=path)
    for path, param in _CURSORS.items():
        value = look(answer.document, path)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return Paging.of(config, kind=PagingKind.CURSOR, next_path=path, cursor_param=config.cursor_param or param)
    return None


def _from_probes(config: RestConfig, answer: Answer, *, path: str | None, probe: Probe) -> Paging:
    first = answer.records(path)
    total_path, total = _total(config, answer, count=len(first))
    has_more = total is not None or (len(first) > 0 and len(first) % _ROUND == 0 and not _says_the_end(answer))
    if has_more:
        for kind, param in _PROBES:
            value = len(first) if kind == PagingKind.OFFSET else 2
            if _is_another_page(first, {param: value}, path=path, probe=probe):
                name = "offset_param" if kind == PagingKind.OFFSET else "page_param"
                return Paging.of(config, kind=kind, total_path=total_path, **{name: param})
    if total is not None:
        raise PagesUnclear(host=answer.host, count=len(first), total=total)
    return Paging.of(config, kind=PagingKind.NONE)


def _is_another_page(first: list[Any], params: Mapping[str, Any], *, path: str | None, probe: Probe) -> bool:
    """Whether what comes is other records. A parameter that the API does not know is ignored, or refused."""
    try:
        answer = probe(params)
        records = answer.records(path)
    except Transient:
        raise
    except CollectionError:
        return False
    return bool(records) and records[:1] != first[:1] and not any(each in first for each in records[:3])


def _total(config: RestConfig, answer: Answer, *, count: int) -> tuple[str | None, int | None]:
    """Where the answer says how many records there are, if it holds fewer: a count may be that of the page."""
    for path in [config.total_path] if config.total_path else _TOTALS:
        value = look(answer.document, path)
        if isinstance(value, int) and not isinstance(value, bool) and value > count > 0:
            return path, value
    return None, None


def _says_the_end(answer: Answer) -> bool:
    """Whether the answer has a place for what comes next, which is empty: what it gave is whole."""
    places = (*_LINKS, *_CURSORS)
    return any(look(answer.document, path) is not MISSING for path in places)
