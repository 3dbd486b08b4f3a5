"""The program that visits, seen from here: told which pages, and listened to."""

import logging
import os
from time import monotonic
from types import TracebackType
from typing import Any, ClassVar

import orjson

from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import VisitBroken
from apps.collection.connectors.web.programs import Program
from apps.collection.crawler.orders import Orders
from apps.core.http.policy import Policy

logger = logging.getLogger(__name__)

_END_SECONDS = 5.0
_MARGIN_SECONDS = 60.0
# A page is asked for three times, after its robots.txt.
_ASKED_AT_MOST = 4


def orders_for(config: WebConfig) -> Orders:
    """What the program is told. A proxy may have a password, so all of it goes through the pipe."""
    policy = Policy.from_settings()
    # The pace of one host is the operator's. Other processes are not counted in it here, as `core.http.pacing` does.
    floor = 1 / policy.per_second if policy.per_second else 0.0
    return Orders(
        parent=os.getpid(),
        user_agent=config.user_agent,
        domains=config.domains,
        fields=config.fields,
        item_selector=config.item_selector,
        follow=config.follow or (),
        items=config.item_pages or (),
        dropped=config.dropped,
        cookies=config.cookies,
        delay=max(config.delay, floor),
        concurrency=config.concurrency,
        max_size=config.max_page_kb * 1024,
        timeout=config.timeout,
        networks=tuple(map(str, policy.networks)),
        hosts=tuple(policy.hosts),
        ports=tuple(policy.ports),
        proxy=policy.proxy,
    )


def longest_silence(orders: Orders) -> float:
    """The seconds between two pages: the slowest one, asked for as often as it may be, after the longest patience."""
    return _MARGIN_SECONDS + _ASKED_AT_MOST * (orders.timeout + orders.max_hold)


class Visitor(Program):
    """Leaving the block ends it: at once after an error, else once it has said its last word."""

    module: ClassVar[str] = "apps.collection.crawler"

    def __init__(self, orders: Orders, *, host: str) -> None:
        super().__init__(orders.as_line())
        self.orders = orders
        self.host = host

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._listen_to_the_end()
        finally:
            super().__exit__(kind, error, trace)

    def lost(self) -> VisitBroken:
        return VisitBroken(host=self.host)

    def ask(self, number: int, *, url: str, kind: str) -> None:
        """Have a page visited. Raises VisitBroken if the program is no longer there."""
        self.tell(orjson.dumps({"id": number, "url": url, "kind": kind}) + b"\n")

    def listen(self) -> dict[str, Any]:
        """What it says of the next page. Raises VisitBroken if it ended or says nothing for too long."""
        return self.hear(seconds=longest_silence(self.orders))

    def _listen_to_the_end(self) -> None:
        self.tell_no_more()
        line = self.line(until=monotonic() + _END_SECONDS)
        if stats := orjson.loads(line).get("stats") if line else None:
            logger.info("A site was visited: %(requests)s requests, %(bytes)s bytes, %(retries)s retries.", stats)
