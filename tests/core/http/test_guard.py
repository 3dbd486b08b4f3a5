"""The guard seen from outside: whatever the spelling or the detour, a forbidden server counts no connection."""

import socket

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from apps.core.http import fetch, guarded_session
from apps.core.http.calls import GuardedSocket
from apps.core.http.errors import (
    AddressRefused,
    DeadlineExceeded,
    OutboundError,
    RedirectRefused,
    TooManyRedirects,
    Unreachable,
    UrlRefused,
)
from tests.core.http.conftest import at_most, page, redirect

LOOPBACK = 0x7F000001
shared_fixtures = given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@st.composite
def spellings(draw, first: int = 0x7F000000, last: int = 0x7FFFFFFF, full_width: bool = True) -> str:
    """An IPv4 address in any of the writings that inet_aton reads: one to four parts, each in any base."""
    address = draw(st.integers(first, last))
    parts = draw(st.integers(1, 4))
    numbers = [address >> (24 - 8 * index) & 0xFF for index in range(parts - 1)]
    numbers.append(address & (1 << 8 * (5 - parts)) - 1)
    written = [draw(st.sampled_from([str, "0x{:x}".format, "0X{:X}".format, "0{:o}".format]))(n) for n in numbers]
    text = ".".join(written) + draw(st.sampled_from(["", "."]))
    if full_width and draw(st.booleans()):
        text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))  # noqa: RUF001 -- full-width on purpose
    return text


@shared_fixtures
@given(host=spellings())
def test_no_spelling_of_loopback_reaches_a_local_server(site, names, host):
    with pytest.raises((AddressRefused, UrlRefused)):
        fetch(f"http://{host}:{site.port}/")

    assert site.connections == 0


@shared_fixtures
@given(host=spellings())
def test_without_the_early_check_the_connection_itself_is_refused(site, names, monkeypatch, host):
    monkeypatch.setattr("apps.core.http.urls.known_addresses", lambda host: [])

    with guarded_session(tries=1) as session, pytest.raises(OutboundError):
        session.get(f"http://{host}:{site.port}/")

    assert site.connections == 0


@pytest.mark.usefixtures("open_loopback")
@shared_fixtures
@given(host=spellings(LOOPBACK, LOOPBACK, full_width=False))
def test_these_spellings_do_reach_it_once_it_is_open(site, names, host):
    """Or the two tests above would prove nothing."""
    before = len(site.requests)

    try:
        fetch(f"http://{host}:{site.port}/")
    except Unreachable:
        assert host.endswith(".")  # the system reads no number before a final dot

    assert len(site.requests) == before + (not host.endswith("."))


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "localhost"])
def test_ipv6_spellings_of_loopback_reach_nothing(sites, names, host):
    names.lead("localhost", "127.0.0.1", "::1")
    site = sites()

    with pytest.raises(AddressRefused):
        fetch(f"http://{host}:{site.port}/")

    assert site.connections == 0


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["fd00:ec2::254"]])
def test_a_name_that_leads_inside_is_refused(site, names, addresses):
    names.lead("inside.test", *addresses)

    with pytest.raises(AddressRefused) as raised:
        fetch(site.url(host="inside.test"))

    assert site.connections == 0
    assert raised.value.host == "inside.test"
    assert not any(address in str(raised.value) for address in addresses)


@pytest.fixture
def attempts(monkeypatch) -> list[str]:
    """The addresses that connections were tried to; those beyond this machine answer nothing."""
    tried = []
    connect = socket.socket.connect

    def record(self, address):
        tried.append(address[0])
        if address[0].startswith("127."):
            return connect(self, address)
        raise ConnectionRefusedError

    monkeypatch.setattr(GuardedSocket, "connect", record)
    return tried


def test_a_name_that_changes_its_mind_is_believed_once_per_connection(site, names, attempts, settings):
    """DNS rebinding: a public answer for the check, a private one for the connection."""
    settings.OUTBOUND_MAX_TRIES = 1
    names.lead("rebinding.test", "93.184.216.34", then=["127.0.0.1"])

    with pytest.raises(Unreachable):
        fetch(site.url(host="rebinding.test"))
    assert (names.asked, attempts) == (["rebinding.test"], ["93.184.216.34"])
    with pytest.raises(AddressRefused):
        fetch(site.url(host="rebinding.test"))

    assert attempts == ["93.184.216.34"]
    assert site.connections == 0


def test_a_name_that_rebinds_between_two_tries_is_refused_at_the_second(site, names, attempts, settings):
    settings.OUTBOUND_MAX_TRIES = 3
    names.lead("rebinding.test", "93.184.216.34", then=["127.0.0.1"])

    with pytest.raises(AddressRefused):
        fetch(site.url(host="rebinding.test"))

    assert attempts == ["93.184.216.34"]
    assert site.connections == 0


