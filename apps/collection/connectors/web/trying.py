"""Trying selectors on a page of the site: fetched once, kept for whoever tries for a few minutes, then only read.

    page = kept_page(url, whose="12:reports") or fetch_page(config, url, whose="12:reports")
    tried = try_selectors(config, page, lines=["title = h1"])

Nothing is collected, and nothing of the page is kept but in the cache, under the name of the person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, PageElsewhere
from apps.collection.connectors.web.fetching import LOOK_SECONDS, Fetcher, most_bytes
from apps.collection.connectors.web.judging import FieldTrials, Judge
from apps.collection.crawler.pages import Page
from apps.collection.crawler.urls import host_of, is_inside
from apps.core.http import guarded_session

KEPT_SECONDS = 10 * 60
# A page that people read to write selectors is never so large; the cache is shared with all the rest.
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SelectorTrial:
    """What the lines find in a page, and how the page is made."""

    page: Page
    found: FieldTrials
    outline: str


def kept_page(url: str, *, whose: str) -> Page | None:
    """The page, if it is the one that was fetched last for this person; one at most is kept for each."""
    kept = cache.get(_key(whose))
    return Page(url=kept["url"], text=kept["text"]) if kept and kept["asked"] == url else None


def fetch_page(config: WebConfig, url: str, *, whose: str) -> Page:
    """Fetch and keep it. Raises PageElsewhere, RobotsForbid, NothingReadable, and the errors of `outbound`."""
    _check_inside(config, url)
    size = min(most_bytes(config), MAX_BYTES)
    with guarded_session(size=size, total=LOOK_SECONDS, tries=1) as session:
        fetched = Fetcher(config, session).fetch(url)
    _check_inside(config, fetched.url)
    if not fetched.is_a_page:
        raise NothingReadable(host=host_of(url))
    page = fetched.page
    cache.set(_key(whose), {"asked": url, "url": page.url, "text": page.text}, KEPT_SECONDS)
    return page


def try_selectors(config: WebConfig, page: Page, *, lines: Sequence[str], item_selector: str = "") -> SelectorTrial:
    """What each line finds, or why it finds nothing. Takes a second or two, whatever is written.

    Raises SelectorTooSlow if the page itself cannot be read in time.
    """
    with Judge(config) as judge:
        outline = judge.outline(page)
        found = judge.try_fields(page, lines=lines, item_selector=item_selector)
    return SelectorTrial(page=page, found=found, outline=outline)


def _check_inside(config: WebConfig, url: str) -> None:
    if not is_inside(url, config.domains):
        raise PageElsewhere(host=host_of(url))


def _key(whose: str) -> str:
    return f"collection-page:{whose}"
