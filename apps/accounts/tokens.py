"""Making, renewing and revoking the tokens of programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.exceptions import TokenRefused
from apps.accounts.models import ApiToken, User
from apps.accounts.scopes import covers, unknown_scopes
from apps.accounts.token_cache import forget

# Long enough to see on the page which one stopped working, and renew it.
EXPIRED_TOKENS_ARE_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A token and its secret, which exists nowhere else: shown once, kept by whoever asked."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(*, user: User, name: str, scopes: Sequence[str], lifetime: timedelta, by: User) -> Issued:
    """Make a token that does what its scopes say, in the name of `user`, until its lifetime ends.

    Raises TokenRefused if the name is taken, there are too many, or the lifetime or a scope is not possible.
    """
    # One at a time for one person, so that the limit cannot be passed by asking twice at once.
    User.objects.select_for_update().get(pk=user.pk)
    _check(lifetime=lifetime, scopes=scopes)
    held = ApiToken.objects.filter(user=user)
    if held.filter(name=name).exists():
        raise TokenRefused(_("You already have a token with this name."), code="token_name_taken")
    if held.live(at=timezone.now()).count() >= settings.API_TOKEN_MAX_PER_USER:
        raise TokenRefused(
            _("You have %(count)d tokens, which is the most: revoke one first.")
            % {"count": settings.API_TOKEN_MAX_PER_USER},
            code="too_many_tokens",
        )
    token = ApiToken(user=user, name=name, scopes=sorted(set(scopes)), expiry=timezone.now() + lifetime)
    secret = _set_secret(token)
    token.save()
    record(
        action=AuditAction.TOKEN_CREATED,
        actor=by,
        subject=token,
        details={"scopes": token.scopes, "expires": token.expiry.isoformat()},
    )
    return Issued(token=token, secret=secret)


@transaction.atomic
def renew_token(
    *, token: ApiToken, by: User, lifetime: timedelta | None = None, using: ApiToken | None = None
) -> Issued:
    """Replace a token's secret and begin its lifetime again; name, scopes and identifier stay, the old secret dies.

    `using` is the token with which a program asks: it cannot get a secret that may do more than itself. Raises
    TokenRefused then, or if the token is gone or the lifetime is not possible.
    """
    held = ApiToken.objects.select_for_update().filter(pk=token.pk).first()
    # A secret that renews itself twice at once must not: the second answer would kill the secret of the first.
    was_renewed = held is not None and using is not None and using.pk == held.pk and using.digest != held.digest
    if held is None or was_renewed:
        raise TokenRefused(_("This token was renewed or revoked in the meantime."), code="token_gone")
    if using is not None and not all(covers(using.scopes, scope) for scope in held.scopes):
        raise TokenRefused(_("A token cannot renew one that may do more than itself."), code="scope_escalation")
    lifetime = lifetime or min(held.expiry - held.created, settings.API_TOKEN_MAX_LIFETIME)
    _check(lifetime=lifetime, scopes=held.scopes)
    transaction.on_commit(partial(forget, held.digest))
    secret = _set_secret(held)
    held.created, held.expiry, held.last_used_at = timezone.now(), timezone.now() + lifetime, None
    held.save()
    record(action=AuditAction.TOKEN_RENEWED, actor=by, subject=held, details={"expires": held.expiry.isoformat()})
    return Issued(token=held, secret=secret)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """Delete a token: refused from now on, in every process. Nothing happens if it is gone already."""
    held = ApiToken.objects.select_for_update().filter(pk=token.pk).first()
    if held is None:
        return
    record(action=AuditAction.TOKEN_REVOKED, actor=by, subject=held)
    transaction.on_commit(partial(forget, held.digest))
    held.delete()


@transaction.atomic
def purge_expired_tokens(*, dry_run: bool) -> int:
    """Delete the expired tokens that nobody renewed in EXPIRED_TOKENS_ARE_KEPT_FOR; returns how many there are."""
    expired = ApiToken.objects.expired(before=timezone.now() - EXPIRED_TOKENS_ARE_KEPT_FOR)
    count: int = expired.count()
    if count and not dry_run:
        record(action=AuditAction.TOKENS_PURGED, actor=None, subject="accounts.apitoken", details={"count": count})
        expired.delete()
    return count


def _check(*, lifetime: timedelta, scopes: Sequence[str]) -> None:
    if not timedelta() < lifetime <= settings.API_TOKEN_MAX_LIFETIME:
        raise TokenRefused(
            _("A token lives from 1 to %(days)d days.") % {"days": settings.API_TOKEN_MAX_LIFETIME.days},
            code="token_lifetime",
        )
    if not scopes:
        raise TokenRefused(_("A token needs at least one scope."), code="token_scope")
    if unknown := unknown_scopes(scopes):
        raise TokenRefused(_("Unknown scope: %(scope)s.") % {"scope": unknown[0]}, code="token_scope")


def _set_secret(token: ApiToken) -> str:
    """Give a token a secret of which it keeps the digest alone; the secret itself is what is returned."""
    token.digest, secret = get_digest_token()  # type: ignore[no-untyped-call]  # the library is not typed
    token.token_key = secret[: CONSTANTS.TOKEN_KEY_LENGTH]
    return str(secret)