@pytest.mark.parametrize("answer", [["127.0.0.1", "93.184.216.34"], ["93.184.216.34", "127.0.0.1", "::1"]])
def test_of_mixed_addresses_only_the_public_ones_are_tried(site, names, attempts, settings, answer):
    settings.OUTBOUND_MAX_TRIES = 1
    names.lead("mixed.test", *answer)

    with pytest.raises(Unreachable):
        fetch(site.url(host="mixed.test"))

    assert attempts == ["93.184.216.34"]


@pytest.mark.usefixtures("open_loopback")
def test_the_next_address_is_tried_when_the_first_does_not_answer(site, names, attempts):
    names.lead("two.test", "93.184.216.34", "127.0.0.1")

    assert fetch(site.url(host="two.test")).content == b"hello"
    assert attempts == ["93.184.216.34", "127.0.0.1"]


def test_a_trusted_name_reaches_its_private_address_and_no_other_name_does(site, names, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["trusted.test"]
    names.lead("trusted.test", "127.0.0.1")
    names.lead("other.test", "127.0.0.1")

    assert fetch(site.url(host="trusted.test")).content == b"hello"
    with pytest.raises(AddressRefused):
        fetch(site.url(host="other.test"))


# --- Redirections ---------------------------------------------------------------------------------
@pytest.mark.usefixtures("open_loopback")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "http://inside.test:{port}/", "//0x7f.2:{port}/"])
def test_a_redirection_is_judged_like_a_first_address(sites, names, status, target):
    site, inside = sites(), sites(address="127.0.0.2")
    names.lead("inside.test", "127.0.0.2")
    site.answers["/"] = redirect(target.format(port=inside.port), status=status)

    with pytest.raises(AddressRefused):
        fetch(site.url("/"))

    assert inside.connections == 0


@pytest.mark.usefixtures("open_loopback")
@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{closed}/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://me:pw@127.0.0.1:{open}/",
        "http://[/",
    ],
)
def test_a_redirection_to_what_is_not_called_is_refused(sites, target):
    site, closed = sites(), sites(open_port=False)
    site.answers["/"] = redirect(target.format(closed=closed.port, open=site.port))

    with pytest.raises(UrlRefused):
        fetch(site.url("/"))

    assert closed.connections == 0
    assert len(site.requests) == 1


@pytest.mark.usefixtures("open_loopback")
def test_a_redirection_to_a_closed_port_says_which(sites):
    site, closed = sites(), sites(open_port=False)
    site.answers["/"] = redirect(closed.url("/"))

    with pytest.raises(UrlRefused) as raised:
        fetch(site.url("/"))

    assert raised.value.code == "port_refused"
    assert str(closed.port) in str(raised.value)


@pytest.mark.usefixtures("open_loopback")
@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(hops=st.lists(st.sampled_from([301, 302, 303, 307, 308]), max_size=6), last_is_open=st.booleans())
def test_a_chain_is_followed_up_to_the_limit_and_never_to_a_forbidden_end(sites_once, hops, last_is_open):
    site, inside = sites_once
    end = site.url("/end") if last_is_open else inside.url("/end", host="127.0.0.2")
    for index, status in enumerate(hops):
        site.answers[f"/{index}"] = redirect(f"/{index + 1}", status=status)
    site.answers[f"/{len(hops)}"] = redirect(end)
    site.answers["/end"] = page(b"end")

    if last_is_open and len(hops) + 1 <= 5:
        assert fetch(site.url("/0")).content == b"end"
    else:
        with pytest.raises(TooManyRedirects if last_is_open else (AddressRefused, TooManyRedirects)):
            fetch(site.url("/0"))
    assert inside.connections == 0


@pytest.fixture
def sites_once(sites):
    return sites(), sites(address="127.0.0.2")


@pytest.mark.usefixtures("open_loopback")
def test_an_endless_redirection_ends(site):
    site.answers["/"] = redirect("/")

    with guarded_session(redirects=3) as session, pytest.raises(TooManyRedirects):
        session.get(site.url("/"))

    assert len(site.requests) == 4


@pytest.mark.usefixtures("open_loopback")
@pytest.mark.parametrize("status", [307, 308])
def test_the_content_of_a_request_is_not_sent_on_to_another_site(sites, status):
    site, other = sites(), sites()
    site.answers["/"] = redirect(other.url("/"), status=status)

    with guarded_session() as session, pytest.raises(RedirectRefused):
        session.post(site.url("/"), json={"client_secret": "s3cret"})

    assert other.connections == 0


def test_a_slow_resolver_does_not_hold_the_call(site, monkeypatch, over):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: over.wait(60) or [])

    with guarded_session(total=0.2) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.get(site.url(host="slow.test"))


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "..", "-", "a..b", "xn--", "exa mple.test"])
def test_a_name_that_cannot_be_one_fails_as_such(site, names, host):
    with guarded_session(tries=1) as session, pytest.raises((UrlRefused, Unreachable)):
        session.get(site.url(host=host))
