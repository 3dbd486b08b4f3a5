"""One Chromium for the session, a fresh context for each visit, and what the browser says while it loads."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.e2e.checks.layout import WIDE
from tests.e2e.checks.visit import Heard, Visit

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # milliseconds, on a machine shared by several suites
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "e2e"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Window:
    """Opens browser contexts that can reach one site only, and hears what their pages complain of."""

    def __init__(self, browser: Browser, site: str, validate: Callable[..., Any], axe_source: str) -> None:
        self.browser = browser
        self.site = origin_of(site)
        self.validate = validate
        self.axe_source = axe_source
        # Pages served from a string, for the tests of the checks: path → (headers, HTML).
        self.planted: dict[str, tuple[dict[str, str], str]] = {}

    @contextmanager
    def context(
        self, *, cookies: list[dict[str, Any]], theme: str, language: str, **options: Any
    ) -> Iterator[BrowserContext]:
        context = self.new_context(cookies=cookies, theme=theme, language=language, **options)
        try:
            yield context
        finally:
            context.close()

    def new_context(
        self, *, cookies: list[dict[str, Any]], theme: str, language: str, **options: Any
    ) -> BrowserContext:
        settings = {
            "color_scheme": theme,
            "locale": {"fr": "fr-FR", "en": "en-GB"}[language],
            "reduced_motion": "reduce",
            "viewport": WIDE,
        }
        context = self.browser.new_context(**settings | options)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"url": self.site, **cookie} for cookie in cookies])  # type: ignore[misc]
        # Only what is not the site's is intercepted: handling each of its own requests here would slow every visit.
        elsewhere = re.compile(rf"^(?!{re.escape(self.site)}/)https?:")
        context.route(elsewhere, lambda route: route.abort())
        if self.planted:
            context.route(f"{self.site}/**", self._serve_planted)
        return context

    def _serve_planted(self, route: Any) -> None:
        path = urlsplit(route.request.url).path
        if path not in self.planted:
            route.fulfill(status=404, body="Not found")
            return
        headers, html = self.planted[path]
        route.fulfill(status=200, headers={"content-type": "text/html; charset=utf-8", **headers}, body=html)

    def listen(self, page: Page) -> Heard:
        """Gather what the page asks of others and complains of, from now on."""
        heard = Heard()

        def on_console(message: ConsoleMessage) -> None:
            if message.type != "error":
                return
            location = message.location.get("url", "")
            if "Content Security Policy" in message.text:
                heard.violations.append(message.text)
            # The status of the page itself is judged elsewhere; a request to others is a finding already.
            elif (location != page.url and origin_of(location) == self.site) or not location:
                heard.console.append(f"{message.text} {location}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: heard.console.append(str(error)))
        page.on(
            "request",
            lambda request: (
                heard.external.append(request.url)
                if request.url.startswith(("http", "ws")) and origin_of(request.url) != self.site
                else None
            ),
        )
        return heard

    def visit(self, context: BrowserContext, url: str, *, is_admin: bool = False) -> Visit:
        """Open an address and hand over all that a check may ask about it."""
        page = context.new_page()
        heard = self.listen(page)
        response = page.goto(url, wait_until="load")
        assert response is not None
        html = response.text()

        def reopen(**options: Any) -> Page:
            state = [
                {key: cookie[key] for key in ("name", "value", "domain", "path") if key in cookie}
                for cookie in context.cookies()
            ]
            scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
            language = "en" if page.evaluate("navigator.language").startswith("en") else "fr"
            other = self.new_context(cookies=[], theme=scheme, language=language, **options)
            other.add_cookies(state)  # type: ignore[arg-type]
            twin = other.new_page()
            twin.goto(url, wait_until="load")
            return twin

        return Visit(
            page=page,
            html=html,
            heard=heard,
            reopen=reopen,
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
