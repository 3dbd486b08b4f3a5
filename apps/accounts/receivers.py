"""What allauth and Django announce, written in the audit trail. Connected once, by the app's configuration."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as two_factor
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.audit import fingerprint, record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import User

# The three announcements of a new password carry the same arguments and are one event.
PASSWORD_SIGNALS = {
    account.password_changed: AuditAction.PASSWORD_CHANGED,
    account.password_set: AuditAction.PASSWORD_CHANGED,
    account.password_reset: AuditAction.PASSWORD_RESET,
}


@receiver(account.user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = sorted({entry.get("type", entry["method"]) for entry in get_authentication_records(request, user)})
    record(action=AuditAction.SIGNED_IN, actor=user, subject=user, details={"methods": methods})


@receiver(auth.user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Counted, and recognisable to whoever knows the address; not readable. Without a request, it was no sign-in."""
    if request is None:
        return
    typed = str(credentials.get("email") or credentials.get("username") or "")
    record(
        action=AuditAction.SIGN_IN_FAILED,
        actor=AnonymousUser(),
        subject="accounts.user",
        details={"login": fingerprint(typed)},
    )


@receiver(auth.user_logged_out)
def note_sign_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(action=AuditAction.SIGNED_OUT, actor=user, subject=user)


@receiver(list(PASSWORD_SIGNALS))
def note_password(signal: Any, user: User, **kwargs: Any) -> None:
    record(action=PASSWORD_SIGNALS[signal], actor=user, subject=user)


@receiver(account.email_confirmed)
def note_verified_email(email_address: EmailAddress, **kwargs: Any) -> None:
    record(action=AuditAction.EMAIL_VERIFIED, actor=email_address.user, subject=email_address.user)


@receiver(account.email_changed)
def note_changed_email(user: User, from_email_address: EmailAddress | None, **kwargs: Any) -> None:
    if from_email_address is None:  # the first one, which was just verified
        return
    record(action=AuditAction.EMAIL_CHANGED, actor=user, subject=user)


@receiver(two_factor.authenticator_added)
def note_added_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note_factor(AuditAction.TWO_FACTOR_ADDED, user, authenticator)


@receiver(two_factor.authenticator_removed)
def note_removed_factor(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note_factor(AuditAction.TWO_FACTOR_REMOVED, user, authenticator)


@receiver(two_factor.authenticator_reset)
def note_renewed_codes(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note_factor(AuditAction.RECOVERY_CODES_RENEWED, user, authenticator)


@receiver(two_factor.authentication_failed)
def note_refused_code(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(
        action=AuditAction.TWO_FACTOR_FAILED,
        actor=AnonymousUser(),
        subject=user,
        details={"method": authenticator.type},
    )


def _note_factor(action: AuditAction, user: User, authenticator: Authenticator) -> None:
    record(action=action, actor=user, subject=user, details={"method": authenticator.type})
