"""A passkey: a security key that is enough by itself, in a real browser."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import AuditEvent
from tests.e2e.browser import Window
from tests.e2e.house import House
from tests.e2e.people import make_person
from tests.e2e.test_journeys import is_signed_in, plug_in_a_key, sign_in, sign_out

pytestmark = pytest.mark.e2e


def test_a_passkey_signs_in_without_e_mail_or_password(
    chromium: Any, window: Window, in_house: House, settings: Settings
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    window.site = window.site.replace("127.0.0.1", "localhost")
    person = make_person(f"passkey-{uuid4().hex[:12]}@ecluse.test")
    with window.context(cookies=[], theme="light", language="fr") as context:
        page = context.new_page()
        plug_in_a_key(context, page)

        def go(name: str) -> None:
            page.goto(window.site + reverse(name))

        go("account_login")
        sign_in(page, person)
        go("mfa_add_webauthn")
        page.locator("main [name=passwordless]").check()
        with page.expect_navigation():
            page.locator("#key-create").click()
        sign_out(page, go)
        go("account_login")
        with page.expect_navigation():
            page.locator("#key-login").click()

        assert is_signed_in(page)
        signed_in = AuditEvent.objects.filter(actor=person, action="signed_in").first()
        assert signed_in is not None
        assert signed_in.details == {"methods": ["webauthn"]}
