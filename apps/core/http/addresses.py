"""Which network addresses an outbound call may reach. Pure: no name is resolved, no setting is read.

    >>> refusal(ip_address("169.254.169.254"))
    Refusal.METADATA
    >>> refusal(ip_address("::ffff:10.0.0.1"), allowed=[ip_network("10.0.0.0/8")])

Closed by default: an address passes when no line below names it *and* the standard library holds it to be globally
reachable. The table follows the IANA registries of special-purpose addresses (RFC 6890 and its updates), which the
standard library follows with some years of delay, plus what clouds put on public addresses.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Refusal(TextChoices):
    """Why an address is refused; the label completes "… leads to …"."""

    LOOPBACK = "loopback", _("this machine itself")
    PRIVATE = "private", _("a private network")
    SHARED = "shared", _("a network shared by a provider's customers")
    LINK_LOCAL = "link_local", _("the local network segment")
    METADATA = "metadata", _("the metadata service of a cloud")
    MULTICAST = "multicast", _("a group of machines")
    TRANSITION = "transition", _("an address that hides another one")
    DOCUMENTATION = "documentation", _("an address kept for examples and tests")
    RESERVED = "reserved", _("an address that no public site has")


# The first line that matches gives the reason, so the exact addresses come before the networks that hold them.
_FORBIDDEN: list[tuple[Network, Refusal]] = [
    (ip_network(network), reason)
    for reason, networks in [
        (
            Refusal.METADATA,
            [
                "169.254.169.254",  # AWS, Google Cloud, Azure, OpenStack, OVHcloud
                "169.254.170.2",  # credentials of AWS containers
                "100.100.100.200",  # Alibaba Cloud
                "192.0.0.192",  # Oracle Cloud
                "168.63.129.16",  # Azure's host agent, on a public address
                "fd00:ec2::254",
                "fd20:ce::254",
            ],
        ),
        (Refusal.LOOPBACK, ["127.0.0.0/8", "::1"]),
        (Refusal.PRIVATE, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"]),
        (Refusal.SHARED, ["100.64.0.0/10"]),
        (Refusal.LINK_LOCAL, ["169.254.0.0/16", "fe80::/10"]),
        (Refusal.MULTICAST, ["224.0.0.0/4", "ff00::/8"]),
        (
            Refusal.DOCUMENTATION,
            ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32", "3fff::/20"],
        ),
        # 6to4 and its relays: retired (RFC 7526), and each holds an IPv4 address of the sender's choice.
        (Refusal.TRANSITION, ["2002::/16", "192.88.99.0/24", "2001::/32"]),
        (Refusal.RESERVED, ["0.0.0.0/8", "192.0.0.0/24", "240.0.0.0/4", "2001::/23", "100::/64"]),
    ]
    for network in networks
]
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP_MARKS = {0x00005EFE, 0x02005EFE}


def refusal(address: Address, *, allowed: Iterable[Network] = ()) -> Refusal | None:
    """Why no connection may be opened to this address, or None if one may.

    `allowed` are networks that the operator opens on purpose: they win over every reason. They are compared with the
    address itself, never with one that it holds: opening 127.0.0.1 does not open its NAT64 form, which is another
    machine.
    """
    written = address
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # the kernel opens an IPv4 connection: the two are one address
    if any(address in network or written in network for network in allowed):
        return None
    for network, reason in _FORBIDDEN:
        if address in network:
            return reason
    if isinstance(address, IPv6Address):
        return _ipv6_refusal(address)
    return None if address.is_global else Refusal.RESERVED


def _ipv6_refusal(address: IPv6Address) -> Refusal | None:
    """Judge an IPv6 address that the table does not name, by what it is and by the IPv4 address it may hold."""
    if address in _NAT64:
        return refusal(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _GLOBAL_UNICAST or not address.is_global:
        return Refusal.RESERVED
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP_MARKS and refusal(IPv4Address(int(address) & 0xFFFFFFFF)):
        return Refusal.TRANSITION
    return None
