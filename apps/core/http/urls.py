"""Reading the address of a call before anything is resolved: quick answers for forms, whose credentials it may carry.

None of this is the guard: what is refused here for its address is refused again on the connection, whatever the
spelling.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.http.addresses import Address
from apps.core.http.errors import AddressRefused, PortRefused, UrlRefused
from apps.core.http.policy import Policy

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Site:
    """What browsers call an origin: credentials given to one are not shown to another."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises UrlRefused if the URL is not one of the web, or carries a name or a password."""
        # Parsers disagree on these (urlsplit drops some in silence), and two readings of one URL make a hole.
        if any(character < " " or character in "\\\x7f" for character in url):
            raise UrlRefused("")
        try:
            parts = urlsplit(url)
            host, port = _ascii((parts.hostname or "").rstrip(".")), parts.port
        except ValueError:
            raise UrlRefused("") from None
        if parts.scheme not in PORTS or not host:
            raise UrlRefused("")
        if "@" in parts.netloc:
            raise UrlRefused(
                host,
                code="url_with_credentials",
                sentence=_("Take the name and the password out of the address of {host}, and give them apart."),
            )
        return cls(parts.scheme, host, PORTS[parts.scheme] if port is None else port)

    def shares_with(self, other: "Site") -> bool:
        """Whether the credentials of this site may go to the other: the same one, or the same moved to https."""
        moved_to_https = (self.scheme, self.port, other.scheme, other.port) == ("http", 80, "https", 443)
        return self == other or (self.host == other.host and moved_to_https)


def check_url(url: str, policy: Policy) -> Site:
    """The site of a URL that may be called, as far as can be told without resolving its name.

    Raises UrlRefused (or PortRefused, AddressRefused) with a message for whoever typed it.
    """
    site = Site.of(url)
    if site.port not in policy.ports:
        raise PortRefused(site.host, port=site.port)
    reasons = [policy.refusal(site.host, address) for address in known_addresses(site.host)]
    refused = [reason for reason in reasons if reason]
    if refused and len(refused) == len(reasons):
        raise AddressRefused(site.host, reason=refused[0].label)
    return site


def known_addresses(host: str) -> list[Address]:
    """The addresses that a host spells out, in any form the system accepts (`127.1`, `0x7f.1`, `2130706433`…)."""
    if host == "localhost" or host.endswith(".localhost"):
        return [IPv4Address("127.0.0.1"), IPv6Address("::1")]
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    try:
        return [IPv4Address(socket.inet_aton(host))]
    except OSError:
        return []


def validate_outbound_url(value: str) -> None:
    """A validator for the fields in which people give an address to call."""
    try:
        check_url(value, Policy.from_settings())
    except UrlRefused as error:
        raise ValidationError(str(error.message), code=error.code) from None


def _ascii(host: str) -> str:
    """The name as requests will ask for it: full-width digits, capitals folded. Raises ValueError if it is no name."""
    if "%" in host:
        raise ValueError("Zones belong to one machine's own network.")
    if ":" in host:
        return str(IPv6Address(host))
    return host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
