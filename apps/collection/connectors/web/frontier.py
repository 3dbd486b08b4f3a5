"""What was seen of a site and what is left to visit: all that going on after a crash needs. Pure.

A page leaves the frontier in one step, with its items counted and its links taken in; until then it is to be visited,
even if it was being fetched. So what a cursor says is true at any time: each page before it was told once, and each
page after it will be.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

import orjson

from apps.collection.connectors.base import Cursor
from apps.collection.connectors.web.config import MAX_PAGES
from apps.collection.crawler.urls import cleaned, fingerprint, is_a_loop

# Of pages that are only counted, how many are named.
NAMED = 20
_FINGERPRINT = 16


@dataclass(frozen=True)
class Task:
    """A page to visit. `kind`: start, listing, page (for its links), item (for its links and its items)."""

    url: str
    depth: int
    kind: str


@dataclass
class LeftOut:
    """Pages that were not asked for, for a reason that is no fault of theirs."""

    count: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, url: str) -> None:
        self.count += 1
        if len(self.named) < NAMED:
            self.named.append(url)


@dataclass(kw_only=True)
class Frontier:
    """By fingerprint: the pages `pending`, those `seen` (pending or not), and those `settled`, which are done with:
    looked into for items, or given up. A page may be seen for its links, and later turn out to hold an item.

    `row` is the number of the last record, `seconds` how long the visits lasted so far, `visited` how many pages were
    read, `outages` how often the site stopped answering since it last did. One of the `fragile` pages took the program
    down: they are asked for one at a time.
    """

    max_pages: int
    max_depth: int
    dropped: tuple[str, ...] = ()
    pending: dict[str, Task] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    row: int = 0
    visited: int = 0
    seconds: float = 0.0
    outages: int = 0
    is_over: bool = False
    fragile: set[str] = field(default_factory=set)
    # Pages over the limit, for each to be counted once. Not in the cursor: there may be no end to them.
    _beyond: set[str] = field(default_factory=set)

    def add(self, url: str, *, depth: int, kind: str) -> None:
        """A page to visit, unless it was seen, or must be left out."""
        made = cleaned(url, self.dropped)
        if made is None:
            return
        key = fingerprint(made)
        if key in self.settled or (key in self.seen and kind != "item"):
            return
        if key in self.pending and self.pending[key].kind != "page":
            return
        if key not in self.seen and not self._is_within_limits(key, made, depth):
            return
        self.seen.add(key)
        self.pending[key] = Task(made, depth, kind)

    def first(self, count: int, *, besides: Iterable[str] = ()) -> Iterator[tuple[str, Task]]:
        """The next pages to visit, nearest to the start first, those being visited apart."""
        visiting = set(besides)
        if self.fragile:
            count = min(count, 0 if visiting & self.fragile else 1)
        asked = ((key, task) for key, task in self.pending.items() if key in self.fragile or not self.fragile)
        yield from islice(((key, task) for key, task in asked if key not in visiting), count)

    def take(self, key: str, task: Task, *, url: str, is_looked_into: bool) -> bool:
        """The page was read, as this task and at this address in the end; whether it holds items that are new."""
        self.visited += 1
        self.outages = 0
        final = fingerprint(cleaned(url, self.dropped) or url)
        self.seen.add(final)
        if self.pending[key] == task:  # else it turned out to hold an item while it was read for its links
            del self.pending[key]
        if not is_looked_into:
            return False
        is_new = final not in self.settled
        self.settled |= {key, final}
        return is_new

    def give_up(self, key: str) -> Task:
        """The page will not be read."""
        self.settled.add(key)
        self.fragile.discard(key)
        return self.pending.pop(key)

    def leave_out(self, why: str, url: str) -> None:
        self.left_out.setdefault(why, LeftOut()).add(url)

    def _is_within_limits(self, key: str, url: str, depth: int) -> bool:
        """Whether the page may be added; if not, it is left out, once."""
        if len(self.seen) >= self.max_pages:
            if key not in self._beyond and len(self._beyond) < MAX_PAGES:
                self._beyond.add(key)
                self.leave_out("too_many_pages", url)
            return False
        why = "loop" if is_a_loop(url) else "too_deep" if depth > self.max_depth else ""
        if why:
            self.seen.add(key)
            self.settled.add(key)
            self.leave_out(why, url)
        return not why

    def next_row(self) -> int:
        self.row += 1
        return self.row

    def as_cursor(self) -> Cursor:
        state = {
            "pending": [[task.url, task.depth, task.kind] for task in self.pending.values()],
            "left_out": {why: [each.count, each.named] for why, each in self.left_out.items()},
        }
        return {
            "row": self.row,
            "visited": self.visited,
            "seconds": round(self.seconds, 1),
            "outages": self.outages,
            "is_over": self.is_over,
            "fragile": sorted(self.fragile),
            "seen": _packed(self.seen),
            "settled": _packed(self.settled),
            "state": b64encode(zlib.compress(orjson.dumps(state))).decode(),
        }

    @classmethod
    def from_cursor(cls, cursor: Cursor, **options: Any) -> Self:
        state = orjson.loads(zlib.decompress(b64decode(cursor["state"])))
        tasks = [Task(*each) for each in state["pending"]]
        return cls(
            pending={fingerprint(task.url): task for task in tasks},
            left_out={why: LeftOut(*each) for why, each in state["left_out"].items()},
            seen=set(_unpacked(cursor["seen"])),
            settled=set(_unpacked(cursor["settled"])),
            fragile=set(cursor["fragile"]),
            **{name: cursor[name] for name in ("row", "visited", "seconds", "outages", "is_over")},
            **options,
        )


def _packed(fingerprints: set[str]) -> str:
    return b64encode(bytes.fromhex("".join(sorted(fingerprints)))).decode()


def _unpacked(packed: str) -> Iterator[str]:
    text = b64decode(packed).hex()
    return (text[at : at + _FINGERPRINT] for at in range(0, len(text), _FINGERPRINT))
