"""The visit itself: pages are asked for as they are told on the input, and what each holds is told on the output.

A page is told in one line, all of it or nothing:

    {"id", "url", "items": [{"values", "missing"}] or null, "links": [[url, is_item]], "listings": [url]}
    {"id", "url", "why", "status"?, "retry_after"?}     it was not read

Without `items`, the page was not looked into for any.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from apps.collection.crawler.guarding import Refused, refused_hosts
from apps.collection.crawler.links import links_of
from apps.collection.crawler.listings import read_listing, unzipped
from apps.collection.crawler.orders import MAX_LISTING, Orders
from apps.collection.crawler.pages import Page, is_a_page
from apps.collection.crawler.politeness import RETRY_AFTER
from apps.collection.crawler.selecting import rows_of
from apps.collection.crawler.urls import host_of

_LINE = 1024 * 1024
_STATS = {
    "requests": "downloader/request_count",
    "bytes": "downloader/response_bytes",
    "retries": "retry/count",
}


class SiteSpider(scrapy.Spider):
    """Asks for the pages that it is told, and for none of those that it finds there: that is the connector's to say."""

    name = "site"

    def __init__(self, orders: Orders, output: BinaryIO, **options: Any) -> None:
        super().__init__(**options)
        self.orders = orders
        self.output = output
        self.fields = orders.field_rules
        self.rules = orders.link_rules
        self.waiting: set[int] = set()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        lines = asyncio.StreamReader(limit=_LINE)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        self._write({"ready": True})
        while line := await lines.readline():
            task = json.loads(line)
            self.waiting.add(task["id"])
            meta: dict[str, Any] = {"task": task}
            if task["kind"] in ("start", "listing"):  # a person gave it, or a sitemap did: it may be a sitemap
                meta["download_maxsize"] = MAX_LISTING
            yield scrapy.Request(task["url"], callback=self.parse, errback=self.failed, dont_filter=True, meta=meta)
        if self.waiting:  # whoever told us to visit is gone
            os._exit(1)

    def parse(self, response: Response, **_options: Any) -> None:
        task = response.meta["task"]
        self.tell(task, url=response.url, **self._read(response, task["kind"]))

    def failed(self, failure: Failure) -> None:
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        self.tell(request.meta["task"], url=request.url, **self._why(failure.value, request))

    def tell(self, task: dict[str, Any], **said: Any) -> None:
        self.waiting.discard(task["id"])
        self._write({"id": task["id"], **said})

    def closed(self, reason: str) -> None:
        stats = self.crawler.stats
        found = {name: stats.get_value(key, 0) for name, key in _STATS.items()} if stats else {}
        self._write({"stats": found})

    def _write(self, said: dict[str, Any]) -> None:
        try:
            self.output.write(json.dumps(said).encode() + b"\n")
            self.output.flush()
        except BrokenPipeError:  # nobody listens any more
            os._exit(1)

    def _read(self, response: Response, kind: str) -> dict[str, Any]:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        body = unzipped(response.body, limit=MAX_LISTING)
        if body is None:
            return {"why": "too_large"}
        if kind in ("start", "listing") and (listing := read_listing(body, url=response.url)):
            entries = [[url, self.rules.is_item(url)] for url in listing.pages if self.rules.is_listed(url)]
            return {"items": None, "links": entries, "listings": list(listing.listings)}
        if kind == "listing":
            return {"why": "not_a_listing"}
        if not is_a_page(body, content_type):
            return {"why": "not_a_page"}
        page = Page.read(body, url=response.url, content_type=content_type)
        is_item = kind == "item" or (kind == "start" and self.rules.is_item(response.url))
        rows = rows_of(page, self.fields, self.orders.item_selector) if is_item else None
        return {
            "items": rows and [{"values": row.values, "missing": row.missing} for row in rows],
            "links": list(links_of(page, self.rules)),
        }

    def _why(self, error: BaseException | None, request: scrapy.Request) -> dict[str, Any]:
        match error:
            case Refused():
                return {"why": error.why, "retry_after": error.retry_after}
            case HttpError() if error.response.status == 429:
                return {"why": "rate_limited", "retry_after": request.meta.get(RETRY_AFTER, 0)}
            case HttpError():
                return {"why": "status", "status": error.response.status}
            case DownloadTimeoutError():
                return {"why": "timeout"}
            case CannotResolveHostError() if host_of(request.url) in refused_hosts():
                return {"why": "address_not_allowed"}
            case DownloadCancelledError():
                return {"why": "too_large"}
            case IgnoreRequest():
                # Scrapy's own reasons: too many redirections, more than the limit once decompressed.
                return {"why": "redirects" if "redirect" in str(error) else "too_large"}
        return {"why": "unreachable"}
