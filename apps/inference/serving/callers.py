"""Who asks, known at the cost of nothing: what was found of a token is remembered for a second in the process.

Beyond it, the token goes through the house's own way (`accounts.authentication`), which remembers it too. So a token
that is revoked, or whose owner loses a right, is refused here a second later at most than elsewhere.
"""

import time
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied

from apps.accounts.authentication import TokenAuthentication
from apps.accounts.models import ApiToken, User
from apps.accounts.scopes import covers
from apps.core.interface import Viewer
from apps.inference.enums import Audience
from apps.inference.models.models import SEE

# Asking a model changes nothing of it.
SCOPE = "inference:read"
REMEMBERED_S = 1.0
MOST_REMEMBERED = 10_000
# A token with blanks before it is one too, however many there are.
LONGEST_REMEMBERED = 200
SCHEME = "Bearer "


@dataclass(frozen=True)
class Caller:
    """A person, by a token or not, or nobody in particular. `name` is that under which rows are counted."""

    viewer: Viewer
    name: str
    token: ApiToken | None = None

    @cached_property
    def user_id(self) -> int | None:
        return self.viewer.pk if isinstance(self.viewer, User) else None

    @cached_property
    def token_id(self) -> UUID | None:
        return self.token.pk if self.token else None

    @cached_property
    def sees_models(self) -> bool:
        return bool(self.viewer.has_perm(SEE))

    @cached_property
    def has_scope(self) -> bool:
        return self.token is None or covers(self.token.scopes, SCOPE)

    @property
    def is_expired(self) -> bool:
        return self.token is not None and self.token.expiry <= timezone.now()

    def may_use(self, audience: str) -> bool:
        """What `Model.is_usable_by` says, of an audience."""
        if audience == Audience.PUBLIC or self.sees_models:
            return True
        return audience == Audience.PEOPLE and self.user_id is not None


class Callers:
    """Those who asked in the last second, by the header of their requests."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Caller]] = {}

    def of_token(self, header: str) -> Caller:
        """Whoever sent this `Authorization`. Raises AuthenticationFailed, PermissionDenied."""
        caller = self.recall(header)
        if caller is None:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            caller = _authenticate(header)
            if len(header) <= LONGEST_REMEMBERED:
                self._known[header] = time.monotonic() + REMEMBERED_S, caller
        if caller.is_expired:
            raise AuthenticationFailed(_("The token is unknown, expired or revoked."))
        if not caller.has_scope:
            raise PermissionDenied
        return caller

    def recall(self, header: str) -> Caller | None:
        """Whoever sent this, if it was a moment ago."""
        until, caller = self._known.get(header) or (0.0, None)
        return caller if until >= time.monotonic() else None

    def forget(self) -> None:
        self._known.clear()


def of_person(viewer: Viewer, address: str = "") -> Caller:
    """A person who is signed in, or whoever is at this address: which is counted under a keyed hash, never kept."""
    if isinstance(viewer, User):
        return Caller(viewer, f"user:{viewer.pk}")
    return nobody(address)


def of_token(owner: Viewer, token: ApiToken) -> Caller:
    return Caller(owner, f"token:{token.pk}", token)


def nobody(address: str) -> Caller:
    digest = salted_hmac(__name__, address, algorithm="sha256").hexdigest()[:32]
    return Caller(AnonymousUser(), f"address:{digest}")


def _authenticate(header: str) -> Caller:
    if not header.startswith(SCHEME):
        raise NotAuthenticated
    user, token = TokenAuthentication().authenticate_credentials(header.removeprefix(SCHEME).strip().encode())
    return of_token(user, token)


CALLERS = Callers()
