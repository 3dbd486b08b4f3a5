"""No server, however ill-meaning, costs more memory, bytes or seconds than the call allows."""

import gzip
import os
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress

import brotli
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from apps.core.http import fetch, guarded_session
from apps.core.http.errors import BrokenResponse, DeadlineExceeded, OutboundError, ResponseTooLarge, Unreachable
from tests.core.http.certificates import make_certificate
from tests.core.http.conftest import PATIENCE, at_most, page, raw

pytestmark = pytest.mark.usefixtures("open_loopback")

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
ZEROS = bytes(64 * MIB)
BOMBS = {
    "gzip": gzip.compress(ZEROS, compresslevel=1),
    "deflate": zlib.compress(ZEROS, level=1),
    "br": brotli.compress(ZEROS, quality=1),
}


# --- Size -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", BOMBS)
@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "chunked"])
def test_a_bomb_is_cut_at_the_limit_while_it_is_decompressed(site, encoding, chunked):
    bomb = BOMBS[encoding]
    if chunked:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(bomb), bomb)
        head = b"Content-Encoding: %b\r\nTransfer-Encoding: chunked\r\n\r\n" % encoding.encode()
        site.answers["/"] = raw(OK + head + body)
    else:
        site.answers["/"] = page(bomb, headers={"Content-Encoding": encoding})
    tracemalloc.start()

    with guarded_session(size=MIB) as session, pytest.raises(ResponseTooLarge):
        session.get(site.url("/"))

    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br,gzip", "identity, gzip"])
def test_an_answer_compressed_twice_is_refused_unread(site, encoding):
    site.answers["/"] = page(gzip.compress(BOMBS["gzip"]), headers={"Content-Encoding": encoding})

    with pytest.raises(BrokenResponse):
        fetch(site.url("/"))


def test_a_compressed_answer_of_honest_size_is_read(site):
    text = os.urandom(1000) * 100
    for encoding, compress in [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)]:
        site.answers["/"] = page(compress(text), headers={"Content-Encoding": encoding})

        assert fetch(site.url("/")).content == text
    assert {"gzip", "deflate", "br"} <= set(site.requests[0].headers["Accept-Encoding"].split(", "))


def test_what_cannot_be_decompressed_is_capped_as_it_comes(site):
    site.answers["/"] = raw(OK + b"Content-Encoding: x-unknown\r\n\r\n" + bytes(2 * MIB))

    with guarded_session(size=MIB) as session, pytest.raises(ResponseTooLarge):
        session.get(site.url("/"))


def test_an_announced_size_beyond_the_limit_is_refused_before_the_body(site):
    site.answers["/"] = page(b"short", length=10 * MIB)

    with guarded_session(size=MIB) as session, pytest.raises(ResponseTooLarge):
        session.get(site.url("/"))


def test_the_announced_size_of_a_head_answer_is_nobodys_body(site):
    site.answers["/"] = page(b"", length=10 * MIB)

    with guarded_session(size=MIB) as session:
        assert session.head(site.url("/")).headers["Content-Length"] == str(10 * MIB)


def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not(site):
    site.answers["/"] = page(bytes(1000))

    with guarded_session(size=1000) as session:
        assert len(session.get(site.url("/")).content) == 1000
    with guarded_session(size=999) as session, pytest.raises(ResponseTooLarge):
        session.get(site.url("/"))


@pytest.mark.parametrize(
    ("head", "endless"),
    [
        (b"\r\n", bytes(64 * 1024)),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65536) + b"\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: and another one\r\n" * 1000),
        (b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1000),
        (b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\0", b"a file name without end" * 1000),
    ],
    ids=["body", "chunks", "trailers", "empty-members", "gzip-header"],
)
def test_an_endless_answer_ends(site, over, head, endless):
    site.answers["/"] = raw(OK + head, endless, stop=over)

    with guarded_session(size=MIB, total=5) as session, pytest.raises(ResponseTooLarge):
        session.get(site.url("/"))


@pytest.mark.parametrize(
    ("start", "endless"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK, b"X-Header: and another one\r\n" * 50),
        (OK + b"X-Header: ", b"a line without end" * 1000),
        (b"", b"no HTTP at all"),
    ],
    ids=["continue", "headers", "header-line", "garbage"],
)
def test_an_endless_preamble_ends(site, over, start, endless):
    site.answers["/"] = raw(start, endless * 100, stop=over)

    with guarded_session(size=MIB, total=5) as session, pytest.raises(OutboundError):
        session.get(site.url("/"))


def test_a_streamed_answer_is_capped_too(site, over):
    site.answers["/"] = raw(OK + b"\r\n", bytes(64 * 1024), stop=over)
    received = []

    with (
        guarded_session(size=MIB) as session,
        session.stream("GET", site.url("/")) as response,
        pytest.raises(ResponseTooLarge),
    ):
        received.extend(map(len, response.iter_content(8192)))

    assert sum(received) <= MIB


# --- Time -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "start",
    [b"", OK, OK + b"Content-Length: 1000\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"],
    ids=["status", "headers", "body", "chunk-size"],
)
def test_a_server_that_drips_is_left_when_the_time_is_up(site, over, start):
    site.answers["/"] = raw(start, b"0", every=0.02, stop=over)

    with guarded_session(total=0.4) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.get(site.url("/"))


def test_a_server_that_drips_is_left_while_it_is_streamed(site, over):
    site.answers["/"] = raw(OK + b"\r\n", b"x", every=0.02, stop=over)

    with (
        guarded_session(total=0.4) as session,
        session.stream("GET", site.url("/")) as response,
        at_most(20),
        pytest.raises(DeadlineExceeded),
    ):
        list(response.iter_content(10))


