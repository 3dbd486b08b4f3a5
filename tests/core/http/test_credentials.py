"""A key goes to the site it was given for, and nowhere else, wherever that site sends us."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from apps.core.http import fetch, guarded_session
from apps.core.http.transport import HARMLESS
from tests.core.http.certificates import make_certificate
from tests.core.http.conftest import page, redirect

pytestmark = pytest.mark.usefixtures("open_loopback")


@pytest.fixture
def pair(sites):
    """A site, and another on the same address: a port makes another site."""
    return sites(), sites()


def test_credentials_reach_their_own_site(site):
    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": "k"}, params={"token": "t"}, auth=("me", "pw"))
        session.get(site.url("/a"), params={"page": 1})

    seen = site.requests[0]
    assert seen.headers["X-Api-Key"] == "k"
    assert seen.headers["Authorization"].startswith("Basic ")
    assert seen.path == "/a?page=1&token=t"


def test_a_next_link_to_another_site_is_followed_empty_handed(pair):
    site, other = pair

    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": "k"}, params={"token": "t"}, auth=("me", "pw"))
        session.get(other.url("/"))

    assert _secrets_shown(other) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_to_another_site_leaves_every_secret_behind(pair, status):
    site, other = pair
    site.answers["/"] = redirect(other.url("/?token=t&page=1"), status=status)

    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": "k"}, params={"token": "t"}, auth=("me", "pw"))
        session.get(
            site.url("/"),
            headers={"X-Own-Secret": "s", "Authorization": "Bearer b", "Accept": "text/csv"},
            cookies={"session": "c"},
        )

    assert "Authorization" in site.requests[0].headers
    assert site.requests[0].headers["Cookie"] == "session=c"
    assert _secrets_shown(other) == []
    assert other.requests[0].headers["Accept"] == "text/csv"
    assert other.requests[0].path == "/?page=1"


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(names=st.lists(st.from_regex(r"\A[A-Za-z][A-Za-z0-9-]{0,20}\Z"), max_size=4, unique_by=str.lower))
def test_whatever_its_name_a_header_that_is_not_known_to_be_harmless_stays_home(pair, names):
    site, other = pair
    site.answers["/"] = redirect(other.url("/"))
    names = [name for name in names if name.lower() not in HARMLESS | {"host", "expect", "upgrade", "te"}]

    fetch(site.url("/"), headers=dict.fromkeys(names, "s3cret"))

    assert all(site.requests[-1].headers[name] == "s3cret" for name in names)
    assert "s3cret" not in str(other.requests[-1].headers)


def test_a_secret_does_not_come_back_at_a_later_hop(pair):
    site, other = pair
    site.answers["/"] = redirect(other.url("/1"))
    other.answers["/1"] = redirect("/2")

    fetch(site.url("/"), headers={"X-Own-Secret": "s"}, cookies={"session": "c"})

    assert [seen.path for seen in other.requests] == ["/1", "/2"]
    assert _secrets_shown(other) == []


def test_credentials_follow_a_redirection_within_their_site(site):
    site.answers["/"] = redirect("/there")

    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": "k"}, auth=("me", "pw"))
        session.get(site.url("/"), cookies={"session": "c"})

    assert site.requests[1].headers["X-Api-Key"] == "k"
    assert "Authorization" in site.requests[1].headers
    assert site.requests[1].headers["Cookie"] == "session=c"


def test_each_site_of_a_redirection_gets_its_own_credentials(pair):
    site, other = pair
    site.answers["/"] = redirect(other.url("/"))

    with guarded_session() as session:
        session.authorise(site.url("/"), headers={"X-Api-Key": "for site"})
        session.authorise(other.url("/"), headers={"X-Api-Key": "for other"})
        session.get(site.url("/"))

    assert other.requests[0].headers["X-Api-Key"] == "for other"


def test_a_fall_from_https_to_http_loses_the_credentials(sites, names, settings):
    secure, plain = sites(tls_for="site.test"), sites()
    settings.OUTBOUND_CA_BUNDLE = make_certificate("site.test")
    names.lead("site.test", "127.0.0.1")
    secure.answers["/"] = redirect(plain.url("/", host="site.test"))

    with guarded_session() as session:
        session.authorise(secure.url("/", host="site.test", scheme="https"), headers={"X-Api-Key": "k"})
        session.get(secure.url("/", host="site.test", scheme="https"), cookies={"session": "c"})

    assert secure.requests[0].headers["X-Api-Key"] == "k"
    assert _secrets_shown(plain) == []


def test_a_site_gets_back_the_cookies_that_it_set_itself(pair, names):
    site, other = pair
    names.lead("other.test", "127.0.0.1")
    site.answers["/"] = redirect(other.url("/1", host="other.test"))
    other.answers["/1"] = redirect("/2", headers={"Set-Cookie": "visit=v; Path=/"})
    other.answers["/2"] = page(b"in")

    response = fetch(site.url("/"), cookies={"session": "c"})

    assert response.content == b"in"
    assert other.requests[1].headers["Cookie"] == "visit=v"


def _secrets_shown(site) -> list[str]:
    """The names of the headers that carry a secret, and the paths that do."""
    suspects = {"x-api-key", "authorization", "cookie", "x-own-secret"}
    return [name for seen in site.requests for name in seen.headers if name.lower() in suspects] + [
        seen.path for seen in site.requests if "token=t" in seen.path
    ]
