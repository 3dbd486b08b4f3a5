"""requests, made safe: what happens at every hop of a call, and what a body may be.

At each hop, redirections included: the URL is checked, the host's pace is kept, the answer's headers are read for
what makes its body refusable before a byte of it is read. Crossing to another site drops every header but the
harmless ones: a list of what may pass, for no list of what may be secret is ever complete.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.models import CONTENT_CHUNK_SIZE, PreparedRequest, Response
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import LocationParseError, ReadTimeoutError
from urllib3.exceptions import SSLError as Urllib3SSLError
from urllib3.response import BaseHTTPResponse

from apps.core.http import connections, pacing
from apps.core.http.calls import Call, current_call
from apps.core.http.credentials import Keyring
from apps.core.http.errors import (
    BrokenResponse,
    CertificateRefused,
    DeadlineExceeded,
    HeaderRefused,
    OutboundError,
    RedirectRefused,
    TooManyRedirects,
    Unreachable,
    UrlRefused,
)
from apps.core.http.policy import Policy
from apps.core.http.urls import Site, check_url

CHUNK = 64 * 1024
HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "user-agent"}
    | {"if-modified-since", "if-none-match", "if-range", "range", "transfer-encoding"}
)


class GuardedAdapter(HTTPAdapter):
    """Sends one request over a guarded connection, to the site itself or through the operator's proxy."""

    def __init__(self, policy: Policy) -> None:
        self.context = connections.tls_context(policy.ca_bundle)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = connections.POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = connections.POOLS
        return manager

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host, _tls = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"ssl_context": self.context}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """The TLS context verifies, always: there is nothing that a caller could turn off."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        call = current_call()
        site = check_url(request.url or "", call.policy)
        call.host = site.host
        if call.policy.proxy:
            self._judge_behind_proxy(site, call)
        pacing.wait_turn(site.host, per_second=call.policy.pace(call.limits.per_second), patience=call.patience())
        kwargs["timeout"] = (call.patience(call.limits.connect), call.limits.read)
        response = super().send(request, *args, **kwargs)
        try:
            self._refuse_by_headers(response, call)
        except BaseException:
            response.close()
            raise
        response.raw = CappedBody(response.raw, call)
        return response

    def _judge_behind_proxy(self, site: Site, call: Call) -> None:
        """The proxy resolves names, so only it can guard them; what is forbidden as seen from here is refused here."""
        try:
            candidates = connections.resolve(site.host, site.port, call=call)
        except Unreachable:
            return
        connections.permitted(candidates, host=site.host, port=site.port, call=call)

    def _refuse_by_headers(self, response: Response, call: Call) -> None:
        length = response.headers.get("Content-Length", "")
        if (
            length.isascii()
            and length.isdigit()
            and int(length[:20]) > call.limits.size
            and response.request.method != "HEAD"
        ):
            raise call.too_large()
        if "," in response.headers.get("Content-Encoding", ""):
            # No honest server compresses twice; a bomb does, to grow within one step of the decoder.
            raise BrokenResponse(call.host)


class CappedBody:
    """The body of an answer: no more than the limit is ever handed over, decompressed, within the call's time."""

    def __init__(self, response: BaseHTTPResponse, call: Call) -> None:
        self._response = response
        self._call = call
        self._given = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    def stream(self, amt: int | None = CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:
        # requests reads whole bodies by 10 KiB, which costs a third more time than by 64.
        size = amt if amt and amt < CONTENT_CHUNK_SIZE else CHUNK
        with self._closing_on_failure():
            for chunk in self._response.stream(size, decode_content=decode_content):
                self._count(chunk)
                yield chunk

    def read(self, amt: int | None = None, decode_content: bool | None = None, **_kwargs: Any) -> bytes:
        if amt is None:
            return b"".join(self.stream(decode_content=decode_content))
        with self._closing_on_failure():
            data = self._response.read(amt, decode_content=decode_content)
            self._count(data)
            return data

    def _count(self, data: bytes) -> None:
        self._given += len(data)
        if self._given > self._call.limits.size:
            raise self._call.too_large()
        self._call.patience()  # a fast and endless body never makes the socket wait

    @contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        try:
            with translating(self._call):
                yield
        except ValueError:  # urllib3 lets some nonsense through to int() and read(): a chunk of minus five bytes
            self._response.close()
            raise BrokenResponse(self._call.host) from None
        except BaseException:
            self._response.close()
            raise


class Transport(requests.Session):
    """A session of requests that ignores the environment (proxies, .netrc, CA files) and crosses sites empty-handed."""

    def __init__(self, policy: Policy, keyring: Keyring) -> None:
        super().__init__()
        self.trust_env = False
        self.keyring = keyring
        self.headers["User-Agent"] = f"Ecluse/{settings.VERSION} (+{settings.SITE_URL})"
        self.proxies = {"http": policy.proxy, "https": policy.proxy} if policy.proxy else {}
        self.adapters.clear()
        adapter = GuardedAdapter(policy)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: Response) -> str | None:
        try:
            target = super().get_redirect_target(resp)
            urljoin(resp.url, target or "")
        except ValueError:  # which requests would let out as it is
            resp.close()
            raise UrlRefused(current_call().host) from None
        return target

    def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None:
        """Called by requests at each redirection, once the new request is ready to leave."""
        call = current_call()
        origin, target = Site.of(response.request.url or ""), Site.of(prepared_request.url or "")
        if not origin.shares_with(target):
            if prepared_request.body is not None:
                raise RedirectRefused(origin.host)
            for name in [name for name in prepared_request.headers if name.lower() not in HARMLESS]:
                del prepared_request.headers[name]
            prepared_request.url = self.keyring.strip(prepared_request.url or "")
            prepared_request.headers.update(self.keyring.headers(target))
        if not call.home.shares_with(target):
            self._keep_own_cookies(prepared_request)

    @staticmethod
    def _keep_own_cookies(request: PreparedRequest) -> None:
        """Away from home, send only the cookies that a site set for itself: those that a caller gave have no domain."""
        cookies = RequestsCookieJar()
        for cookie in request._cookies or ():  # type: ignore[attr-defined]  # where requests itself keeps them
            if cookie.domain:
                cookies.set_cookie(cookie)
        request.headers.pop("Cookie", None)
        request._cookies = cookies  # type: ignore[attr-defined]
        request.prepare_cookies(cookies)


