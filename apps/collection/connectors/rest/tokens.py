"""Access tokens of OAuth 2, given to an application for its own account (RFC 6749 §4.4), renewed before they expire.

Shared by the threads that read one API: one of them asks, the others wait for what it gets.
"""

from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote_plus

import orjson

from apps.collection.connectors.outbound import outbound_errors
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import CredentialsMissing, TokenRefused
from apps.collection.connectors.rest.headers import basic
from apps.core.http import GuardedSession, guarded_session
from apps.core.http.urls import Site

# A token is renewed before its end by this many seconds, or by a tenth of its life if that is less.
_MARGIN = 30.0
# What a server may say of a refusal (RFC 6749 §5.2): nothing else of what it says is repeated.
_REASONS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)


class Tokens:
    """The token of the moment."""

    def __init__(self, config: RestConfig, *, total: float | None = None) -> None:
        self._config = config
        self._limits: dict[str, Any] = {"total": total, "tries": 1} if total else {}
        self._lock = Lock()
        self._token = ""
        self._expires_at = 0.0

    def current(self, *, refused: str = "") -> str:
        """A token that has not expired, and that is not the one that the API has just refused.

        Raises TokenRefused, CredentialsMissing, and the errors of `connectors.outbound`.
        """
        with self._lock:
            if not self._token or self._token == refused or monotonic() >= self._expires_at:
                self._token, lifetime = self._ask()
                self._expires_at = monotonic() + lifetime - min(_MARGIN, lifetime / 10)
            return self._token

    def _ask(self) -> tuple[str, float]:
        url, host = self._config.token_url or "", Site.of(self._config.token_url or "").host
        if self._config.client_secret is None:
            raise CredentialsMissing(host=host)
        with outbound_errors(), guarded_session(**self._limits) as session:
            response = session.post(url, data=self._form(session, url), accepting={400, 401, 403})
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        token = answer.get("access_token")
        if response.status_code >= 400 or not isinstance(token, str) or not token:
            reason = answer.get("error")
            raise TokenRefused(host=host, reason=reason if reason in _REASONS else str(response.status_code))
        return token, _seconds(answer.get("expires_in"))

    def _form(self, session: GuardedSession, url: str) -> dict[str, str]:
        """What is sent; the application names itself in a header, or in the body for servers that want it there."""
        client, secret = self._config.client_id or "", self._config.client_secret
        shown = secret.get_secret_value() if secret else ""
        form = {"grant_type": "client_credentials"}
        if self._config.scope:
            form["scope"] = self._config.scope
        if self._config.client_in_body:
            return form | {"client_id": client, "client_secret": shown}
        # RFC 6749 §2.3.1: both are encoded as a form is, before they make a name and a password.
        session.authorise(url, headers={"Authorization": basic(quote_plus(client), quote_plus(shown))})
        return form


def _seconds(value: Any) -> float:
    """How long a token lives; an hour where the server does not say, and whatever it says it may refuse it before."""
    try:
        return max(float(value), 1.0)
    except (TypeError, ValueError):
        return 3600.0
