"""Looking at a site without visiting it: a page or two, through the guarded session, robots.txt obeyed.

    trial = try_page(config, "https://example.org/product/12")      what a run would read there, and which links
    trials = first_trials(config)                                   from the start to the first pages with items

`crawler.selecting.try_selectors` does the same to a page that one already has, without any network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.collection.connectors import outbound
from apps.collection.connectors.base import Batch, Rejected
from apps.collection.connectors.outbound import outbound_errors
from apps.collection.connectors.texts import text_batch
from apps.collection.connectors.web.config import URL, StartKind, WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, RobotsForbid
from apps.collection.crawler.links import LinkRules, link_rule, links_of
from apps.collection.crawler.listings import Listing, read_listing, unzipped
from apps.collection.crawler.orders import MAX_LISTING
from apps.collection.crawler.pages import Page, is_a_page
from apps.collection.crawler.robots import MAX_SIZE, Robots, robots_url
from apps.collection.crawler.selecting import Row, field_rule, rows_of
from apps.collection.crawler.urls import cleaned, host_of, is_inside
from apps.collection.enums import PageFailure, RejectionReason
from apps.collection.exceptions import CollectionError
from apps.core.http import GuardedSession, guarded_session

# The time that a person waits for an answer about a site, and about a page of it.
LOOK_SECONDS = 5
# How many pages are looked at, the first ones and those that they lead to.
PAGES = 4


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one page gives. `rows` is None if it is not one to look for items in; `failure` if it could not be read."""

    url: str
    rows: list[Row] | None = None
    items: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    listing: str = ""
    failure: CollectionError | None = None


def rules_of(config: WebConfig) -> LinkRules:
    return LinkRules(
        follow=tuple(link_rule(line) for line in config.follow or ()),
        items=tuple(link_rule(line) for line in config.item_pages or ()),
        dropped=config.dropped,
    )


def read_robots(config: WebConfig, session: GuardedSession, url: str) -> Robots:
    """The robots.txt of the site of this page: one request. Raises the errors of `connectors.outbound`."""
    with outbound_errors():
        # Of these statuses, each says that there is none.
        headers, none = {"User-Agent": config.user_agent}, range(400, 429)
        response = session.get(robots_url(url), headers=headers, accepting=none)
    return Robots.read(response.status_code, response.content[:MAX_SIZE])


def try_page(config: WebConfig, url: str, *, is_item: bool = True) -> Trial:
    """Fetch one page and read it as a run would. Raises RobotsForbid, and the errors of `connectors.outbound`."""
    with guarded_session(size=_size(config), total=LOOK_SECONDS, tries=1) as session:
        return _Looking(config, session).at(url, is_item=is_item)


def first_trials(config: WebConfig) -> Iterator[Trial]:
    """The page to start from, then the first ones that it leads to, until some have been looked into for items.

    Raises RobotsForbid, NothingReadable, and the errors of `connectors.outbound`.
    """
    with guarded_session(size=_size(config), total=LOOK_SECONDS, tries=1) as session:
        looking = _Looking(config, session)
        start = config.start_urls[0]
        rules = rules_of(config)
        waiting, seen = [(start, rules.is_item(start))], {start}
        for _page in range(PAGES):
            if not waiting:
                return
            url, is_item = waiting.pop(0)
            trial = looking.try_at(url, is_item=is_item) if url != start else looking.at(url, is_item=is_item)
            yield trial
            found = [(each, True) for each in trial.items] + [(each, not rules.items) for each in trial.follow]
            new = [(each, is_item) for each, is_item in found if each not in seen and is_inside(each, config.domains)]
            seen |= {each for each, _is_item in new}
            # Those with items first: they are what is looked for.
            waiting = sorted(waiting + new[:PAGES], key=lambda each: not each[1])


