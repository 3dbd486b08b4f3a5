"""Calling an API: what each request is made of, and the credentials it goes with.

Credentials, and the headers that people set, are bound to the site of the API by the guarded session: a "next" link
that leads to another site is followed without them. A caller belongs to one thread, as its session does.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from apps.collection.connectors.outbound import outbound_errors
from apps.collection.connectors.rest.answers import Answer, read_answer
from apps.collection.connectors.rest.choices import Auth, KeyPlace, Method
from apps.collection.connectors.rest.config import API_KEY_NAME, RestConfig, Scalar
from apps.collection.connectors.rest.documents import put
from apps.collection.connectors.rest.exceptions import CredentialsMissing, NextElsewhere
from apps.collection.connectors.rest.headers import basic
from apps.collection.connectors.rest.pagination import FIRST, Paging, Place
from apps.collection.connectors.rest.tokens import Tokens
from apps.core.http import guarded_session
from apps.core.http.errors import CredentialsRefused
from apps.core.http.urls import Site


class Caller:
    """Asks an API for its pages. `bounds` are the parameters that say what is new; `limits` those of `http.Limits`."""

    def __init__(
        self,
        config: RestConfig,
        paging: Paging,
        *,
        tokens: Tokens,
        bounds: Mapping[str, Any] | None = None,
        **limits: Any,
    ) -> None:
        self._config = config
        self._paging = paging
        self._bounds = dict(bounds or {})
        self._tokens = tokens
        self._token = ""
        self._session = guarded_session(per_second=config.requests_per_second, **limits)
        self._site = Site.of(config.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def call(self, place: Place, *, probe: Mapping[str, Any] | None = None) -> Answer:
        """The answer for a page; `probe` are parameters to try.

        Raises the errors of `connectors.outbound`, of `answers`, and those of authentication.
        """
        self._authorise()
        with outbound_errors():
            try:
                return self._send(place, probe or {})
            except CredentialsRefused as error:
                # The server may have ended a token before its time: one other is asked for, and refused or not.
                if self._config.auth != Auth.OAUTH2 or error.status != 401:
                    raise
                self._authorise(refused=self._token)
                return self._send(place, probe or {})

    def kept(self, place: Place | None) -> Place | None:
        """A place as it may be stored: without the key, which APIs repeat in their links."""
        key = self._config.api_key
        if place is None or "url" not in place or key is None or self._config.api_key_in != KeyPlace.QUERY:
            return place
        return {"url": _without(place["url"], lambda _name, value: value == key.get_secret_value())}

    def _send(self, place: Place, probe: Mapping[str, Any]) -> Answer:
        config = self._config
        url = place.get("url", config.url)
        params: dict[str, Any] = {}
        if "url" not in place:
            params = {**(config.params or {}), **self._bounds, **self._paging.params(place), **probe}
        if config.method == Method.POST:
            self._stay_home(url)
        if config.params_in_body:
            body = dict(config.body or {})
            for name, value in params.items():
                put(body, name, value)
            params = {}
        else:
            body = config.body or {}
            url = _without(url, lambda name, _value: name in params)
        options: dict[str, Any] = {"json": body} if config.method == Method.POST else {}
        # Beyond the last page, many an API has nothing.
        is_counted_on = self._paging.is_counted and place != FIRST
        response = self._session.request(
            config.method,
            url,
            params={name: _text(value) for name, value in params.items()},
            headers={"Accept": "application/json"},
            accepting={404} if is_counted_on else (),
            **options,
        )
        return read_answer(response, is_beyond_the_end=response.status_code == 404)

    def _stay_home(self, url: str) -> None:
        site = Site.of(url)
        if not self._site.shares_with(site):
            raise NextElsewhere(host=self._site.host, other=site.host)

    def _authorise(self, *, refused: str = "") -> None:
        """Give the session what the site of the API, and no other, is to be shown."""
        config = self._config
        if config.auth == Auth.OAUTH2:
            self._token = self._tokens.current(refused=refused)
        key = self._secret(config)
        headers, params = dict(config.headers or {}), {}
        match config.auth:
            case Auth.BASIC:
                headers["Authorization"] = basic(config.username or "", key)
            case Auth.BEARER | Auth.OAUTH2:
                headers["Authorization"] = f"Bearer {key}"
            case Auth.API_KEY if config.api_key_in == KeyPlace.HEADER:
                headers[config.api_key_name or API_KEY_NAME] = key
            case Auth.API_KEY:
                params[config.api_key_name or API_KEY_NAME] = key
        with outbound_errors():
            self._session.authorise(config.url, headers=headers, params=params)

    def _secret(self, config: RestConfig) -> str:
        if config.auth == Auth.OAUTH2:
            return self._token
        given = {Auth.BASIC: config.password, Auth.BEARER: config.token, Auth.API_KEY: config.api_key}
        if config.auth not in given:
            return ""
        secret = given[config.auth]
        if secret is None:
            raise CredentialsMissing(host=self._site.host)
        return secret.get_secret_value()


def _text(value: Scalar | None) -> str:
    """A parameter of an address, as JSON writes it: Python's own True is no word of the web."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without(url: str, is_out: Any) -> str:
    """A URL without some parameters of its query. It is left as it is written if it has none of them."""
    parts = urlsplit(url)
    with suppress(ValueError):
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        kept = [pair for pair in pairs if not is_out(*pair)]
        if len(kept) < len(pairs):
            return parts._replace(query=urlencode(kept)).geturl()
    return url
