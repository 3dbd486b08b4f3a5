"""Every address against an oracle written apart: the standard library, and the registries' networks in text."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.core.http.addresses import Refusal, refusal
from apps.core.http.policy import Policy

# IANA's special-purpose IPv4 networks (and multicast) that are not ordinary public addresses.
SPECIAL_IPV4 = [
    ip_network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "168.63.129.16/32",
    ]
]
SPECIAL_IPV6 = [
    ip_network(text)
    for text in [
        "::/128",
        "::1/128",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ]
]

special_ipv4 = st.sampled_from(SPECIAL_IPV4).flatmap(lambda network: st.ip_addresses(v=4, network=network))
special_ipv6 = st.sampled_from(SPECIAL_IPV6).flatmap(lambda network: st.ip_addresses(v=6, network=network))


def is_public_ipv4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in SPECIAL_IPV4)


@given(st.ip_addresses(v=4) | special_ipv4)
@example(IPv4Address("169.254.169.254"))
@example(IPv4Address("192.0.0.9"))
def test_an_ipv4_address_passes_if_and_only_if_it_is_public(address):
    assert (refusal(address) is None) == is_public_ipv4(address)


@given(st.ip_addresses(v=6) | special_ipv6 | st.ip_addresses(v=6, network="2000::/3"))
def test_an_ipv6_address_passes_only_if_it_is_public_unicast(address):
    if address.ipv4_mapped or address in ip_network("64:ff9b::/96"):
        return  # judged by what it holds: see below

    passes = refusal(address) is None

    assert not (passes and any(address in network for network in SPECIAL_IPV6))
    assert not (passes and (not address.is_global or address.is_multicast or address not in ip_network("2000::/3")))


@pytest.mark.parametrize("text", ["2001:4860:4860::8888", "2a00:1450:4007::200e", "2606:4700::6810:84e5"])
def test_an_ordinary_ipv6_site_passes(text):
    assert refusal(ip_address(text)) is None


@pytest.mark.parametrize(
    "form",
    [
        lambda ipv4: ipv4 | 0xFFFF << 32,  # mapped, ::ffff:a.b.c.d
        lambda ipv4: ipv4,  # compatible, ::a.b.c.d
        lambda ipv4: ipv4 | 0xFFFF << 48,  # translated (SIIT), ::ffff:0:a.b.c.d
        lambda ipv4: ipv4 | 0x64FF9B << 96,  # NAT64, 64:ff9b::a.b.c.d
        lambda ipv4: ipv4 | 0x64FF9B0001 << 80,  # local NAT64, 64:ff9b:1::a.b.c.d
        lambda ipv4: ipv4 << 80 | 0x2002 << 112,  # 6to4, 2002:ab:cd::
        lambda ipv4: ipv4 ^ 0xFFFFFFFF | 0x20010000 << 96,  # Teredo, the client's address inverted
        lambda ipv4: ipv4 << 64 | 0x20010000 << 96,  # Teredo, the server's address
        lambda ipv4: ipv4 | 0x2A00 << 112 | 0x00005EFE << 32,  # ISATAP in a public prefix
        lambda ipv4: ipv4 | 0x2A00 << 112 | 0x02005EFE << 32,
    ],
    ids=[
        "mapped",
        "compatible",
        "siit",
        "nat64",
        "local-nat64",
        "6to4",
        "teredo",
        "teredo-server",
        "isatap",
        "isatap-u",
    ],
)
@given(ipv4=special_ipv4)
@example(ipv4=IPv4Address("127.0.0.1"))
@example(ipv4=IPv4Address("169.254.169.254"))
def test_no_ipv6_form_of_a_forbidden_ipv4_address_passes(form, ipv4):
    assert refusal(IPv6Address(form(int(ipv4)))) is not None


@given(st.ip_addresses(v=4))
def test_mapped_and_nat64_forms_are_judged_as_the_ipv4_address_they_lead_to(ipv4):
    expected = refusal(ipv4)

    assert refusal(IPv6Address(int(ipv4) | 0xFFFF << 32)) == expected
    assert refusal(IPv6Address(int(ipv4) | 0x64FF9B << 96)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("127.0.0.1", Refusal.LOOPBACK),
        ("::1", Refusal.LOOPBACK),
        ("10.1.2.3", Refusal.PRIVATE),
        ("fd12::1", Refusal.PRIVATE),
        ("100.64.0.1", Refusal.SHARED),
        ("169.254.1.1", Refusal.LINK_LOCAL),
        ("fe80::1%eth0", Refusal.LINK_LOCAL),
        ("169.254.169.254", Refusal.METADATA),
        ("fd00:ec2::254", Refusal.METADATA),
        ("100.100.100.200", Refusal.METADATA),
        ("168.63.129.16", Refusal.METADATA),
        ("239.1.1.1", Refusal.MULTICAST),
        ("203.0.113.7", Refusal.DOCUMENTATION),
        ("198.18.0.1", Refusal.DOCUMENTATION),
        ("2002:808:808::1", Refusal.TRANSITION),
        ("0.1.2.3", Refusal.RESERVED),
        ("255.255.255.255", Refusal.RESERVED),
        ("::", Refusal.RESERVED),
    ],
)
def test_the_reason_says_what_the_address_is(text, reason):
    assert refusal(ip_address(text)) == reason


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_the_operator_opens_passes_and_nothing_else_does(address):
    network = ip_network(address)

    assert refusal(address, allowed=[network]) is None
    assert refusal(ip_address("10.0.0.1"), allowed=[network]) == (
        None if address == ip_address("10.0.0.1") else Refusal.PRIVATE
    )


def test_opening_an_address_opens_its_mapped_form_but_no_other():
    opened = [ip_network("127.0.0.1/32")]

    assert refusal(ip_address("::ffff:127.0.0.1"), allowed=opened) is None
    assert refusal(ip_address("64:ff9b::7f00:1"), allowed=opened) == Refusal.LOOPBACK
    assert refusal(ip_address("127.0.0.2"), allowed=opened) == Refusal.LOOPBACK


def test_trusting_a_name_opens_private_addresses_to_it_alone_and_never_the_metadata_service():
    policy = Policy(hosts=frozenset({"minio.internal"}))

    assert policy.refusal("MinIO.internal.", ip_address("10.0.0.5")) is None
    assert policy.refusal("other.internal", ip_address("10.0.0.5")) == Refusal.PRIVATE
    assert policy.refusal("minio.internal", ip_address("169.254.169.254")) == Refusal.METADATA
