"""Renewing the keys of the house renews the encryption of second factors too."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.accounts.factories import code_of, give_totp

pytestmark = pytest.mark.django_db


def rotate(*options):
    out = StringIO()
    call_command("rotate_secrets", *options, stdout=out)
    return out.getvalue()


def test_a_second_factor_works_after_its_old_key_is_gone(user, settings):
    secret = give_totp(user)
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]

    counted = rotate()
    written = rotate("--write")
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert "mfa.Authenticator.data: 2 stored, 2 to rewrite" in counted
    assert "mfa.Authenticator.data: 2 stored, 2 rewritten" in written
    assert "mfa.Authenticator.data: 2 stored, 0 to rewrite" in rotate()
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret))


def test_a_factor_that_no_key_opens_is_told(user, settings):
    give_totp(user)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match=r"mfa\.authenticator:"):
        rotate("--write")
