"""Looking at a site without visiting it: a page or two, through the guarded session, robots.txt obeyed.

    trial = try_page(config, "https://example.org/product/12")      what a run would read there, and which links
    trials = first_trials(config)                                   from the start to the first pages with items

What is fetched is judged by a program of its own (`judging.py`): what people write may never end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from apps.collection.connectors import outbound
from apps.collection.connectors.base import Batch, Rejected
from apps.collection.connectors.texts import text_batch
from apps.collection.connectors.web.config import URL, StartKind, WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, RobotsForbid, SelectorRefused, SelectorTooSlow
from apps.collection.connectors.web.fetching import LOOK_SECONDS, Fetcher, most_bytes
from apps.collection.connectors.web.judging import Judge
from apps.collection.crawler.listings import Listing, read_listing
from apps.collection.crawler.selecting import Row
from apps.collection.crawler.urls import cleaned, host_of, is_inside
from apps.collection.enums import PageFailure, RejectionReason
from apps.collection.exceptions import CollectionError
from apps.core.http import guarded_session

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


def try_page(config: WebConfig, url: str, *, is_item: bool = True) -> Trial:
    """Fetch one page and read it as a run would. Raises RobotsForbid, and the errors of `connectors.outbound`."""
    with _looking(config) as looking:
        return looking.at(url, is_item=is_item)


def first_trials(config: WebConfig) -> Iterator[Trial]:
    """The page to start from, then the first ones that it leads to, until some have been looked into for items.

    Raises RobotsForbid, NothingReadable, SelectorTooSlow, SelectorRefused, and the errors of `connectors.outbound`.
    """
    with _looking(config) as looking:
        start = config.start_urls[0]
        waiting, seen = [(start, looking.is_item(start))], {start}
        for _page in range(PAGES):
            if not waiting:
                return
            url, is_item = waiting.pop(0)
            trial = looking.try_at(url, is_item=is_item) if url != start else looking.at(url, is_item=is_item)
            yield trial
            found = [(each, True) for each in trial.items] + [(each, not config.item_pages) for each in trial.follow]
            new = [(each, is_item) for each, is_item in found if each not in seen and is_inside(each, config.domains)]
            seen |= {each for each, _is_item in new}
            # Those with items first: they are what is looked for.
            waiting = sorted(waiting + new[:PAGES], key=lambda each: not each[1])


@contextmanager
def _looking(config: WebConfig) -> Iterator["_Looking"]:
    with (
        guarded_session(size=most_bytes(config), total=LOOK_SECONDS, tries=1) as session,
        Judge(config) as judge,
    ):
        yield _Looking(config, Fetcher(config, session), judge)


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
    """A look at a site: what it gives is fetched here, and judged in a program of its own."""

    config: WebConfig
    fetcher: Fetcher
    judge: Judge

    def is_item(self, url: str) -> bool:
        """Whether a page that no link of another led to holds an item."""
        return (url, True) in self.judge.choose([url])

    def try_at(self, url: str, *, is_item: bool) -> Trial:
        """The same as `at`, of a page among others, whose failure is worth telling rather than raising."""
        try:
            return self.at(url, is_item=is_item)
        except (SelectorTooSlow, SelectorRefused):  # of the settings, not of this page
            raise
        except CollectionError as error:
            return Trial(url=url, failure=error)

    def at(self, url: str, *, is_item: bool) -> Trial:
        fetched = self.fetcher.fetch(url)
        if listing := read_listing(fetched.body, url=fetched.url):
            return self._listed(listing, fetched.url)
        is_to_list = self.config.start_kind == StartKind.LISTING and url in self.config.start_urls
        if is_to_list or not fetched.is_a_page:
            raise NothingReadable(host=host_of(url))
        rows, links = self.judge.look(fetched.page, is_item=is_item)
        by_rule = bool(self.config.item_pages)
        return Trial(
            url=cleaned(fetched.url, self.config.dropped) or fetched.url,
            rows=rows,
            items=tuple(each for each, leads_to_item in links if leads_to_item and by_rule),
            follow=tuple(each for each, leads_to_item in links if not (leads_to_item and by_rule)),
        )

    def _listed(self, listing: Listing, url: str) -> Trial:
        chosen = self.judge.choose(listing.pages)
        items = tuple(page for page, is_item in chosen if is_item)
        follow = tuple(page for page, is_item in chosen if not is_item)
        return Trial(url=url, items=items, follow=(*follow, *listing.listings), listing=listing.kind)


# What a run says of a page that raises this when it is looked at alone: the first line that matches.
_FAILURES = [
    (RobotsForbid, PageFailure.ROBOTS),
    (NothingReadable, PageFailure.NOT_A_PAGE),
    (outbound.AddressNotAllowed, PageFailure.ADDRESS_NOT_ALLOWED),
    (outbound.AddressNotUsable, PageFailure.ADDRESS_NOT_ALLOWED),
    (outbound.PortNotOpen, PageFailure.ADDRESS_NOT_ALLOWED),
    (outbound.SiteTooTalkative, PageFailure.TOO_LARGE),
    (outbound.SiteTooSlow, PageFailure.TIMEOUT),
]


def _why_of(error: CollectionError) -> dict[str, Any]:
    if status := error.details.get("status"):
        return {"why": str(PageFailure.STATUS), "status": status}
    why = next((why for kind, why in _FAILURES if isinstance(error, kind)), PageFailure.UNREACHABLE)
    return {"why": str(why)}
