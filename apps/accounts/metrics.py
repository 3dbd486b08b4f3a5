"""What accounts measure: signs of an attack, and who could be locked out."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.core.declarations import Metric, Sample

WINDOW = timedelta(minutes=15)
ATTEMPTS = {
    "password": AuditAction.SIGN_IN_FAILED,
    "second_factor": AuditAction.TWO_FACTOR_FAILED,
    "token": AuditAction.TOKEN_REFUSED,
}


def failed_attempts() -> Iterator[Sample]:
    since = timezone.now() - WINDOW
    for kind, action in ATTEMPTS.items():
        yield {"kind": kind}, AuditEvent.objects.filter(action=action, at__gte=since).count()


def active_accounts() -> Iterator[Sample]:
    yield {}, User.objects.filter(is_active=True).count()


def live_tokens() -> Iterator[Sample]:
    yield {}, ApiToken.objects.live(at=timezone.now()).count()


DECLARED = [
    Metric(
        key="sign_in_failures",
        label=_("Failed attempts to sign in"),
        help=_("Passwords, second factors and token requests refused in the last fifteen minutes."),
        collect=failed_attempts,
        labels=("kind",),
    ),
    Metric(
        key="active_accounts",
        label=_("Active accounts"),
        help=_("People who may sign in."),
        collect=active_accounts,
    ),
    Metric(
        key="live_api_tokens",
        label=_("Live API tokens"),
        help=_("Tokens that are neither revoked nor expired."),
        collect=live_tokens,
    ),
]
