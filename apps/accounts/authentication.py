"""How a program proves who it acts for: `Authorization: Bearer ecl_…`."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from knox.settings import knox_settings
from rest_framework.exceptions import AuthenticationFailed

from apps.accounts.models import ApiToken, User
from apps.accounts.token_cache import is_first_use_for, recall, remember

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(KnoxTokenAuthentication):
    """Knox's, but by digest alone, with expired tokens left for the purge, and with a short memory.

    Every refusal reads the same: it does not say whether a token exists.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        found = self._find(token)
        now = timezone.now()
        if found is None or found.expiry <= now or not found.user.is_active:
            raise AuthenticationFailed(_("The token is unknown, expired or revoked."))
        self._note_use(found, now)
        return found.user, found

    def _find(self, token: bytes) -> ApiToken | None:
        try:
            text = token.decode("ascii")
        except UnicodeDecodeError:
            return None
        if not text.startswith(knox_settings.TOKEN_PREFIX):
            return None
        digest = hash_token(text)
        if remembered := recall(digest):
            return remembered
        # What is remembered leaves the database: not the hash of a password.
        tokens = ApiToken.objects.select_related("user").defer("user__password")
        found = tokens.filter(digest=digest).first()
        if found is not None:
            remember(found)
        return found

    def _note_use(self, token: ApiToken, now: datetime) -> None:
        """Write the time of use at most once a minute, whatever the number of requests and of processes."""
        if is_first_use_for(token.digest, USE_IS_NOTED_EVERY):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry is not typed
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": f"{knox_settings.TOKEN_PREFIX}…",
            "description": str(
                _(
                    "Make a token on the page of your account or with `POST /api/v1/auth/tokens/`, and send it as "
                    "`Authorization: Bearer ecl_…`. It carries scopes (`datasets:read`, `accounts:write`…; write "
                    "includes read), expires, and can be renewed and revoked. A revoked token is refused at once."
                )
            ),
        }
