"""No page, redirection or robots.txt leads the program that visits to where Écluse does not call."""

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock

from apps.collection.connectors.outbound import AddressNotAllowed
from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.reading import read_site
from apps.collection.crawler.guarding import GuardedResolver
from apps.core.http.policy import Policy
from tests.collection.connectors import shop
from tests.collection.connectors.shop import html
from tests.core.http.certificates import make_certificate
from tests.core.http.conftest import page, redirect

OPEN = "127.0.0.2"
OURSELVES = socket.gethostname().lower()


def settings_of(*urls, **options):
    return WebConfig.model_validate({"start_urls": urls} | shop.CONFIG | {"follow": None} | options)


def told(batches):
    """What became of each page: its address, and why it was not read if it was not."""
    found = {url: "" for batch in batches for url in batch.rows.column("url").to_pylist()}
    for each in (each for batch in batches for each in batch.rejected):
        found |= dict.fromkeys(each.text.splitlines(), each.details["why"])
    return found


# --- Real visits ----------------------------------------------------------------------------------
@pytest.mark.processes
def test_nothing_on_a_site_leads_inside(sites, settings):
    inside, outside, sly = sites(), sites(address=OPEN), sites(address="127.0.0.3")
    settings.OUTBOUND_ALLOWED_NETWORKS = [f"{OPEN}/32", "127.0.0.3/32"]
    leads = {
        1: inside.url("/secret"),
        2: inside.url("/secret", host="localhost"),  # a name
        3: inside.url("/secret", host="2130706433"),
        4: inside.url("/secret", host="0x7f.1"),
        5: inside.url("/secret", host="[::ffff:127.0.0.1]"),
        6: "http://169.254.169.254/latest/meta-data/",
        7: "file:///etc/passwd",
        8: f"http://{OPEN}:6379/",  # an address that is open, a port that is not
        9: inside.url("/secret", host=OURSELVES),  # a name of which only asking tells where it leads
    }
    outside.answers |= {
        "/": html(
            "".join(f"<a href=/product/{number}>x</a>" for number in leads)
            + f"<a href={inside.url('/product/20')}>x</a><a href={sly.url('/product/21', host='127.0.0.3')}>x</a>"
            f"<a href=/product/22>x</a>"
        ),
        "/product/22": shop.product(22),
        **{f"/product/{number}": redirect(url) for number, url in leads.items()},
    }
    sly.answers["/robots.txt"] = redirect(inside.url("/robots.txt"))
    hosts = [OPEN, "127.0.0.1", "127.0.0.3", "localhost", "2130706433", "0x7f.1", "::ffff:127.0.0.1", "169.254.169.254"]
    hosts.append(OURSELVES)
    config = settings_of(outside.url("/", host=OPEN), allowed_domains=hosts)

    found = told(list(read_site(config, None)))

    assert inside.connections == 0
    # Machines do not all know their own name.
    assert found.pop(outside.url("/product/9", host=OPEN)) in ("address_not_allowed", "unreachable")
    assert found == {
        **{outside.url(f"/product/{number}", host=OPEN): "address_not_allowed" for number in (1, 2, 3, 4, 5, 6, 8)},
        # Not a redirection that Scrapy follows: the answer is an ordinary failure.
        outside.url("/product/7", host=OPEN): "status",
        inside.url("/product/20"): "address_not_allowed",
        # A robots.txt that cannot be had forbids everything for now.
        sly.url("/product/21", host="127.0.0.3"): "unreachable",
        outside.url("/product/22", host=OPEN): "",
    }


@pytest.mark.processes
def test_a_site_that_is_itself_inside_is_not_visited(sites, settings):
    inside = sites()

    with pytest.raises(AddressNotAllowed):
        list(read_site(settings_of(inside.url("/", host="localhost")), None))

    assert inside.connections == 0


