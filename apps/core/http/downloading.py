"""Downloading a file: straight to where it is kept, and on from where it stopped when the site accepts it."""

from dataclasses import dataclass, replace
from typing import BinaryIO

from requests import Response

from apps.core.errors import TemporaryFailure
from apps.core.http.calls import Call
from apps.core.http.errors import BrokenResponse, DownloadInterrupted
from apps.core.http.policy import Limits
from apps.core.http.retrying import retrying
from apps.core.http.session import GuardedSession
from apps.core.http.transport import CHUNK
from apps.core.http.urls import check_url
from apps.core.numbers import format_size


@dataclass(kw_only=True)
class Download:
    """How far a download got. `validator` names the version of the file: only the same one can be gone on with."""

    received: int = 0
    validator: str = ""
    media_type: str = ""


def download(
    session: GuardedSession,
    url: str,
    to: BinaryIO,
    *,
    limits: Limits | None = None,
    received: int = 0,
    validator: str = "",
) -> Download:
    """Write what is at `url` to the file `to`, seekable and its own, up to `limits.size` bytes in all.

    An interruption is made good with a range request, within the call's time and tries. What cannot be made good raises
    DownloadInterrupted, whose `received` and `validator` may be given back later, with the same file, to go on.
    Raises the errors of `GuardedSession.request` for the rest.
    """
    limits = limits or session.limits
    call = Call(check_url(url, session.policy), session.policy, limits)
    state = Download(received=received, validator=validator)
    for attempt in retrying(call, method="GET"):
        with attempt:
            _go_on(session, url, to, state, call)
    return state


def _go_on(session: GuardedSession, url: str, to: BinaryIO, state: Download, call: Call) -> None:
    # Uncompressed, so that a position in the file is one in the body.
    headers = {"Accept-Encoding": "identity"}
    if state.received and state.validator:
        headers |= {"Range": f"bytes={state.received}-", "If-Range": state.validator}
    limits = replace(call.limits, total=call.patience(), tries=1)
    with session.stream("GET", url, headers=headers, limits=limits, accepting={416}) as response:
        _position(response, to, state, call)
        try:
            for chunk in response.iter_content(CHUNK):
                to.write(chunk)
                state.received += len(chunk)
                if state.received > limits.size:
                    raise call.too_large()
        except TemporaryFailure as error:
            raise DownloadInterrupted(
                call.host,
                size=format_size(state.received),
                received=state.received,
                validator=state.validator,
            ) from error


def _position(response: Response, to: BinaryIO, state: Download, call: Call) -> None:
    """Put the file where this answer begins: where we stopped if the site goes on from there, else at the start."""
    begins = response.headers.get("Content-Range", "").startswith(f"bytes {state.received}-")
    is_same = _validator(response) == state.validator
    goes_on = response.status_code == 206 and begins and is_same
    if not goes_on:
        state.received = 0
    to.seek(state.received)
    to.truncate()
    if response.status_code == 416 or (response.status_code == 206 and not goes_on):
        raise BrokenResponse(call.host)
    state.validator = _validator(response)
    state.media_type = response.headers.get("Content-Type", "")


def _validator(response: Response) -> str:
    """What identifies this version of the file byte for byte, or "" if nothing does."""
    etag = response.headers.get("ETag", "")
    if response.headers.get("Content-Encoding") or etag.startswith("W/"):
        return ""
    return etag or response.headers.get("Last-Modified", "")
