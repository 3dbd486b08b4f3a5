"""The session with which everything in Écluse calls the outside world.

    with guarded_session(total=60) as session:
        session.authorise("https://api.example.org", headers={"X-Api-Key": key})
        companies = session.get_json("https://api.example.org/companies", params={"page": 2})

An answer of 400 or more is an error, unless the caller says that it handles it: `accepting={404}`. Failures that may
pass are tried again, for the methods that may be repeated. A session belongs to one thread.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, TypedDict, Unpack

import orjson
from requests import Response
from requests.auth import AuthBase

from apps.core.http import pacing
from apps.core.http.calls import Call, calling
from apps.core.http.credentials import Credentials, Keyring
from apps.core.http.errors import (
    CredentialsRefused,
    NotJson,
    OutboundError,
    PageGone,
    RateLimited,
    RequestRefused,
    ServerFailed,
)
from apps.core.http.policy import Limits, Policy
from apps.core.http.retrying import retry_after, retrying
from apps.core.http.transport import Transport, translating
from apps.core.http.urls import Site, check_url

_PASSING = frozenset({408, 425})  # "try again" among the statuses that mean "your fault"


class Options(TypedDict, total=False):
    """What any call may be given. `json` is encoded by orjson; `limits` replaces the session's."""

    params: Mapping[str, Any] | list[tuple[str, Any]]
    headers: Mapping[str, str]
    data: bytes | Mapping[str, Any]
    json: Any
    cookies: Mapping[str, str]
    limits: Limits
    accepting: Collection[int]


class GuardedSession:
    """Calls other sites within a policy and limits; keeps connections, cookies and credentials, each for its site."""

    def __init__(self, *, policy: Policy | None = None, limits: Limits | None = None) -> None:
        self.policy = policy or Policy.from_settings()
        self.limits = limits or Limits.from_settings()
        self._keyring = Keyring()
        self._transport = Transport(self.policy, self._keyring)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def authorise(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        auth: AuthBase | tuple[str, str] | None = None,
    ) -> None:
        """Give credentials for the site of `url` and no other: not over http if it is https, not on another port."""
        self._keyring.add(Site.of(url), Credentials(headers=headers or {}, params=params or {}, auth=auth))

    def get(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Unpack[Options]) -> Response:
        return self.request("DELETE", url, **options)

    def get_json(self, url: str, **options: Unpack[Options]) -> Any:
        """What the JSON at this address says. Raises NotJson if it is not JSON."""
        options["headers"] = {"Accept": "application/json", **options.get("headers", {})}
        response = self.get(url, **options)
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise NotJson(Site.of(response.url).host) from None

    def request(self, method: str, url: str, **options: Unpack[Options]) -> Response:
        """Call, and read the whole answer in memory, up to the limit.

        Raises an OutboundError: UrlRefused or AddressRefused if the address may not be called, a TemporaryFailure if
        it may work later, a PermanentFailure if it will not.
        """
        return self._send(method, url, options, stream=False)

    @contextmanager
    def stream(self, method: str, url: str, **options: Unpack[Options]) -> Iterator[Response]:
        """Call, and let the caller read the answer piece by piece (`iter_content`), under the same limits."""
        response = self._send(method, url, options, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _send(self, method: str, url: str, options: Options, *, stream: bool) -> Response:
        method = method.upper()
        limits = options.get("limits", self.limits)
        site = check_url(url, self.policy)
        call = Call(site, self.policy, limits)
        arguments = self._arguments(site, options) | {"stream": stream}
        self._transport.max_redirects = limits.redirects
        for attempt in retrying(call, method=method):
            with attempt:
                call.on_wire, call.host = 0, site.host
                with calling(call), translating(call):
                    response = self._transport.request(method, url, **arguments)
                _raise_for_status(response, call, accepting=options.get("accepting", ()))
        return response

    def _arguments(self, site: Site, options: Options) -> dict[str, Any]:
        """What requests is given: the caller's own, and what this site is to be shown."""
        credentials = self._keyring.find(site)
        headers = {**options.get("headers", {}), **credentials.headers}
        data = options.get("data")
        if "json" in options:
            data = orjson.dumps(options["json"])
            headers = {"Content-Type": "application/json", **headers}
        params = options.get("params", {})
        pairs = list(params.items()) if isinstance(params, Mapping) else list(params)
        return {
            "params": pairs + list(credentials.params.items()),
            "headers": headers,
            "data": data,
            "cookies": dict(options.get("cookies", {})),
            "auth": credentials.auth,
        }


def guarded_session(**limits: Any) -> GuardedSession:
    """A session with the operator's settings; any field of `Limits` may be given: `guarded_session(total=300)`."""
    return GuardedSession(limits=replace(Limits.from_settings(), **limits))


def fetch(url: str, **options: Unpack[Options]) -> Response:
    """One GET, in a session of its own."""
    with guarded_session() as session:
        return session.get(url, **options)


def _raise_for_status(response: Response, call: Call, *, accepting: Collection[int]) -> None:
    status = response.status_code
    if status < 400 or status in accepting:
        return
    response.close()
    patience = retry_after(response.headers, now=datetime.now(UTC))
    if patience:
        pacing.hold(call.host, seconds=patience)
    error: OutboundError
    if status == 429:
        error = RateLimited(call.host, retry_after=patience)
    elif status >= 500 or status in _PASSING:
        error = ServerFailed(call.host, status=status, retry_after=patience)
    elif status in {401, 403, 407}:
        error = CredentialsRefused(call.host, status=status)
    elif status in {404, 410}:
        error = PageGone(call.host, status=status)
    else:
        error = RequestRefused(call.host, status=status)
    raise error