@contextmanager
def translating(call: Call) -> Iterator[None]:
    """Raise what the HTTP libraries raise as our own errors, without their text: it quotes the whole URL."""
    try:
        yield
    except OutboundError:
        raise
    except (requests.RequestException, Urllib3Error, LocationParseError, OSError, UnicodeError) as error:
        raise _translated(error, call) from None


def _translated(error: Exception, call: Call) -> OutboundError:
    ours: OutboundError
    if call.is_over:
        ours = DeadlineExceeded(call.host, seconds=call.limits.total)
    elif isinstance(error, requests.TooManyRedirects):
        ours = TooManyRedirects(call.host, limit=call.limits.redirects)
    elif isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationParseError)):
        ours = UrlRefused("")
    elif _is_about_our_headers(error):
        ours = HeaderRefused(call.host)
    elif isinstance(error, (requests.exceptions.SSLError, Urllib3SSLError)):
        ours = CertificateRefused(call.host) if "CERTIFICATE_VERIFY_FAILED" in str(error) else Unreachable(call.host)
    elif isinstance(error, (requests.ReadTimeout, ReadTimeoutError)):
        ours = DeadlineExceeded(call.host, seconds=call.limits.read)
    elif isinstance(error, (requests.ConnectionError, requests.Timeout)):
        ours = Unreachable(call.host)
    else:
        ours = BrokenResponse(call.host)
    ours.add_note(type(error).__name__)
    return ours


def _is_about_our_headers(error: Exception) -> bool:
    """requests raises InvalidHeader for what it would send and for what it received: the second has a request."""
    if isinstance(error, requests.exceptions.InvalidHeader):
        return error.request is None
    return isinstance(error, UnicodeEncodeError)
