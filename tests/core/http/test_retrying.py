"""What is tried again, when, and what a host's own wish changes."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.http import guarded_session
from apps.core.http.errors import PageGone, RateLimited, ServerFailed, Unreachable
from apps.core.http.retrying import retry_after
from tests.core.http.conftest import page, raw

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("open_loopback")


def failing(times: int, **answer):
    """An answer that fails so many times, then succeeds."""
    left = iter(range(times))

    def turn(handler):
        page(**({"status": 503} | answer) if next(left, None) is not None else {"body": b"at last"})(handler)

    return turn


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_failure_that_may_pass_is_tried_again(site, naps, method):
    site.answers["/"] = failing(2)

    with guarded_session(tries=4) as session:
        session.request(method, site.url("/"))

    assert len(site.requests) == 3
    assert len(naps) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_be_asked_twice_is_asked_once(site, naps, method):
    site.answers["/"] = failing(1)

    with guarded_session(tries=4) as session, pytest.raises(ServerFailed):
        session.request(method, site.url("/"))

    assert len(site.requests) == 1


def test_a_failure_that_will_not_pass_is_not_tried_again(site, naps):
    site.answers["/"] = failing(1, status=404)

    with guarded_session(tries=4) as session, pytest.raises(PageGone):
        session.get(site.url("/"))

    assert len(site.requests) == 1


def test_the_tries_are_counted(site, naps):
    site.answers["/"] = raw(b"")

    with guarded_session(tries=3) as session, pytest.raises(Unreachable):
        session.get(site.url("/"))

    assert len(site.requests) == 3


def test_the_pauses_grow_and_are_not_those_of_another_caller(site, naps):
    site.answers["/"] = failing(100)

    for _caller in range(2):
        with guarded_session(tries=6, total=1000) as session, pytest.raises(ServerFailed):
            session.get(site.url("/"))

    first, second = naps[:5], naps[5:]
    assert first != second
    assert all(pause <= 0.5 * 2**index for index, pause in enumerate(first))


def test_a_host_that_says_when_to_come_back_is_believed(site, naps):
    site.answers["/"] = failing(1, status=429, headers={"Retry-After": "7"})

    with guarded_session(tries=2) as session:
        session.get(site.url("/"))

    assert 7 <= naps[0] < 8


def test_a_wait_beyond_the_end_of_the_call_is_left_to_the_caller(site, naps):
    site.answers["/"] = failing(1, status=429, headers={"Retry-After": "600"})

    with guarded_session(total=10, tries=4) as session, pytest.raises(RateLimited) as raised:
        session.get(site.url("/"))

    assert raised.value.retry_after == 600
    assert naps == []


def test_a_host_that_asks_for_patience_is_left_alone_by_everyone(site, names, naps, settings):
    settings.OUTBOUND_REQUESTS_PER_SECOND = 100
    host = f"{uuid4().hex}.test"
    names.lead(host, "127.0.0.1")
    site.answers["/"] = failing(1, headers={"Retry-After": "600"})

    with guarded_session(total=10, tries=4) as session, pytest.raises(ServerFailed):
        session.get(site.url("/", host=host))
    with guarded_session(total=10, tries=4) as another, pytest.raises(RateLimited) as raised:
        another.get(site.url("/", host=host))

    assert len(site.requests) == 1
    assert raised.value.retry_after == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("86400", 3600),
        ("9" * 5000, 3600),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Monday, 23-Nov-26 12:01:00 GMT", 60),
        ("Mon Nov 23 12:01:00 2026", 60),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2099 12:00:00 GMT", 3600),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(text, seconds):
    assert retry_after({"Retry-After": text}, now=NOW) == seconds


@given(st.integers(-10_000, 10_000))
def test_a_date_is_as_good_as_its_distance(seconds):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)

    assert retry_after({"Retry-After": date}, now=NOW) == min(max(seconds, 0), 3600)


@given(st.text())
def test_no_text_breaks_the_reading(text):
    found = retry_after({"Retry-After": text}, now=NOW)

    assert found is None or 0 <= found <= 3600
