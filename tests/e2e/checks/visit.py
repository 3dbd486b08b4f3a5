"""A page as a browser has just opened it, and what a check finds on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True)
class Finding:
    """One fault: which check saw it, what is wrong, where."""

    check: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        where = " ".join(self.where.split())
        return f"{self.check}: {self.message}" + (f"  [{where}]" if where else "")


@dataclass
class Heard:
    """What the browser reported while it loaded the page."""

    external: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """An open page, the HTML exactly as the server sent it, and the means to open the same address otherwise."""

    page: Page
    html: str
    heard: Heard
    # Opens the same address, as the same person, in a browser that runs no script.
    without_scripts: Callable[[], AbstractContextManager[Page]]
    # Asks the validator: HTML in, messages out.
    validate: Callable[[str], list[dict[str, Any]]]
    axe_source: str
    # The stock administration is not ours to rewrite: checks of house rules leave it alone.
    is_admin: bool = False

    @property
    def language(self) -> str:
        return self.page.evaluate("document.documentElement.lang") or ""
