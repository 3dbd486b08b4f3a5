"""What people do with any page, by the names that it gives to things, in English."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import reverse
from playwright.sync_api import Locator, Page

Typed = str | bool | Path


@dataclass(frozen=True)
class Hands:
    """Someone at a browser. `check` judges each page that they come to."""

    page: Page
    site: str
    check: Callable[[], None]

    def open(self, name: str, *arguments: Any) -> None:
        self.page.goto(self.site + reverse(name, args=arguments))
        self.check()

    def fill(self, typed: Mapping[str, Typed]) -> None:
        for label, value in typed.items():
            self._fill(self._field(label), value)

    def press(self, button: str) -> None:
        """Press a button, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=button, exact=True).click()
        self.check()

    def follow(self, link: str, *, to: str = "") -> None:
        """Follow a link; `to` the address that begins so, where several are called the same."""
        found = self.page.locator("main").get_by_role("link", name=link, exact=True)
        with self.page.expect_navigation():
            found.and_(self.page.locator(f'[href^="{to}"]') if to else found).first.click()
        self.check()

    @property
    def figures(self) -> dict[str, str]:
        """The key figures of the page."""
        pairs = self.page.locator(".figures > div").all()
        return {pair.locator("dt").inner_text(): pair.locator("dd").first.inner_text() for pair in pairs}

    def _field(self, label: str) -> Locator:
        return self.page.locator("main").get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))

    def _fill(self, field: Locator, value: Typed) -> None:
        if not field.is_visible():
            field.locator("xpath=ancestor::details").locator("summary").click()
        match value:
            case bool():
                field.set_checked(value)
            case Path():
                field.set_input_files(value)
            case str() if field.evaluate("field => field.matches('select')"):
                field.select_option(label=value)
            case str():
                field.fill(value)
