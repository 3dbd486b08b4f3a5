"""What the operator allows, and how much a call may take: values read once from the settings, then passed on."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.http.addresses import Address, Network, Refusal, refusal

# What trusting a *name* opens. Whoever answers for that name's DNS chooses the address, so never the metadata service.
_OPENED_BY_NAME = frozenset({Refusal.LOOPBACK, Refusal.PRIVATE, Refusal.SHARED})


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Where calls may go. Without arguments: the public web, on its two ports."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({80, 443})
    proxy: str = ""
    ca_bundle: str = ""
    per_second: float = 10

    @classmethod
    def from_settings(cls) -> Self:
        """Raises ImproperlyConfigured, naming the variable, if a value makes no sense."""
        proxy = settings.OUTBOUND_PROXY
        if proxy and urlsplit(proxy).scheme != "http":
            raise ImproperlyConfigured("OUTBOUND_PROXY must begin with http://.")
        return cls(
            networks=_networks(settings.OUTBOUND_ALLOWED_NETWORKS),
            hosts=frozenset(host.lower().rstrip(".") for host in settings.OUTBOUND_ALLOWED_HOSTS),
            ports=frozenset(settings.OUTBOUND_ALLOWED_PORTS),
            proxy=proxy,
            ca_bundle=settings.OUTBOUND_CA_BUNDLE,
            per_second=settings.OUTBOUND_REQUESTS_PER_SECOND,
        )

    def refusal(self, host: str, address: Address) -> Refusal | None:
        """Why this address of this host may not be connected to, or None."""
        reason = refusal(address, allowed=self.networks)
        is_trusted_name = host.lower().rstrip(".") in self.hosts
        return None if is_trusted_name and reason in _OPENED_BY_NAME else reason

    def pace(self, asked: float | None) -> float:
        """How often one host is called per second: a caller may ask for less than the operator's rate, not for more."""
        return min(rate for rate in (asked, self.per_second) if rate) if asked or self.per_second else 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one call may take, its redirections and its retries included.

    `connect`, `read` and `total` are seconds: for a connection with its TLS handshake, between two bytes, for
    everything. `size` is in bytes after decompression. `per_second` slows the calls to one host below the operator's
    own rate.
    """

    connect: float = 10
    read: float = 30
    total: float = 120
    size: int = 50 * 1024 * 1024
    redirects: int = 5
    tries: int = 4
    per_second: float | None = None

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            connect=settings.OUTBOUND_CONNECT_TIMEOUT,
            read=settings.OUTBOUND_READ_TIMEOUT,
            total=settings.OUTBOUND_TOTAL_TIMEOUT,
            size=settings.OUTBOUND_MAX_BYTES,
            redirects=settings.OUTBOUND_MAX_REDIRECTS,
            tries=settings.OUTBOUND_MAX_TRIES,
        )


def _networks(texts: Iterable[str]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"OUTBOUND_ALLOWED_NETWORKS: {error}.") from error