def sample_batch(config: WebConfig, trials: Iterator[Trial]) -> Batch:
    """What these pages give, as a run would give it."""
    records: list[dict[str, str | None]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    for trial in trials:
        if trial.failure:
            number = len(records) + len(rejected) + 1
            rejected.append(
                Rejected(
                    row=number,
                    reason=RejectionReason.PAGE_NOT_READ,
                    details=_why_of(trial.failure),
                    text=trial.url,
                )
            )
        for row in trial.rows or ():
            number = len(records) + len(rejected) + 1
            missing = row.missing or (config.field_names if row.is_empty else ())
            if missing:
                details = {"field": ", ".join(missing)}
                rejected.append(
                    Rejected(row=number, reason=RejectionReason.MISSING_FIELD, details=details, text=trial.url)
                )
            else:
                records.append({URL: trial.url, **row.values})
                numbers.append(number)
    rows = text_batch(records, config.columns, rows=numbers)
    return Batch(rows=rows, cursor={}, rejected=tuple(rejected))


@dataclass
class _Looking:
    """A look at a site: each robots.txt is asked for once."""

    config: WebConfig
    session: GuardedSession

    def __post_init__(self) -> None:
        self.rules = rules_of(self.config)
        self._robots: dict[str, Robots] = {}

    def try_at(self, url: str, *, is_item: bool) -> Trial:
        """The same of a page among others, whose failure is worth telling rather than raising."""
        try:
            return self.at(url, is_item=is_item)
        except CollectionError as error:
            return Trial(url=url, failure=error)

    def at(self, url: str, *, is_item: bool) -> Trial:
        self._check_robots(url)
        headers = {"User-Agent": self.config.user_agent}
        with outbound_errors():
            response = self.session.get(url, headers=headers)
        # A redirection may have led to a page that may not be read: it was fetched, and is not looked at.
        self._check_robots(response.url)
        content_type = response.headers.get("Content-Type", "")
        body = unzipped(response.content, limit=MAX_LISTING)
        if body is None:
            raise NothingReadable(host=host_of(url))
        if listing := read_listing(body, url=response.url):
            return self._listed(listing, response.url)
        if self.config.start_kind == StartKind.LISTING and url in self.config.start_urls:
            raise NothingReadable(host=host_of(url))
        if not is_a_page(body, content_type):
            raise NothingReadable(host=host_of(url))
        page = Page.read(body, url=response.url, content_type=content_type)
        fields = [field_rule(line) for line in self.config.fields]
        links = list(links_of(page, self.rules))
        by_rule = bool(self.rules.items)
        return Trial(
            url=cleaned(response.url, self.rules.dropped) or response.url,
            rows=rows_of(page, fields, self.config.item_selector) if is_item else None,
            items=tuple(each for each, leads_to_item in links if leads_to_item and by_rule),
            follow=tuple(each for each, leads_to_item in links if not (leads_to_item and by_rule)),
        )

    def _listed(self, listing: Listing, url: str) -> Trial:
        pages = [page for page in listing.pages if self.rules.is_listed(page)]
        items = tuple(page for page in pages if self.rules.is_item(page))
        follow = tuple(page for page in pages if page not in set(items))
        return Trial(url=url, items=items, follow=(*follow, *listing.listings), listing=listing.kind)

    def _check_robots(self, url: str) -> None:
        key = robots_url(url)
        if key not in self._robots:
            self._robots[key] = read_robots(self.config, self.session, url)
        if not self._robots[key].allows(url):
            raise RobotsForbid(host=host_of(url))


# What a run says of a page that raises this when it is looked at alone: the first line that matches.
_FAILURES = [
    (RobotsForbid, PageFailure.ROBOTS),
    (NothingReadable, PageFailure.NOT_A_PAGE),
    (outbound.AddressNotAllowed, PageFailure.ADDRESS_NOT_ALLOWED),
    (outbound.AddressNotUsable, PageFailure.ADDRESS_NOT_ALLOWED),
    (outbound.SiteTooTalkative, PageFailure.TOO_LARGE),
    (outbound.SiteTooSlow, PageFailure.TIMEOUT),
]


def _why_of(error: CollectionError) -> dict[str, Any]:
    if status := error.details.get("status"):
        return {"why": str(PageFailure.STATUS), "status": status}
    why = next((why for kind, why in _FAILURES if isinstance(error, kind)), PageFailure.UNREACHABLE)
    return {"why": str(why)}


def _size(config: WebConfig) -> int:
    """A listing is larger than a page may be."""
    is_listing = config.start_kind != StartKind.PAGE
    return max(config.max_page_kb * 1024, MAX_LISTING if is_listing else MAX_SIZE)
