"""Checking who asks for a token without a browser: e-mail, password and, if the account has one, a second factor."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from apps.accounts.audit import fingerprint, record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.exceptions import CredentialsRefused
from apps.accounts.models import User
from apps.accounts.second_factors import keep_code_used, lacks_second_factor


def check_credentials(*, email: str, password: str, code: str) -> User:
    """The person these credentials are of. Every attempt that fails is recorded, under a hash of the e-mail.

    Raises CredentialsRefused; until the password is right, it says neither whether the account exists nor what failed.
    """
    user = authenticate(request=None, email=email, password=password)
    if not isinstance(user, User):
        raise _refused(email, "password", _("The e-mail or the password is wrong."))
    if not EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists():
        raise _refused(email, "unverified", _("Verify your e-mail first."), code="email_not_verified")
    if lacks_second_factor(user):
        message = _("Your role requires two-factor authentication: set it up on the site first.")
        raise _refused(email, "no_second_factor", message, code="second_factor_missing")
    if is_mfa_enabled(user):
        if not code:
            message = _("This account has two-factor authentication: send a code of your application too.")
            raise _refused(email, "no_code", message, code="two_factor_required")
        if not _is_valid_code(user, code):
            raise _refused(email, "code", _("The two-factor code is wrong or was already used."))
    return user


def _is_valid_code(user: User, code: str) -> bool:
    methods = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    for method in methods:
        if method.wrap().validate_code(code):
            keep_code_used(method, code)
            return True
    return False


def _refused(email: str, reason: str, message: str, *, code: str = "") -> CredentialsRefused:
    record(
        action=AuditAction.TOKEN_REFUSED,
        actor=AnonymousUser(),
        subject="accounts.apitoken",
        details={"login": fingerprint(email), "reason": reason},
    )
    return CredentialsRefused(message, code=code)
