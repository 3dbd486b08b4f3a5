"""A file downloaded whole, in spite of what happens on the way."""

import gzip
import io
import os

import pytest

from apps.core.http import download, guarded_session
from apps.core.http.errors import DownloadInterrupted, PageGone, ResponseTooLarge
from apps.core.http.transport import CHUNK
from tests.core.http.conftest import page, raw

pytestmark = pytest.mark.usefixtures("open_loopback")

FILE = os.urandom(300_000)


class FileServer:
    """Serves a file as good servers do, range requests included; breaks off after so many bytes, so many times."""

    def __init__(self, content: bytes, *, etag: str = '"v1"', breaks: list[int] | None = None, ranges: bool = True):
        self.content, self.etag, self.breaks, self.ranges = content, etag, list(breaks or []), ranges
        self.served: list[tuple[int, int]] = []

    def __call__(self, handler):
        start = 0
        asked = handler.headers.get("Range", "")
        if asked and self.ranges and handler.headers.get("If-Range") == self.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        body = self.content[start:]
        self.served.append((start, len(body)))
        handler.send_response(206 if start else 200)
        if self.etag:
            handler.send_header("ETag", self.etag)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        handler.send_header("Content-Type", "text/csv")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.breaks:
            body = body[: self.breaks.pop(0)]
            handler.close_connection = True
        handler.wfile.write(body)


def test_a_file_is_written_where_it_is_asked_for(site):
    site.answers["/"] = FileServer(FILE)
    to = io.BytesIO()

    with guarded_session() as session:
        done = download(session, site.url("/"), to)

    assert to.getvalue() == FILE
    assert (done.received, done.validator, done.media_type) == (len(FILE), '"v1"', "text/csv")
    assert site.requests[0].headers["Accept-Encoding"] == "identity"


def test_an_interrupted_download_goes_on_from_where_it_stopped(site, naps):
    site.answers["/"] = server = FileServer(FILE, breaks=[2 * CHUNK + 10, CHUNK])
    to = io.BytesIO()

    with guarded_session(tries=5) as session:
        download(session, site.url("/"), to)

    assert to.getvalue() == FILE
    assert [start for start, _size in server.served] == [0, 2 * CHUNK, 3 * CHUNK]


def test_what_was_received_can_be_gone_on_with_another_day(site):
    site.answers["/"] = server = FileServer(FILE, breaks=[CHUNK])
    to = io.BytesIO()

    with guarded_session(tries=1) as session:
        with pytest.raises(DownloadInterrupted) as raised:
            download(session, site.url("/"), to)
        done = download(session, site.url("/"), to, received=raised.value.received, validator=raised.value.validator)

    assert to.getvalue() == FILE
    assert done.received == len(FILE)
    assert server.served[1] == (CHUNK, len(FILE) - CHUNK)


def test_a_file_that_changed_meanwhile_is_taken_again_from_its_start(site, naps):
    server = FileServer(FILE, breaks=[100_000])
    changed = FileServer(FILE[::-1], etag='"v2"')
    answers = iter([server, changed])
    site.answers["/"] = lambda handler: next(answers)(handler)
    to = io.BytesIO()

    with guarded_session(tries=5) as session:
        download(session, site.url("/"), to)

    assert to.getvalue() == FILE[::-1]
    assert changed.served == [(0, 300_000)]


def test_a_server_that_resumes_another_version_is_not_believed(site, naps):
    """It ignores If-Range, and would have the end of one file sewn to the start of another."""
    first = FileServer(FILE, breaks=[100_000])
    liar = FileServer(FILE[::-1], etag='"v2"')

    def resume_anyway(handler):
        if "Range" in handler.headers:
            handler.headers.replace_header("If-Range", '"v2"')
        liar(handler)

    answers = iter([first, resume_anyway, resume_anyway])
    site.answers["/"] = lambda handler: next(answers)(handler)
    to = io.BytesIO()

    with guarded_session(tries=5) as session:
        download(session, site.url("/"), to)

    assert to.getvalue() == FILE[::-1]
    assert [start for start, _size in liar.served] == [CHUNK, 0]


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
def test_without_a_strong_validator_it_starts_again(site, naps, etag):
    site.answers["/"] = server = FileServer(FILE, breaks=[CHUNK], etag=etag)
    to = io.BytesIO()

    with guarded_session(tries=2) as session:
        download(session, site.url("/"), to)

    assert to.getvalue() == FILE
    assert server.served == [(0, 300_000), (0, 300_000)]


def test_a_range_that_the_server_does_not_have_makes_it_start_again(site, naps):
    answers = iter([page(status=416), FileServer(FILE)])
    site.answers["/"] = lambda handler: next(answers)(handler)
    to = io.BytesIO(b"x" * 500_000)

    with guarded_session(tries=2) as session:
        download(session, site.url("/"), to, received=500_000, validator='"v1"')

    assert to.getvalue() == FILE


def test_the_limit_holds_for_the_whole_file_and_not_for_each_piece(site, naps):
    site.answers["/"] = FileServer(FILE, breaks=[150_000])

    with guarded_session(tries=5, size=200_000) as session, pytest.raises(ResponseTooLarge):
        download(session, site.url("/"), io.BytesIO())


def test_the_limit_holds_for_pieces_that_announce_nothing(site, naps, over):
    def piece(handler):
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        head = f'HTTP/1.1 {206 if start else 200} OK\r\nETag: "v1"\r\nContent-Range: bytes {start}-/*\r\n'
        raw(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n" + bytes(100_000) + b"\r\n")(handler)

    site.answers["/"] = piece
    to = io.BytesIO()

    with guarded_session(tries=20, size=500_000) as session, pytest.raises(ResponseTooLarge):
        download(session, site.url("/"), to)

    assert len(to.getvalue()) <= 600_000


def test_a_compressed_bomb_is_cut_in_a_download_too(site):
    site.answers["/"] = page(gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"})
    to = io.BytesIO()

    with guarded_session(size=1_000_000) as session, pytest.raises(ResponseTooLarge):
        download(session, site.url("/"), to)

    assert len(to.getvalue()) <= 1_000_000


def test_a_page_that_is_not_there_is_not_a_file(site):
    site.answers["/"] = page(b"no such file", status=404)
    to = io.BytesIO()

    with guarded_session() as session, pytest.raises(PageGone):
        download(session, site.url("/"), to)

    assert to.getvalue() == b""
