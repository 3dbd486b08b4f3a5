"""Reading a site by batches: the frontier says what to visit, the program visits, what it says becomes records.

What the program tells of a page is taken whole or not at all, and a batch leaves with the frontier as it is then: a
process killed at any instant goes on from its last batch, fetches again the pages that it had not told, and neither
loses nor doubles an item.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from apps.collection.connectors.base import Batch, Cursor, Rejected
from apps.collection.connectors.outbound import (
    AddressNotAllowed,
    NothingThere,
    SiteOutOfReach,
    SiteRateLimited,
    SiteRefusesUs,
    outbound_errors,
)
from apps.collection.connectors.texts import text_batch
from apps.collection.connectors.web.config import URL, StartKind, WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, RobotsForbid, VisitBroken
from apps.collection.connectors.web.frontier import Frontier, Task
from apps.collection.connectors.web.visiting import Visitor, orders_for
from apps.collection.crawler.urls import cleaned, host_of
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import CollectionError, Transient
from apps.core.http import Policy, pacing
from apps.core.http.urls import check_url

# What a crash makes fetch again, and how large the segments are.
BATCH_SECONDS = 30.0
BATCH_RECORDS = 5_000
# A batch without a record still moves the cursor; there is no hurry.
EMPTY_BATCHES = 2
# A host that another process was told to leave alone for longer is for later.
PATIENCE_SECONDS = 120.0
# How many pages wait in the program: enough for it never to wait for us.
_AHEAD = 4
# So many pages in a row that do not answer: it is the site, not the pages.
_OUTAGE = 10
# After this many outages without a page in between, it is the pages all the same.
_OUTAGES = 2
_OUT_OF_REACH = ("unreachable", "timeout")
# Not asked for: told once, at the end, with how many.
_LEFT_OUT = ("robots", "elsewhere", "address_not_allowed")


def read_site(
    config: WebConfig,
    cursor: Cursor | None,
    *,
    batch_seconds: float = BATCH_SECONDS,
    batch_records: int = BATCH_RECORDS,
) -> Iterator[Batch]:
    """The records of a site after those that the cursor says were given.

    Raises SiteOutOfReach or VisitBroken if the site or the program stops, SiteRateLimited if the site wants us to come
    back later; and, if no page at all could be read, what the first one says.
    """
    reading = _Reading(config, _frontier(config, cursor), batch_seconds, batch_records)
    if not reading.frontier.is_over:
        yield from reading.batches()


def _frontier(config: WebConfig, cursor: Cursor | None) -> Frontier:
    options: dict[str, Any] = {
        "max_pages": config.max_pages,
        "max_depth": config.max_depth,
        "dropped": config.dropped,
    }
    if cursor:
        return Frontier.from_cursor(cursor, **options)
    frontier = Frontier(**options)
    kind = "listing" if config.start_kind == StartKind.LISTING else "start"
    for url in config.start_urls:
        frontier.add(url, depth=0, kind=kind)
    return frontier


@dataclass
class _Reading:
    """One process reading one site."""

    config: WebConfig
    frontier: Frontier
    batch_seconds: float
    batch_records: int
    asked: dict[int, tuple[str, Task]] = field(default_factory=dict)
    number: int = 0
    # Pages that did not answer, of which it is not known yet whether the site did.
    silent: list[tuple[str, str]] = field(default_factory=list)
    records: list[dict[str, str | None]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    first_failure: dict[str, Any] = field(default_factory=dict)
    pace: float = field(default_factory=lambda: Policy.from_settings().pace(None))
    since: float = field(default_factory=monotonic)
    ticked: float = field(default_factory=monotonic)

    def batches(self) -> Iterator[Batch]:
        failure: CollectionError | None = None
        with Visitor(orders_for(self.config), host=self.config.name) as visitor:
            while True:
                try:
                    if not self._ask(visitor):
                        break
                    self._take(visitor.listen())
                except Transient as error:
                    failure = error
                    self._suspect(error)
                    break
                if self._is_due:
                    yield self._batch()
            if failure:
                # What was read before is not lost with the rest, and an outage is remembered.
                yield self._batch()
                raise failure
        self._conclude()
        yield self._batch()

    # --- Pages asked for, pages told --------------------------------------------------------------
    def _ask(self, visitor: Visitor) -> bool:
        """Keep the program busy; False when there is nothing left to wait for."""
        frontier = self.frontier
        self.frontier.seconds += self._tick()
        if frontier.seconds < 60 * self.config.max_minutes:
            room = self.config.concurrency + _AHEAD - len(self.asked)
            besides = [*(key for key, _task in self.asked.values()), *(key for key, _why in self.silent)]
            for key, task in list(frontier.first(room, besides=besides)):
                # With all that calls this host, in whatever process. What it calls besides (robots.txt, redirections,
                # second tries) only has the pace that the program keeps by itself.
                with outbound_errors():
                    pacing.wait_turn(host_of(task.url), per_second=self.pace, patience=PATIENCE_SECONDS)
                self.number += 1
                visitor.ask(self.number, url=task.url, kind=task.kind)
                self.asked[self.number] = key, task
        return bool(self.asked)

    def _take(self, said: dict[str, Any]) -> None:
        """Take in what is said of a page. Raises SiteRateLimited or SiteOutOfReach, the page being still to be read."""
        key, task = self.asked.pop(said["id"])
        self.frontier.fragile.discard(key)  # whatever it gave, the program is still there
        why = said.get("why")
        if why is None:
            self._give_up_silent()
            self._read(key, task, said)
            return
        self.first_failure = self.first_failure or said
        if why == "rate_limited":
            error = SiteRateLimited(host=host_of(said["url"]))
            error.retry_after = said.get("retry_after") or None
            # For all that calls this host, not for this run alone.
            pacing.hold(host_of(said["url"]), seconds=error.retry_after or 0)
            raise error
        if why in _OUT_OF_REACH:
            self.silent.append((key, why))
            if len(self.silent) >= _OUTAGE and self.frontier.outages < _OUTAGES:
                self.frontier.outages += 1
                raise SiteOutOfReach(host=host_of(said["url"]))
            return
        self._give_up_silent()
        self.frontier.give_up(key)
        if why in _LEFT_OUT:
            self.frontier.leave_out(why, task.url)
        else:
            self._reject(task, why, status=said.get("status"))

    def _read(self, key: str, task: Task, said: dict[str, Any]) -> None:
        items = said["items"]
        if self.frontier.take(key, task, url=said["url"], is_looked_into=items is not None):
            self._keep(cleaned(said["url"], self.frontier.dropped) or said["url"], task, items)
        for url in said.get("listings", ()):
            self.frontier.add(url, depth=task.depth + 1, kind="listing")
        for url, is_item in said["links"]:
            self.frontier.add(url, depth=task.depth + 1, kind="item" if is_item else "page")

    def _keep(self, url: str, task: Task, items: list[dict[str, Any]]) -> None:
        if not items and task.kind == "item" and self.config.item_selector and self.config.item_pages:
            self._reject_missing(url, self.config.item_selector)
        for item in items:
            missing = item["missing"] or ([] if any(item["values"].values()) else self.config.field_names)
            if missing:
                self._reject_missing(url, ", ".join(missing))
            else:
                self.records.append({URL: url, **item["values"]})
                self.rows.append(self.frontier.next_row())

    # --- What was not read ------------------------------------------------------------------------
    def _give_up_silent(self) -> None:
        """The site answers: the pages that did not are at fault themselves."""
        for key, why in self.silent:
            self._reject(self.frontier.give_up(key), why)
        self.silent.clear()

    def _suspect(self, error: Transient) -> None:
        """The program is gone: one of the pages that it was reading may be why. Read alone, it betrays itself."""
        if not isinstance(error, VisitBroken):
            return
        keys = [key for key, _task in self.asked.values()]
        if len(keys) == 1 and keys[0] in self.frontier.fragile:
            self._reject(self.frontier.give_up(keys[0]), "breaks_us")
        else:
            self.frontier.fragile |= set(keys)

    def _reject(self, task: Task, why: str, **details: Any) -> None:
        told = {"why": why} | {name: value for name, value in details.items() if value}
        reason = RejectionReason.PAGE_NOT_READ
        self.rejected.append(Rejected(row=self.frontier.next_row(), reason=reason, details=told, text=task.url))

    def _reject_missing(self, url: str, field_name: str) -> None:
        reason, details = RejectionReason.MISSING_FIELD, {"field": field_name}
        self.rejected.append(Rejected(row=self.frontier.next_row(), reason=reason, details=details, text=url))

    def _conclude(self) -> None:
        """Nothing is left to visit, or no time: tell what was left out. Raises if no page could be read at all."""
        frontier = self.frontier
        if not frontier.visited and (self.first_failure or self.silent):
            raise self._what_went_wrong()
        self._give_up_silent()
        for task in frontier.pending.values():
            frontier.leave_out("no_time", task.url)
        frontier.pending.clear()
        for why, left in frontier.left_out.items():
            self.rejected.append(
                Rejected(
                    row=frontier.next_row(),
                    reason=RejectionReason.PAGE_NOT_READ,
                    details={"why": why, "count": left.count},
                    text="\n".join(left.named),
                )
            )
        frontier.is_over = True

    def _what_went_wrong(self) -> CollectionError:
        said = self.first_failure
        host, why, status = host_of(said["url"]), said["why"], said.get("status", 0)
        if why == "robots":
            return RobotsForbid(host=host)
        if why == "address_not_allowed":
            return _refusal_of(said["url"])
        if status in (401, 403, 407):
            return SiteRefusesUs(host=host, status=status)
        if 400 <= status < 500:
            return NothingThere(host=host, status=status)
        if why in _OUT_OF_REACH or status:
            return SiteOutOfReach(host=host)
        return NothingReadable(host=host)

    # --- Batches ----------------------------------------------------------------------------------
    @property
    def _is_due(self) -> bool:
        waited = monotonic() - self.since
        if not self.records and not self.rejected:
            return waited > EMPTY_BATCHES * self.batch_seconds
        return waited > self.batch_seconds or len(self.records) + len(self.rejected) >= self.batch_records

    def _batch(self) -> Batch:
        self.frontier.seconds += self._tick()
        batch = Batch(
            rows=text_batch(self.records, self.config.columns, rows=self.rows),
            cursor=self.frontier.as_cursor(),
            rejected=tuple(self.rejected),
            position=self.frontier.visited,
        )
        self.records, self.rows, self.rejected = [], [], []
        self.since = monotonic()
        return batch

    def _tick(self) -> float:
        """The seconds since the last time that this was asked."""
        now = monotonic()
        passed, self.ticked = now - self.ticked, now
        return passed


def _refusal_of(url: str) -> CollectionError:
    """Why the program did not ask for this address: what it spells, or what its name leads to."""
    try:
        with outbound_errors():
            check_url(url, Policy.from_settings())
    except CollectionError as error:
        return error
    return AddressNotAllowed(host=host_of(url))
