"""The fixtures of the browser checks. `docs/how-to/check-a-page.md` tells how to use them."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.e2e import tools
from tests.e2e.browser import FLAGS, Tabs, Window
from tests.e2e.house import House
from tests.e2e.people import ANONYMOUS, Visitor, visitor


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; it takes longer to start than a page takes to check."""
    path = tools.chromium_path()
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        asyncio._set_running_loop(None)
        yield browser
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="session")
def tabs(chromium: Browser) -> Tabs:
    return Tabs(chromium)


@pytest.fixture(scope="session")
def validate() -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    with tools.validator() as ask:
        yield ask


@pytest.fixture(scope="session")
def house(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    house = House(django_db_blocker)
    try:
        house.build()
        yield house
    finally:
        house.demolish()


@pytest.fixture
def in_house(house: House) -> Iterator[House]:
    """The test and the live server share the house's database."""
    with house.entered():
        yield house


@pytest.fixture
def _beside_the_browser(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Django's ORM and the browser's event loop share a thread, for this test only.

    Playwright's synchronous interface leaves its loop marked as running between two calls. Django then takes the
    test for asynchronous code and refuses queries; and the next test of this worker could not run a loop of its own.
    """
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    asyncio._set_running_loop(chromium._impl_obj._loop)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture
def window(
    tabs: Tabs, validate: Callable[[str], list[dict[str, Any]]], in_house: House, _beside_the_browser: None
) -> Window:
    """Opens pages of the site, and hears what they ask for and complain of."""
    return Window(tabs, in_house.url, validate, tools.axe_source())


@pytest.fixture
def open_as(window: Window) -> Iterator[Callable[..., BrowserContext]]:
    """A browser context signed in as a role, closed after the test: `open_as("operator", theme="dark")`."""
    with ExitStack() as stack:

        def open_as(
            role: str | Visitor = ANONYMOUS, *, theme: str = "light", language: str = "fr", **options: Any
        ) -> BrowserContext:
            who = role if isinstance(role, Visitor) else visitor(role)
            cookies = who.cookies(theme=theme, language=language)
            return stack.enter_context(window.context(cookies=cookies, theme=theme, language=language, **options))

        yield open_as


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    """A page of an anonymous visitor."""
    return open_as().new_page()


@pytest.fixture
def go(window: Window, page: Page) -> Callable[..., None]:
    """Open a page of the site by its name."""

    def go(name: str, **kwargs: Any) -> None:
        page.goto(window.site + reverse(name, kwargs=kwargs))

    return go


@pytest.fixture
def assert_sound(window: Window, page: Page) -> Callable[[], None]:
    """Check a page that only a journey reaches, as `test_pages` checks the others."""

    def assert_sound() -> None:
        found = window.findings(page)
        assert not found, f"{page.url}\n" + "\n".join(map(str, found))

    return assert_sound
