"""People and tokens to test with."""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.utils import timezone

from apps.accounts.models import ApiToken, User
from apps.accounts.roles import Role
from apps.accounts.tokens import Issued, create_token

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory):
    """Someone who signs in with PASSWORD: `UserFactory(role=Role.OPERATOR)`, `UserFactory(is_verified=False)`."""

    class Meta:
        model = User

    email = factory.Sequence("person{}@example.org".format)
    name = factory.Sequence("Person {}".format)
    role = Role.USER
    is_verified = True

    @classmethod
    def _create(cls, model_class, *args, role, is_verified, **fields):
        user = model_class.objects.create_user(password=PASSWORD, **fields)
        user.add_to(role)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_verified)
        return user


def issue(user: User, *, scopes=("accounts:read",), name="a token", days=30, expired=False) -> Issued:
    """A token and its secret; the areas of the tests are those of the instance."""
    issued = create_token(user=user, name=name, scopes=list(scopes), lifetime=timedelta(days=days), by=user)
    if expired:
        ApiToken.objects.filter(pk=issued.token.pk).update(expiry=timezone.now() - timedelta(seconds=1))
        issued.token.refresh_from_db()
    return issued


def give_totp(user: User) -> str:
    """Turn on an authenticator application with its recovery codes; returns the application's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """What the application shows now."""
    *_earlier, now, _later = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def recovery_code_of(user: User) -> str:
    return RecoveryCodes(user.authenticator_set.get(type="recovery_codes")).get_unused_codes()[0]
