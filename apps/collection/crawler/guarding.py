"""The guard of `apps.core.http`, inside Scrapy: no connection but to an address that it lets pass.

Twisted connects to the numbers that its resolver of names gives it, whatever spelt the host: a link, a redirection,
robots.txt, a number. So the resolver is where an address is judged: a name is asked once, each answer is judged, and
only those that pass are given to be connected to. Nothing is asked again in between (DNS rebinding).
"""

import socket
from asyncio import get_running_loop
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThreadPool
from zope.interface import implementer

from apps.collection.crawler.orders import Orders
from apps.collection.crawler.urls import host_of, is_inside
from apps.core.http.errors import UrlRefused
from apps.core.http.policy import Policy
from apps.core.http.urls import Site, check_url

ORDERS = "ECLUSE_ORDERS"
# In `Request.meta`: not one of the pages to visit, but what visiting them asks for.
AUXILIARY = "ecluse_auxiliary"

Lookup = Callable[..., Sequence[Any]]


class Refused(IgnoreRequest):
    """A page that is not asked for; `why` is what `spider.py` says of it."""

    def __init__(self, why: str, *, retry_after: float = 0) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class Gate:
    """A downloader middleware, the first: looks at each address before it is asked for, redirections included."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.policy = orders.policy

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler.settings[ORDERS])

    async def process_request(self, request: Request) -> None:
        try:
            check_url(request.url, self.policy)
        except UrlRefused:
            raise Refused("address_not_allowed") from None
        if not request.meta.get(AUXILIARY) and not is_inside(request.url, self.orders.domains):
            raise Refused("elsewhere")
        if self.policy.proxy:
            await self._judge_behind_proxy(host_of(request.url))
            request.meta["proxy"] = self.policy.proxy

    async def _judge_behind_proxy(self, host: str) -> None:
        """The proxy resolves names, so only it can guard them; what is forbidden as seen from here is refused here."""
        try:
            found = await get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return
        if all(self.policy.refusal(host, ip_address(address[0])) for *_others, address in found):
            raise Refused("address_not_allowed")


def refused_hosts() -> set[str]:
    """The hosts of which the resolver of this process refused every address."""
    from twisted.internet import reactor

    resolver: GuardedResolver = reactor.nameResolver
    return resolver.refused


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """The system's resolver cannot be interrupted; whoever waits has a time of its own."""


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names as the system does, and keeps to itself the addresses that may not be connected to.

    `refused` are the hosts of which every address was: Twisted only knows that there was none.
    """

    def __init__(self, reactor: Any, policy: Policy, lookup: Lookup = socket.getaddrinfo) -> None:
        self.reactor = reactor
        self.policy = policy
        self.lookup = lookup
        self.refused: set[str] = set()
        self._proxy = urlsplit(policy.proxy).hostname if policy.proxy else None

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        return cls(reactor, crawler.settings[ORDERS].policy)

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 -- the name that Twisted calls it by
        self,
        resolutionReceiver: Any,  # noqa: N803 -- likewise
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Any = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        asked: Deferred[Any] = deferToThreadPool(
            self.reactor, self.reactor.getThreadPool(), self.lookup, hostName, portNumber, type=socket.SOCK_STREAM
        )

        def give(found: Sequence[Any]) -> None:
            for address in self._permitted(hostName, portNumber, found):
                resolutionReceiver.addressResolved(address)
            resolutionReceiver.resolutionComplete()

        asked.addErrback(lambda _failure: [])
        asked.addCallback(give)
        return resolution

    def _permitted(self, host: str, port: int, found: Sequence[Any]) -> Iterator[IPv4Address | IPv6Address]:
        passed = False
        for family, _kind, _protocol, _name, address in found:
            if host != self._proxy and self.policy.refusal(host, ip_address(address[0])):
                continue
            passed = True
            make = IPv6Address if family == socket.AF_INET6 else IPv4Address
            yield make("TCP", address[0], port)
        if found and not passed:
            self.refused.add(Site.of(f"http://[{host}]/" if ":" in host else f"http://{host}/").host)
