"""OAuth2 client credentials (RFC 6749, 4.4): a secret for a token that lasts some minutes, kept in memory."""

import secrets
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from urllib.parse import parse_qs, unquote_plus

from apps.collection.world.serving.messages import Request, Response, labelled, refusal

CLIENT_ID = "ecluse-demonstration"
CLIENT_SECRET = "secret-invente-pour-la-demonstration"  # noqa: S105 -- it opens invented data, and is on the first page
SCOPE = "signalements:lire"
LIFETIME_S = 120


class Tokens:
    """The tokens that are out, each with the instant of its end on `clock` (seconds)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._lock = Lock()

    def grant(self, request: Request) -> Response:
        """Answer a request to the token endpoint."""
        if request.method != "POST":
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "invalid_request", "Demandez en POST.", {"Allow": "POST"})
        asked = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        client, secret = _basic(request) or (asked.get("client_id", ""), asked.get("client_secret", ""))
        if not _same(client, CLIENT_ID) or not _same(secret, CLIENT_SECRET):
            challenge = {"WWW-Authenticate": 'Basic realm="monde"'}
            return refusal(HTTPStatus.UNAUTHORIZED, "invalid_client", "Client ou secret inconnu.", challenge)
        if asked.get("grant_type") != "client_credentials":
            told = "Seul grant_type=client_credentials est accepté."
            return refusal(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", told)
        granted = {
            "access_token": self._new(),
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
            "scope": SCOPE,
        }
        return labelled(granted, headers={"Cache-Control": "no-store"})

    def refusal(self, request: Request) -> Response | None:
        """Why this request may not read, or None if it bears a token that holds."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            challenge = {"WWW-Authenticate": 'Bearer realm="monde"'}
            return refusal(HTTPStatus.UNAUTHORIZED, "invalid_request", "Demandez un jeton à /oauth/token.", challenge)
        with self._lock:
            end = self._ends.get(token, float("-inf"))
        if end <= self._clock():
            challenge = {"WWW-Authenticate": 'Bearer realm="monde", error="invalid_token"'}
            return refusal(HTTPStatus.UNAUTHORIZED, "invalid_token", "Ce jeton est inconnu ou expiré.", challenge)
        return None

    def _new(self) -> str:
        now, token = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            self._ends = {each: end for each, end in self._ends.items() if end > now} | {token: now + LIFETIME_S}
        return token


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (BadBase64, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)


def _same(given: str, known: str) -> bool:
    return secrets.compare_digest(given.encode(), known.encode())
