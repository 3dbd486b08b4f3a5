"""Second factors: who must have one, codes that serve once, taking them away from someone who has lost them all."""

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import User


def lacks_second_factor(user: User) -> bool:
    """Whether a role of this person requires two-factor authentication (`MFA_REQUIRED_ROLES`), and they have none."""
    return not set(settings.MFA_REQUIRED_ROLES).isdisjoint(user.roles) and not is_mfa_enabled(user)


def keep_code_used(factor: Authenticator, code: str) -> None:
    """Refuse a code of an application again for as long as it is valid (RFC 6238, 5.2).

    allauth forgets it after one period, but accepts it in the periods before and after its own too.
    """
    if factor.type == Authenticator.Type.TOTP:
        periods = 2 * app_settings.TOTP_TOLERANCE + 1
        cache.touch(TOTP(factor)._get_used_cache_key(code), timeout=periods * app_settings.TOTP_PERIOD)


@transaction.atomic
def remove_second_factors(*, user: User, by: User) -> int:
    """Delete every factor of a person, recovery codes included, so that they sign in and set them up again.

    Whoever does it has made sure, by another way than an e-mail, that the person is who they say. Returns how many.
    """
    kinds = sorted(Authenticator.objects.select_for_update().filter(user=user).values_list("type", flat=True))
    if kinds:
        Authenticator.objects.filter(user=user).delete()
        record(action=AuditAction.TWO_FACTOR_REMOVED, actor=by, subject=user, details={"method": kinds})
    return len(kinds)
