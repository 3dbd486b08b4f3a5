"""What people do from end to end, in a real browser: sign in, protect the account, make a token, choose a look."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page
from pytest_django import Settings

from apps.accounts.models import User
from tests.e2e.browser import Window
from tests.e2e.house import House
from tests.e2e.people import PASSWORD, Visitor, make_person

pytestmark = pytest.mark.e2e

ERROR = re.compile(r"^(Erreur\s*:|Error:)")
ENOUGH_STOPS = 60


@pytest.fixture
def person(in_house: House) -> User:
    return make_person(f"journey-{uuid4().hex[:12]}@ecluse.test")


def sign_in(page: Page, person: User, *, password: str = PASSWORD) -> None:
    page.locator("main [name=login]").fill(person.email)
    page.locator("main [name=password]").fill(password)
    send(page, "main form:has([name=password])")


def sign_out(page: Page, go: Callable[..., None]) -> None:
    go("account_logout")
    send(page, "main form")
    assert not is_signed_in(page)


def send(page: Page, form: str = "main form:has(#submit)") -> None:
    """Press the button of a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(f"{form} button:not([type=button])").first.click()


def is_signed_in(page: Page) -> bool:
    return any(cookie["name"] == settings.SESSION_COOKIE_NAME for cookie in page.context.cookies()) and bool(
        page.locator(f'a[href="{reverse("accounts:profile")}"]').count()
    )


def code_of(secret: str) -> str:
    """The code that an authenticator application shows now for this secret."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def tab_to(page: Page, selector: str) -> None:
    for _ in range(ENOUGH_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"The Tab key does not reach {selector}.")


def test_signing_in_takes_no_mouse(page: Page, person: User, go: Callable[..., None]) -> None:
    go("account_login")

    tab_to(page, "main [name=login]")
    page.keyboard.type(person.email)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert is_signed_in(page)
    assert page.url.endswith(reverse("home"))


def test_a_wrong_password_is_explained_without_saying_who_has_an_account(
    page: Page, person: User, go: Callable[..., None], assert_sound: Callable[[], None]
) -> None:
    said = []
    for email in (person.email, f"nobody-{uuid4().hex[:8]}@ecluse.test"):
        go("account_login")
        sign_in(page, User(email=email), password="not the password")
        said.append(page.locator("main").inner_text().replace(email, ""))

        assert ERROR.match(page.title())
        assert not is_signed_in(page)
    assert said[0] == said[1]
    assert_sound()


def test_a_second_factor_is_turned_on_then_asked_for_and_a_recovery_code_replaces_it(
    page: Page, person: User, go: Callable[..., None], assert_sound: Callable[[], None]
) -> None:
    go("account_login")
    sign_in(page, person)

    go("mfa_activate_totp")
    secret = page.locator("#secret code").inner_text().strip()
    page.locator("main [name=code]").fill(code_of(secret))
    send(page)
    go("mfa_view_recovery_codes")
    recovery_codes = page.locator("main li code").all_inner_texts()
    assert len(recovery_codes) == 10
    assert_sound()

    for code in (code_of(secret), recovery_codes[0]):
        sign_out(page, go)
        go("account_login")
        sign_in(page, person)
        assert page.url.endswith(reverse("mfa_authenticate"))
        assert not is_signed_in(page)
        assert_sound()
        page.locator("main [name=code]").fill(code)
        send(page)
        assert is_signed_in(page)

    go("mfa_view_recovery_codes")
    assert recovery_codes[0] not in page.locator("main li code").all_inner_texts()


def test_a_wrong_second_factor_is_explained(
    page: Page, person: User, go: Callable[..., None], assert_sound: Callable[[], None]
) -> None:
    go("account_login")
    sign_in(page, person)
    go("mfa_activate_totp")

    page.locator("main [name=code]").fill("000000")
    send(page)

    assert ERROR.match(page.title())
    assert page.locator("[aria-invalid=true]").get_attribute("name") == "code"
    assert_sound()


def test_a_security_key_signs_in(
    chromium: Any, window: Window, in_house: House, person: User, settings: Settings
) -> None:
    # Browsers tie keys to a name, never to an address; plain HTTP is secure enough on this name alone.
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    window.site = window.site.replace("127.0.0.1", "localhost")
    with window.context(cookies=[], theme="light", language="fr") as context:
        page = context.new_page()
        plug_in_a_key(context, page)

        def go(name: str) -> None:
            page.goto(window.site + reverse(name))

        go("account_login")
        sign_in(page, person)
        go("mfa_add_webauthn")
        page.locator("main [name=name]").fill("Clé de bureau")
        with page.expect_navigation():
            page.locator("#key-create").click()
        go("mfa_list_webauthn")
        assert "Clé de bureau" in page.locator("main").inner_text()

        sign_out(page, go)
        go("account_login")
        sign_in(page, person)
        assert not is_signed_in(page)
        with page.expect_navigation():
            page.locator("#key-get").click()
        assert is_signed_in(page)


def plug_in_a_key(context: BrowserContext, page: Page) -> None:
    """Give the browser a virtual security key, which answers as if someone touched it each time."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_token_made_on_the_page_opens_the_api_until_it_is_revoked(
    window: Window, page: Page, person: User, go: Callable[..., None], assert_sound: Callable[[], None]
) -> None:
    go("account_login")
    sign_in(page, person)
    go("accounts:token_create")
    page.locator("main [name=name]").fill("Nightly export")
    page.locator("main [name=scopes]").first.check()
    send(page)
    secret = page.locator("#secret code").inner_text().strip()
    assert_sound()

    def ask() -> int:
        address = window.site + reverse("api-me")
        return requests.get(address, headers={"Authorization": f"Bearer {secret}"}, timeout=60).status_code

    assert ask() == 200

    go("accounts:tokens")
    with page.expect_navigation():
        page.locator('main a[href$="/revoquer/"]').click()
    send(page, "main form")
    deadline = time.monotonic() + settings.API_TOKEN_CACHE_SECONDS + 1
    while (status := ask()) != 401 and time.monotonic() < deadline:
        pass
    assert status == 401


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("is_known", [True, False], ids=["signed in", "anonymous"])
def test_language_and_theme_are_chosen_and_kept(
    window: Window, person: User, open_as: Callable[..., BrowserContext], is_known: bool, scripts: bool
) -> None:
    who = Visitor("user", person) if is_known else "anonymous"
    page = open_as(who, theme="light", language="fr", java_script_enabled=scripts).new_page()
    page.goto(window.site + reverse("help"))
    assert (page.locator("html").get_attribute("lang"), page.url) == ("fr", window.site + reverse("help"))

    with page.expect_navigation():
        page.locator("#language-en").click()
    with page.expect_navigation():
        page.locator("#theme").select_option("dark")
        page.locator("#theme-apply").click()

    assert page.url == window.site + reverse("help")
    page.goto(window.site + reverse("accessibility"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    if is_known:
        person.refresh_from_db()
        assert (person.language, person.theme) == ("en", "dark")
