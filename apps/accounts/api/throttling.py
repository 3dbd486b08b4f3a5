"""Asking for a token is how a program would guess passwords: few tries, by address and by account."""

from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from apps.accounts.audit import fingerprint
from apps.core.api.throttling import WindowThrottle


class TokenRequestsByAddress(WindowThrottle):
    scope = "token_requests_by_address"

    def who(self, request: Request) -> str:
        return salted_hmac(__name__, self.get_ident(request) or "", algorithm="sha256").hexdigest()[:32]


class TokenRequestsByAccount(WindowThrottle):
    scope = "token_requests_by_account"

    def who(self, request: Request) -> str | None:
        email = request.data.get("email") if isinstance(request.data, dict) else None
        return fingerprint(email) if isinstance(email, str) else None
