"""What can be told of an address as it is typed, without asking anyone."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.core.http import Policy, validate_outbound_url
from apps.core.http.errors import UrlRefused
from apps.core.http.urls import Site, check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:80/a?b=c#d",
        "HTTPS://EXAMPLE.org./",
        "https://www.économie.gouv.fr/données",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "http://example.org/a file with spaces.csv",
    ],
)
def test_an_ordinary_address_is_accepted(url):
    validate_outbound_url(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url_refused"),
        ("example.org", "url_refused"),
        ("//example.org/", "url_refused"),
        ("ftp://example.org/", "url_refused"),
        ("file:///etc/passwd", "url_refused"),
        ("gopher://example.org/", "url_refused"),
        ("javascript:alert(1)", "url_refused"),
        ("http://", "url_refused"),
        ("http://:80/", "url_refused"),
        ("http://exa\tmple.org/", "url_refused"),
        ("http://example.org\\@127.0.0.1/", "url_refused"),
        ("http://example.org/\r\nX: y", "url_refused"),
        ("http://example.org:99999/", "url_refused"),
        ("http://example.org:http/", "url_refused"),
        ("http://[fe80::1%25eth0]/", "url_refused"),
        ("http://[::1/", "url_refused"),
        ("http://me:secret@example.org/", "url_with_credentials"),
        ("http://me@example.org/", "url_with_credentials"),
        ("http://@example.org/", "url_with_credentials"),
        ("http://example.org:0/", "port_refused"),
        ("http://example.org:22/", "port_refused"),
        ("http://example.org:6379/", "port_refused"),
        ("http://localhost/", "address_refused"),
        ("http://LOCALHOST./", "address_refused"),
        ("http://x.localhost/", "address_refused"),
        ("http://127.0.0.1/", "address_refused"),
        ("http://127.1/", "address_refused"),
        ("http://2130706433/", "address_refused"),
        ("http://0x7f000001/", "address_refused"),
        ("http://0177.0.0.1/", "address_refused"),
        ("http://127.0.0.1./", "address_refused"),
        ("http://１２７.０.０.１/", "address_refused"),  # noqa: RUF001 -- full-width digits on purpose
        ("http://①②⑦.⓪.⓪.①/", "address_refused"),
        ("http://[::1]/", "address_refused"),
        ("http://[::ffff:127.0.0.1]/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data/", "address_refused"),
        ("http://0/", "address_refused"),
    ],
)
def test_what_cannot_be_called_is_refused_as_it_is_typed(url, code):
    with pytest.raises(ValidationError) as raised:
        validate_outbound_url(url)

    assert raised.value.code == code
    assert "secret" not in str(raised.value)


def test_the_form_accepts_what_the_operator_opened(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.OUTBOUND_ALLOWED_PORTS = [80, 8080]

    validate_outbound_url("http://localhost:8080/")
    validate_outbound_url("http://127.0.0.1/")


@given(st.text() | st.text().map("http://{}".format) | st.text().map("https://example.org{}".format))
def test_no_text_at_all_makes_it_fail_otherwise_than_by_a_refusal(text):
    try:
        site = check_url(text, Policy())
    except UrlRefused:
        return

    assert site.scheme in {"http", "https"}
    assert site.port in {80, 443}
    assert site.host


@pytest.mark.parametrize(
    ("url", "other", "shares"),
    [
        ("https://a.test/", "https://A.test./x", True),
        ("https://a.test/", "https://a.test:443/", True),
        ("http://a.test/", "https://a.test/", True),
        ("https://a.test/", "http://a.test/", False),
        ("http://a.test:8080/", "https://a.test/", False),
        ("https://a.test/", "https://a.test:8443/", False),
        ("https://a.test/", "https://b.a.test/", False),
        ("https://a.test/", "https://a.test.evil.test/", False),
    ],
)
def test_credentials_are_shared_with_the_same_site_or_its_move_to_https(url, other, shares):
    assert Site.of(url).shares_with(Site.of(other)) is shares
