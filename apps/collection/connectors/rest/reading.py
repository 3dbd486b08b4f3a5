"""Reading an API by batches of whole pages.

A cursor says which page to ask for next, so a reading that stops anywhere goes on with the first page that no batch
held. Pages are gathered until they make a batch worth a file; those gathered when a page fails are given before the
failure is raised, so that a reading tried again and again still gets on.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic
from typing import Any

from pydantic import BaseModel, ConfigDict

from apps.collection.connectors.base import Batch, Cursor, Rejected
from apps.collection.connectors.rest.ahead import Ahead
from apps.collection.connectors.rest.bounds import Bounds, Sieve
from apps.collection.connectors.rest.calling import Caller
from apps.collection.connectors.rest.config import MAX_PAGES, RestConfig
from apps.collection.connectors.rest.documents import look
from apps.collection.connectors.rest.exceptions import PageRepeated, TooManyPages
from apps.collection.connectors.rest.pagination import FIRST, Paging, Place, announced, following
from apps.collection.connectors.rest.rows import as_json, as_row, make_batch, rejected
from apps.collection.connectors.rest.tokens import Tokens
from apps.collection.exceptions import CollectionError

# A batch is given when it has so many records, so many bytes of answers, or is so old (in seconds).
BATCH_RECORDS = 10_000
BATCH_BYTES = 16 * 1024 * 1024
BATCH_SECONDS = 15.0


class Pinned(BaseModel):
    """What a part says: how the API is read, nothing left to detect. `columns` are those seen at the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paging: Paging
    records_path: str | None = None
    columns: tuple[str, ...] = ()
    bounds: Bounds | None = None


@dataclass(kw_only=True)
class Progress:
    """How far a part is read: what a cursor holds.

    `place` is the page to ask for next, None once there is none. `first` is how many records the first page had, and
    `digest` what the last one that had some held: a page that comes again tells that the API does not heed us.
    """

    place: Place | None = field(default_factory=lambda: dict(FIRST))
    pages: int = 0
    records: int = 0
    first: int = 0
    digest: str = ""
    high: int | float | str | None = None
    total: int | None = None

    def as_cursor(self) -> Cursor:
        return dict(vars(self))


@dataclass(kw_only=True)
class _Gathered:
    """The records of the pages since the last batch."""

    rows: list[Any] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    pages: int = 0
    size: int = 0
    since: float = field(default_factory=monotonic)

    @property
    def is_enough(self) -> bool:
        return (
            len(self.rows) + len(self.rejected) >= BATCH_RECORDS
            or self.size >= BATCH_BYTES
            or monotonic() - self.since >= BATCH_SECONDS
        )


def read_batches(config: RestConfig, pinned: Pinned, cursor: Cursor | None) -> Iterator[Batch]:
    """The records of the pages from the cursor on.

    Raises the errors of `connectors.outbound` and of this package.
    """
    progress = Progress(**cursor) if cursor else Progress()
    with _pages(config, pinned) as pages:
        reader = _Reader(config, pinned, progress)
        while progress.place is not None:
            gathered, failure, batch = _Gathered(), None, None
            with _without_collector():
                try:
                    while progress.place is not None and not gathered.is_enough:
                        reader.read_page(pages, gathered)
                except CollectionError as error:
                    failure = error
                if gathered.pages:
                    batch = reader.batch(gathered)
            del gathered
            if batch:
                yield batch
            if failure:
                raise failure


class _Reader:
    """Moves the progress page by page, and makes rows of what each holds."""

    def __init__(self, config: RestConfig, pinned: Pinned, progress: Progress) -> None:
        self.config = config
        self.pinned = pinned
        self.progress = progress
        self.sieve = Sieve(pinned.bounds, high=progress.high) if pinned.bounds else None
        self.asked: set[bytes] = set()

    def read_page(self, pages: Ahead, gathered: _Gathered) -> None:
        """Read one page: all of it is gathered and the progress moved, or neither."""
        progress, paging = self.progress, self.pinned.paging
        place = progress.place or FIRST
        limit = self.config.max_pages or MAX_PAGES
        if progress.pages >= limit:
            raise TooManyPages(host=self.config.host, limit=limit)
        left = None if progress.total is None else progress.total - progress.records
        answer = pages.get(place, step=progress.first, left=left)
        total = announced(paging, answer)
        total = progress.total if total is None else total
        records = answer.records(self.pinned.records_path)
        received = progress.records + len(records)
        digest = blake2b(as_json(records), digest_size=16).hexdigest() if records else ""
        coming = None
        if records and digest == progress.digest:
            # Asked for what is beyond the last page, some APIs give the last again; it is shorter than the first.
            if not (paging.is_counted and len(records) < progress.first):
                raise PageRepeated(host=self.config.host, page=progress.pages + 1)
            records = []
        else:
            coming = following(paging, place, answer, count=len(records), received=received, total=total)
        if coming == place:
            if records:
                raise PageRepeated(host=self.config.host, page=progress.pages + 1)
            coming = None  # some say the end by the cursor that they were given
        if coming is not None and not paging.is_counted:
            self._remember(coming)
        self._gather(records, gathered)
        gathered.pages += 1
        gathered.size += answer.size
        progress.place = pages.kept(coming)
        progress.pages += 1
        progress.records += len(records)
        progress.first = progress.first or len(records)
        progress.digest = digest or progress.digest
        progress.total = total

    def _remember(self, place: Place) -> None:
        """Links and cursors may lead back to where they came from, by however long a way."""
        digest = blake2b(as_json(place), digest_size=16).digest()
        if digest in self.asked:
            raise PageRepeated(host=self.config.host, page=self.progress.pages + 1)
        self.asked.add(digest)

    def batch(self, gathered: _Gathered) -> Batch:
        progress = self.progress
        progress.high = self.sieve.high if self.sieve else None
        return Batch(
            rows=make_batch(gathered.rows, gathered.numbers, columns=self.pinned.columns),
            cursor=progress.as_cursor(),
            rejected=tuple(gathered.rejected),
            position=progress.records,
            high=progress.high,
        )

    def _gather(self, records: list[Any], gathered: _Gathered) -> None:
        field_path = self.pinned.bounds.field if self.pinned.bounds else ""
        for number, record in enumerate(records, self.progress.records + 1):
            if not isinstance(record, dict):
                gathered.rejected.append(rejected(record, number))
            elif self.sieve is None or self.sieve.holds(look(record, field_path)):
                gathered.rows.append(as_row(record, self.config))
                gathered.numbers.append(number)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Records hold no cycles, and there are many: looking for some among them took a third of the time of a run."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _pages(config: RestConfig, pinned: Pinned) -> Ahead:
    tokens = Tokens(config)
    bounds = pinned.bounds.params(config) if pinned.bounds else {}

    def make_caller() -> Caller:
        return Caller(config, pinned.paging, tokens=tokens, bounds=bounds)

    return Ahead(pinned.paging, concurrency=config.concurrency or 1, make_caller=make_caller)
