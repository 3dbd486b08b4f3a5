"""Manners: robots.txt obeyed before anything is asked for, and a site that asks for patience gets it.

Scrapy's own middleware takes the page of a server that fails for a robots.txt that forbids nothing, and knows neither
Crawl-delay nor Retry-After (scrapy/scrapy#3849).
"""

from asyncio import Future, get_running_loop
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.asyncio import call_later

from apps.collection.crawler.guarding import AUXILIARY, ORDERS, Refused
from apps.collection.crawler.robots import Robots, robots_url
from apps.core.http.retrying import retry_after

# In `Request.meta`: the seconds that its last answer asked for.
RETRY_AFTER = "ecluse_retry_after"
_BUSY = (429, 503)


class RobotsGate:
    """A downloader middleware: each page, redirections included, against the robots.txt of its site, fetched once."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self._robots: dict[str, Future[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(AUXILIARY):
            return
        robots = await self._of(request.url)
        if robots.is_closed:
            raise Refused("unreachable")
        if not robots.allows(request.url):
            raise Refused("robots")

    async def _of(self, url: str) -> Robots:
        key = robots_url(url)
        if key not in self._robots:
            self._robots[key] = get_running_loop().create_future()
            self._robots[key].set_result(await self._fetch(key))
        return await self._robots[key]

    async def _fetch(self, url: str) -> Robots:
        request = Request(url, meta={AUXILIARY: True, "handle_httpstatus_list": []}, callback=NO_CALLBACK, priority=1)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception:  # whatever it is, it could not be read, and RFC 9309 has one answer to that
            return Robots(is_closed=True)
        robots = Robots.read(response.status, response.body)
        self.crawler.get_extension(PoliteThrottle).least[urlsplit(url).hostname or ""] = robots.delay
        return robots


class PoliteThrottle(AutoThrottle):
    """Scrapy's, that never goes under what the robots.txt of the host asks for. `least` is in seconds, by host."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.least: dict[str, float] = {}

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, self.least.get(urlsplit(response.url).hostname or "", 0.0))


class Patience:
    """A downloader middleware: an answer that says when to come back stops all calls to its host until then.

    If that is too far, the visit is put off as a whole: the pages that are left are for another process, later.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.max_hold: float = crawler.settings[ORDERS].max_hold

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status not in _BUSY:
            return response
        asked = (response.headers.get("Retry-After") or b"").decode("latin-1")
        seconds = retry_after({"Retry-After": asked}, now=datetime.now(UTC))
        if seconds and seconds > self.max_hold:
            raise Refused("rate_limited", retry_after=seconds)
        if seconds:
            request.meta[RETRY_AFTER] = seconds
            self._hold(request, seconds)
        return response

    def _hold(self, request: Request, seconds: float) -> None:
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(request.meta.get(downloader.DOWNLOAD_SLOT))
        if slot is None:
            return
        # What waits for its turn in a slot waits for this call: the one that the delay between pages uses.
        if slot.latercall:
            slot.latercall.cancel()
        slot.latercall = call_later(seconds, downloader._latercall, slot)
