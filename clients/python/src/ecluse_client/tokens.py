"""A token that renews itself before it expires.

Renewing gives it a new secret, and ends the old one: keep it where you keep the token, or your program is refused
when it starts again. A token that has expired cannot be renewed: sign in again.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

# Of its lifetime, what is left when it is renewed.
RENEWED_AT = 0.25


@dataclass(frozen=True)
class RenewedToken:
    """What to keep in place of the token that you had."""

    secret: str
    expires_at: datetime


class RenewingToken(httpx.Auth):
    """The token of each request, asked about once, then renewed once a quarter of its lifetime is left.

    For one thread: two programs that hold the same token would end each other's.
    """

    requires_response_body = True

    def __init__(self, base_url: str, secret: str, on_renewed: Callable[[RenewedToken], None] | None = None) -> None:
        self._place = f"{base_url.rstrip('/')}/api/v1/auth"
        self._secret = secret
        self._on_renewed = on_renewed
        self._known: dict[str, Any] | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._known is None:
            answer = yield self._signed(httpx.Request("GET", f"{self._place}/me/"))
            if answer.is_success:
                self._known = answer.json()["token"]
        if self._known and self._is_due(self._known):
            place = f"{self._place}/tokens/{self._known['id']}/renew/"
            answer = yield self._signed(httpx.Request("POST", place, json={}))
            if answer.is_success:
                self._remember(answer.json())
        yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._secret}"
        return request

    def _is_due(self, known: dict[str, Any]) -> bool:
        made, ends = (datetime.fromisoformat(known[name]) for name in ("created_at", "expires_at"))
        return ends - datetime.now(UTC) < (ends - made) * RENEWED_AT

    def _remember(self, issued: dict[str, Any]) -> None:
        self._secret, self._known = issued["token"], issued
        if self._on_renewed:
            self._on_renewed(RenewedToken(self._secret, datetime.fromisoformat(issued["expires_at"])))