def test_a_silent_server_is_left_after_the_read_timeout(site, over):
    site.answers["/"] = lambda handler: over.wait(60)

    with guarded_session(total=60, read=0.2) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.get(site.url("/"))


def test_the_redirections_share_the_time_of_the_call(site, over):
    def slow(handler):
        over.wait(0.15)
        page(b"", status=302, headers={"Location": "/"})(handler)

    site.answers["/"] = slow

    with guarded_session(total=0.4, redirects=50) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.get(site.url("/"))


@pytest.fixture
def tcp_server(settings, sites) -> Iterator[socket.socket]:
    """A port where connections are accepted, to do with them what a test wants."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.OUTBOUND_ALLOWED_PORTS = [server.getsockname()[1]]
        yield server


@pytest.mark.parametrize("drop", [b"", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(50)], ids=["silent", "dripping"])
def test_a_tls_handshake_that_never_ends_is_left_when_the_time_is_up(tcp_server, over, drop):
    def handshake_without_end():
        connection, _address = tcp_server.accept()
        end = time.monotonic() + PATIENCE
        with connection, suppress(OSError):
            connection.sendall(drop)
            while not over.wait(0.02) and time.monotonic() < end:
                connection.sendall(b"\0" if drop else b"")

    thread = threading.Thread(target=handshake_without_end, daemon=True)
    thread.start()

    with guarded_session(total=0.4, tries=1) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.get(f"https://127.0.0.1:{tcp_server.getsockname()[1]}/")

    over.set()
    thread.join(5)


def test_a_server_that_never_reads_what_it_is_sent_is_left_when_the_time_is_up(tcp_server):
    with guarded_session(total=0.4) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.post(f"http://127.0.0.1:{tcp_server.getsockname()[1]}/", data=bytes(32 * MIB))


@pytest.fixture(params=["http", "https"])
def slow_reader(request, tcp_server, settings, names, over) -> Iterator[str]:
    """The URL of a server that reads some 13 MB a second, ten of them, then answers."""
    settings.OUTBOUND_CA_BUNDLE = make_certificate("site.test")
    names.lead("site.test", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate("site.test"))

    def read_slowly():
        end = time.monotonic() + PATIENCE
        connection, _address = tcp_server.accept()
        if request.param == "https":
            connection = context.wrap_socket(connection, server_side=True)
        with suppress(OSError), connection:
            received = reads = 0
            while received < 10 * MIB and time.monotonic() < end:
                received, reads = received + len(connection.recv(16 * 1024)), reads + 1
                if reads % 16 == 0 and over.wait(0.02):
                    break
            connection.sendall(OK + b"Content-Length: 0\r\n\r\n")
            while connection.recv(1024 * 1024):
                pass

    thread = threading.Thread(target=read_slowly, daemon=True)
    thread.start()
    yield f"{request.param}://site.test:{tcp_server.getsockname()[1]}/"
    over.set()
    thread.join(5)


def test_a_server_that_reads_slowly_is_left_when_the_time_is_up(slow_reader):
    with guarded_session(total=0.4) as session, at_most(20), pytest.raises(DeadlineExceeded):
        session.post(slow_reader, data=ZEROS)


def test_a_large_body_has_the_time_of_the_call_to_leave(slow_reader):
    """And not that of a connection, which urllib3 would give it."""
    with guarded_session(connect=0.3, total=20) as session:
        assert session.post(slow_reader, data=ZEROS[: 10 * MIB + 1000]).status_code == 200


# --- Answers that are not right -------------------------------------------------------------------
@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\nshort",
        OK + b"Transfer-Encoding: chunked\r\n\r\nnot a size\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nshort",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\nnot gzip",
        OK + b"Content-Length: 3, 4\r\n\r\nabcd",
    ],
    ids=["short", "chunk-size", "negative-chunk", "short-chunk", "no-last-chunk", "not-gzip", "two-lengths"],
)
def test_a_broken_answer_is_told_as_such(site, answer):
    site.answers["/"] = raw(answer)

    with pytest.raises(BrokenResponse):
        fetch(site.url("/"))


def test_a_body_longer_than_announced_does_not_leak_into_the_next_answer(site):
    site.answers["/long"] = raw(OK + b"Content-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    with guarded_session(tries=3) as session:
        first, second = session.get(site.url("/long")).content, session.get(site.url("/")).content

    assert (first, second) == (b"body", b"hello")


def test_a_server_that_hangs_up_without_a_word_may_be_tried_again(site):
    site.answers["/"] = raw(b"")

    with pytest.raises(Unreachable):
        fetch(site.url("/"))


HEADS = st.sampled_from([b"", OK, OK + b"Transfer-Encoding: chunked\r\n", OK + b"Content-Encoding: gzip\r\n\r\n"])


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(head=HEADS, rest=st.binary(max_size=200))
@example(head=OK, rest=b"Location: http://[\r\n\r\n")
@example(head=b"HTTP/1.1 302 Found\r\n", rest=b"Location: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n")
@example(head=b"HTTP/1.1 302 Found\r\n", rest=b"Location: \r\nContent-Length: 0\r\n\r\n")
@example(head=OK, rest=b"Content-Length: \xb2\r\n\r\n")
@example(head=OK, rest=b"Set-Cookie: a=\xff; Domain=.; Expires=x\r\nContent-Length: -1\r\n\r\n")
def test_whatever_bytes_a_server_sends_the_outcome_is_an_answer_or_an_error_of_ours(site, head, rest):
    site.answers["/"] = raw(head + rest)

    with guarded_session(total=3, tries=1) as session, suppress(OutboundError):
        session.get(site.url("/"))