@pytest.mark.processes
def test_a_site_whose_certificate_does_not_hold_is_told_nothing(sites, settings, tmp_path):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    true, other = sites(tls_for="localhost"), sites(tls_for="other.example")
    bundle = tmp_path / "authorities.pem"
    bundle.write_bytes(b"".join(Path(make_certificate(name)).read_bytes() for name in ("localhost", "other.example")))
    settings.OUTBOUND_CA_BUNDLE = str(bundle)
    true.answers["/product/1"] = other.answers["/product/2"] = shop.product(1)
    urls = [true.url("/product/1", "localhost", "https"), other.url("/product/2", "localhost", "https")]

    found = told(list(read_site(settings_of(*urls), None)))

    assert found == {urls[0]: "", urls[1]: "unreachable"}
    assert not other.requests


@pytest.mark.processes
def test_behind_a_proxy_what_is_inside_as_seen_from_here_is_not_asked_for(sites, settings):
    proxy, inside = sites(), sites()
    settings.OUTBOUND_PROXY = proxy.url("")
    start = f"http://{OPEN}:8080/"
    settings.OUTBOUND_ALLOWED_NETWORKS = [f"{OPEN}/32"]
    settings.OUTBOUND_ALLOWED_PORTS = [*settings.OUTBOUND_ALLOWED_PORTS, 8080]
    proxy.answers |= {
        f"{start}robots.txt": page(b""),
        start: html(f"<a href=/product/1>x</a><a href={inside.url('/product/2', host='localhost')}>x</a>"),
        f"{start}product/1": shop.product(1),
    }
    config = settings_of(start, allowed_domains=[OPEN, "localhost"])

    found = told(list(read_site(config, None)))

    assert found == {
        f"{start}product/1": "",
        inside.url("/product/2", host="localhost"): "address_not_allowed",
    }
    assert inside.connections == 0
    assert not [seen for seen in proxy.requests if "localhost" in seen.path]


# --- Names that change their answer ---------------------------------------------------------------
class Names:
    """What a name leads to: another answer each time it is asked, as one that is rebound does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host, port, **_options):
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]


def connect(names, host="rebound.example", policy=None):
    """Where Twisted connects to, asked for this host with our resolver: the addresses, by number, and the resolver."""
    reactor = MemoryReactorClock()
    reactor.getThreadPool = lambda: SimpleNamespace(
        callInThreadWithCallback=lambda done, ask, *args, **options: done(True, ask(*args, **options))
    )
    reactor.callFromThread = lambda call, *args, **options: call(*args, **options)
    resolver = GuardedResolver(reactor, policy or Policy(), lookup=names)
    resolver.install_on_reactor()
    attempt: Deferred[Protocol] = HostnameEndpoint(reactor, host.encode(), 80).connect(Factory.forProtocol(Protocol))
    attempt.addErrback(lambda _failure: None)
    reactor.advance(60)
    return [each[0] for each in reactor.tcpClients], resolver


def test_a_name_is_asked_once_and_the_address_that_was_judged_is_connected_to():
    names = Names(["93.184.216.34"], ["127.0.0.1"])

    connected, _resolver = connect(names)

    assert (connected, names.asked) == (["93.184.216.34"], 1)


def test_of_the_addresses_of_a_name_those_inside_are_passed_over():
    connected, resolver = connect(Names(["10.0.0.1", "93.184.216.34", "::1", "2606:2800:220:1::1"]))

    assert set(connected) == {"93.184.216.34", "2606:2800:220:1::1"}
    assert not resolver.refused


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1"])
def test_a_name_that_leads_inside_is_not_connected_to_and_the_resolver_says_so(address):
    connected, resolver = connect(Names([address]), host="Inside.Example")

    assert connected == []
    assert resolver.refused == {"inside.example"}


def test_what_the_operator_opened_is_connected_to():
    policy = Policy(hosts=frozenset({"intranet.example"}))

    assert connect(Names(["10.1.2.3"]), host="intranet.example", policy=policy)[0] == ["10.1.2.3"]
    assert connect(Names(["169.254.169.254"]), host="intranet.example", policy=policy)[0] == []
