"""One Chromium for the session, tabs that serve one visit after the other, and what the browser says meanwhile."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.checks import QUICK, TRANSPORT, Finding
from tests.e2e.checks.layout import WIDE
from tests.e2e.checks.visit import Heard, Visit

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other machine has a name or an address here. Intercepting requests would say no as well, but each of the
    # site's own would then wait for it, and none would be cached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 60_000  # milliseconds, on a machine shared by several suites
NOTHING = '<!DOCTYPE html><title>Nothing</title><link rel="icon" href="data:,">'
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "e2e"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass
class Tab:
    """A page of a context of its own, and what it complained of since it was last asked."""

    page: Page
    heard: Heard = field(default_factory=Heard)

    def leave(self) -> None:
        """Forget who visited and what for; nothing of theirs runs on."""
        with suppress(PlaywrightError):  # a page that the browser made itself has no storage
            self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        self.page.context.clear_cookies()
        # Not about:blank: leaving the site ends its process, and coming back takes another.
        self.page.set_content(NOTHING)


class Tabs:
    """The tabs that wait for their next visit, by how they are set: making one takes longer than most visits.

    One that a failed visit leaves behind is not kept.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.waiting: dict[tuple[Any, ...], list[Tab]] = {}

    @contextmanager
    def taken(self, *, make: Callable[[], Tab], **how: Any) -> Iterator[Tab]:
        waiting = self.waiting.setdefault(tuple(sorted(how.items())), [])
        tab = waiting.pop() if waiting else make()
        tab.heard = Heard()
        try:
            yield tab
            tab.leave()
        except BaseException:
            tab.page.context.close()
            raise
        waiting.append(tab)


class Window:
    """Opens pages that can reach one site only, and hears what they complain of."""

    def __init__(self, tabs: Tabs, site: str, validate: Callable[..., Any], axe_source: str) -> None:
        self.tabs = tabs
        self.site = origin_of(site)
        self.validate = validate
        self.axe_source = axe_source
        # Pages served from a string, for the tests of the checks: path → (headers, HTML).
        self.planted: dict[str, tuple[dict[str, str], str]] = {}

    @contextmanager
    def context(
        self, *, cookies: list[dict[str, Any]], theme: str, language: str, **options: Any
    ) -> Iterator[BrowserContext]:
        """A browser that has never been anywhere, for what people do from page to page."""
        context = self._new_context(theme=theme, language=language, **options)
        try:
            context.add_cookies(self._of_the_site(cookies))
            yield context
        finally:
            context.close()

    def findings(self, page: Page) -> list[Finding]:
        """What the quick checks find on a page that is open already."""
        visit = Visit(
            page=page,
            html=page.content(),
            heard=Heard(),
            without_scripts=lambda: nullcontext(page),
            validate=self.validate,
            axe_source=self.axe_source,
        )
        return [finding for check in QUICK if check not in TRANSPORT for finding in check(visit)]

    @contextmanager
    def tab(self, *, cookies: list[dict[str, Any]], theme: str, language: str, scripts: bool = True) -> Iterator[Tab]:
        """A tab with these cookies and no other, for one visit."""

        def make() -> Tab:
            context = self._new_context(theme=theme, language=language, java_script_enabled=scripts)
            tab = Tab(context.new_page())
            self._listen(tab)
            return tab

        how = {"site": self.site, "theme": theme, "language": language, "scripts": scripts}
        with self.tabs.taken(make=make, **how) as tab:
            if self.planted:
                tab.page.unroute_all()  # what the test before planted
                tab.page.route(f"{self.site}/**", self._serve_planted)
            tab.page.context.add_cookies(self._of_the_site(cookies))
            yield tab

    def _new_context(self, *, theme: str, language: str, **options: Any) -> BrowserContext:
        settings = {
            "color_scheme": theme,
            "locale": {"fr": "fr-FR", "en": "en-GB"}[language],
            "reduced_motion": "reduce",
            "viewport": WIDE,
        }
        context = self.tabs.browser.new_context(**settings | options)
        context.set_default_timeout(PATIENCE)
        return context

    def _of_the_site(self, cookies: list[dict[str, Any]]) -> list[Any]:
        return [{"url": self.site, **cookie} for cookie in cookies]

    def _serve_planted(self, route: Any) -> None:
        path = urlsplit(route.request.url).path
        if path not in self.planted:
            route.fulfill(status=404, body="Not found")
            return
        headers, html = self.planted[path]
        route.fulfill(status=200, headers={"content-type": "text/html; charset=utf-8", **headers}, body=html)

    def _listen(self, tab: Tab) -> None:
        """Gather what the pages of this tab ask of others and complain of."""
        page, site = tab.page, self.site

        def on_console(message: ConsoleMessage) -> None:
            if message.type != "error":
                return
            location = message.location.get("url", "")
            if "Content Security Policy" in message.text:
                tab.heard.violations.append(message.text)
            # The status of the page itself is judged elsewhere; a request to others is a finding already.
            elif (location != page.url and origin_of(location) == site) or not location:
                tab.heard.console.append(f"{message.text} {location}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: tab.heard.console.append(str(error)))
        page.on(
            "request",
            lambda request: (
                tab.heard.external.append(request.url)
                if request.url.startswith(("http", "ws")) and origin_of(request.url) != site
                else None
            ),
        )

    @contextmanager
    def visit(
        self, path: str, *, cookies: list[dict[str, Any]], theme: str, language: str, is_admin: bool = False
    ) -> Iterator[Visit]:
        """Open a page of the site, and hand over all that a check may ask about it."""
        url, look = self.site + path, {"theme": theme, "language": language}

        @contextmanager
        def without_scripts() -> Iterator[Page]:
            held = [{"name": each["name"], "value": each["value"]} for each in tab.page.context.cookies()]
            with self.tab(cookies=held, **look, scripts=False) as twin:
                twin.page.goto(url, wait_until="load")
                yield twin.page

        with self.tab(cookies=cookies, **look) as tab:
            response = tab.page.goto(url, wait_until="load")
            assert response is not None
            yield Visit(
                page=tab.page,
                html=response.text(),
                heard=tab.heard,
                without_scripts=without_scripts,
                validate=self.validate,
                axe_source=self.axe_source,
                is_admin=is_admin,
            )

    def keep_a_picture(self, page: Page, name: str) -> Path:
        """Keep what the page looked like when a check failed."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower()).strip('-')}.png"
        page.screenshot(path=path, full_page=True)
        return path
