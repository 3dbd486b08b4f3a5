"""Ordinary calls, and what becomes of the answers."""

import pickle

import orjson
import pytest

from apps.core.errors import PermanentFailure, RuleViolation, TemporaryFailure
from apps.core.http import GuardedSession, Policy, fetch, guarded_session
from apps.core.http.errors import (
    AddressRefused,
    CertificateRefused,
    CredentialsRefused,
    HeaderRefused,
    NotJson,
    PageGone,
    RateLimited,
    RequestRefused,
    ServerFailed,
    Unreachable,
    UrlRefused,
)
from tests.core.http.certificates import make_certificate
from tests.core.http.conftest import page

pytestmark = pytest.mark.usefixtures("open_loopback")


def test_a_page_is_fetched_under_our_own_name(site, settings):
    settings.SITE_URL = "https://ecluse.example.org"

    response = fetch(site.url("/"))

    assert response.content == b"hello"
    assert site.requests[0].headers["User-Agent"] == f"Ecluse/{settings.VERSION} (+https://ecluse.example.org)"


def test_a_session_keeps_its_connection(site):
    with guarded_session() as session:
        session.get(site.url("/"))
        session.get(site.url("/"))

    assert site.connections == 1


def test_json_is_sent_and_read(site):
    site.answers["/api"] = page(b'{"count": 2}')

    with guarded_session() as session:
        found = session.get_json(site.url("/api"), params={"page": 2})
        session.post(site.url("/api"), json={"a": 1})

    assert found == {"count": 2}
    assert site.requests[0].path == "/api?page=2"
    assert site.requests[0].headers["Accept"] == "application/json"
    assert orjson.loads(site.requests[1].body) == {"a": 1}
    assert site.requests[1].headers["Content-Type"] == "application/json"


def test_a_page_where_json_was_expected_is_told_apart(site):
    with guarded_session() as session, pytest.raises(NotJson):
        session.get_json(site.url("/"))


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, RequestRefused, PermanentFailure),
        (401, CredentialsRefused, PermanentFailure),
        (403, CredentialsRefused, PermanentFailure),
        (404, PageGone, PermanentFailure),
        (408, ServerFailed, TemporaryFailure),
        (410, PageGone, PermanentFailure),
        (429, RateLimited, TemporaryFailure),
        (500, ServerFailed, TemporaryFailure),
        (503, ServerFailed, TemporaryFailure),
    ],
)
def test_a_status_of_400_or_more_is_an_error_of_its_kind(site, status, error, kind):
    site.answers["/"] = page(b"", status=status)

    with pytest.raises(error) as raised:
        fetch(site.url("/"))

    assert isinstance(raised.value, kind)


def test_a_caller_may_handle_a_status_itself(site):
    site.answers["/"] = page(b"gone", status=410)

    assert fetch(site.url("/"), accepting={410}).content == b"gone"


def test_an_answer_is_streamed(site):
    site.answers["/"] = page(b"x" * 200_000)

    with guarded_session() as session, session.stream("GET", site.url("/")) as response:
        sizes = [len(chunk) for chunk in response.iter_content(50_000)]

    assert sum(sizes) == 200_000
    assert len(sizes) > 1


def test_a_port_where_nobody_listens_is_a_failure_that_may_pass(sites, settings):
    settings.OUTBOUND_ALLOWED_PORTS = [8299]

    with pytest.raises(Unreachable) as raised:
        fetch("http://127.0.0.1:8299/")

    assert isinstance(raised.value, TemporaryFailure)
    assert raised.value.__notes__ == ["ConnectionRefusedError"]


def test_no_error_tells_the_path_the_query_or_the_key(site):
    site.answers["/alice"] = page(b"", status=404)
    shown = []

    with guarded_session() as session:
        session.authorise(site.url("/"), params={"api_key": "s3cret"})
        for path in ("/alice?name=martin", "/\x00alice?name=martin"):
            with pytest.raises((PageGone, UrlRefused)) as raised:
                session.get(site.url(path))
            shown += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]

    assert not any(word in text for text in shown for word in ("alice", "martin", "s3cret"))


@pytest.mark.parametrize("value", ["s3cret\n", "s3cret\r\nX: y", "s3cret…"])
def test_a_key_that_no_header_can_carry_is_told_without_being_shown(site, value):
    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": value})
        with pytest.raises(HeaderRefused) as raised:
            session.get(site.url("/"))

    assert isinstance(raised.value, RuleViolation)
    assert "s3cret" not in repr(raised.value)


def test_an_error_survives_the_journey_between_processes():
    error = ServerFailed("example.org", status=503, retry_after=7.0)

    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes

    assert str(arrived) == str(error)
    assert (arrived.status, arrived.retry_after, arrived.host) == (503, 7.0, "example.org")


def test_the_address_is_the_business_of_whoever_typed_it():
    assert issubclass(AddressRefused, RuleViolation)


def test_a_certificate_is_verified_against_the_name_that_was_asked(sites, names, settings):
    site = sites(tls_for="site.test")
    settings.OUTBOUND_CA_BUNDLE = make_certificate("site.test")
    names.lead("site.test", "127.0.0.1")
    names.lead("other.test", "127.0.0.1")

    with guarded_session() as session:
        assert session.get(site.url(host="site.test", scheme="https")).content == b"hello"
        with pytest.raises(CertificateRefused):
            session.get(site.url(host="other.test", scheme="https"))

    assert site.server_names == ["site.test", "other.test"]
    assert site.requests[0].headers["Host"] == f"site.test:{site.port}"
    assert len(site.requests) == 1


def test_a_certificate_of_an_unknown_authority_is_refused(sites, names):
    site = sites(tls_for="site.test")
    names.lead("site.test", "127.0.0.1")

    with pytest.raises(CertificateRefused):
        fetch(site.url(host="site.test", scheme="https"))

    assert site.requests == []


def test_the_environment_has_no_say(site, monkeypatch, tmp_path):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password s3cret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    assert fetch(site.url("/")).content == b"hello"
    assert "Authorization" not in site.requests[0].headers


def test_the_operators_proxy_is_used_and_may_be_on_a_private_address(sites, settings, names):
    proxy = sites(open_port=False)
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    settings.OUTBOUND_PROXY = f"http://127.0.0.1:{proxy.port}"
    names.lead("far.test", "93.184.216.34")

    fetch("http://far.test/page")

    assert proxy.requests[0].path == "http://far.test/page"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "inside.test"])
def test_the_proxy_is_not_asked_for_what_is_forbidden_as_seen_from_here(sites, settings, names, host):
    proxy = sites(open_port=False)
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    settings.OUTBOUND_PROXY = f"http://127.0.0.1:{proxy.port}"
    names.lead("inside.test", "10.0.0.1")

    with pytest.raises(AddressRefused):
        fetch(f"http://{host}/")

    assert proxy.connections == 0


def test_outside_a_call_no_connection_is_opened(site):
    with GuardedSession(policy=Policy()) as session, pytest.raises(LookupError):
        session._transport.get(site.url("/"))

    assert site.connections == 0
