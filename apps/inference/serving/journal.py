"""The log of predictions, written beside the requests: a bounded queue that one thread empties by COPY.

A server that is killed loses what the last `SERVING_FLUSH_SECONDS` brought at most; one that ends writes everything. If
the database does not follow, the queue fills, and what does not fit is dropped and counted: answers come first. A model
that is `durable` has its rows written before the answer leaves, and so have all where that setting is 0.
"""

import io
import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from multiprocessing.util import Finalize
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.inference import traffic
from apps.inference.drift.counting import add
from apps.inference.models import ModelVersion
from apps.inference.predictors import Answers, joined
from apps.inference.pseudonyms import key_of_model, pseudonym
from apps.inference.serving.measures import LOG_DROPPED, LOG_WRITTEN
from apps.inference.signature import Signature
from apps.inference.watching import add_traffic, start_of_hour

logger = logging.getLogger(__name__)

# About 60 MB of rows of 30 numbers.
MOST_ROWS = 50_000
COPY = (
    "COPY inference_prediction (id, predicted_at, model_id, version_id, slot, channel, by_id, token, inputs, answer, "
    "value, confidence, latency_us) FROM STDIN"
)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What all the rows of a request are counted by, those that are not kept too: see `drift`."""

    signature: Signature
    profile: Mapping[str, Any]
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The rows of one request and their answers. `kept` are the ranks of those that sampling chose; `hidden` the
    positions of sensitive fields, `hashed` those of them of which a pseudonym is kept. `answers` are (class, number,
    confidence). `beside` is what the champion answered to the same rows, where these are the answers of a version in
    shadow."""

    first_id: int
    model_id: int
    version_id: int
    slot: str
    channel: str
    by_id: int | None
    token: UUID | None
    columns: Sequence[Sequence[Any]]
    hidden: frozenset[int]
    hashed: frozenset[int] = frozenset()
    kept: Sequence[int]
    counted: Counted
    answers: Sequence[traffic.Told]
    latency_us: int
    beside: "Entry | None" = None

    @property
    def count(self) -> int:
        return len(self.answers)

    @property
    def answered_at(self) -> datetime:
        milliseconds = self.first_id >> 80
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Requests to one version that were not answered, counted in their hour."""

    version_id: int
    slot: str
    hour_at: datetime
    channel: str
    code: str


class Journal:
    """What is to be written, and the thread that writes it, in one process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """As it begins: in a process that was just forked, whose parent writes what it was given."""
        self._waiting: deque[Entry] = deque()
        self._refused: Counter[Refusal] = Counter()
        self._rows = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, entry: Entry, *, is_durable: bool) -> None:
        """Write these rows: now if they must outlive anything, or soon. Raises DatabaseError in the first case."""
        if is_durable or not settings.SERVING_FLUSH_SECONDS:
            write([entry])
            return
        with self._lock:
            if self._rows + entry.count > MOST_ROWS:
                LOG_DROPPED.inc(len(entry.kept))
                return
            self._waiting.append(entry)
            self._rows += entry.count
            self._begin()

    def refuse(self, *, version_id: int, slot: str, channel: str, code: str) -> None:
        """Count a request that this version did not answer: soon, or now, where nothing waits. That it was refused is
        told whatever becomes of the count."""
        hour = start_of_hour(timezone.now())
        refusal = Refusal(version_id=version_id, slot=slot, hour_at=hour, channel=channel, code=code)
        with self._lock:
            self._refused[refusal] += 1
            if settings.SERVING_FLUSH_SECONDS:
                self._begin()
                return
        try:
            self.flush()
        except DatabaseError:
            logger.warning("refusals_wait", exc_info=True)

    def flush(self) -> int:
        """Write what waits; how many rows. What could not be written waits still."""
        with self._writing:
            with self._lock:
                entries, self._waiting = list(self._waiting), deque()
                refused, self._refused = self._refused, Counter()
            try:
                if entries or refused:
                    write(entries, refused)
            except DatabaseError:
                with self._lock:
                    self._waiting.extendleft(reversed(entries))
                    self._refused.update(refused)
                raise
            written = sum(entry.count for entry in entries)
            with self._lock:
                self._rows -= written
            return written

    def drain(self) -> None:
        """Write what waits, at the end of the process."""
        self._stopped.set()
        if self._thread is None:
            return
        try:
            self.flush()
        except DatabaseError:
            LOG_DROPPED.inc(self._rows)
            logger.exception("prediction_log_lost", extra={"rows": self._rows})
        finally:
            connection.close()

    def _begin(self) -> None:
        if self._thread is not None:
            return
        # What `atexit` would do, in the workers of granian too: processes of `multiprocessing` end without it.
        Finalize(None, self.drain, exitpriority=0)
        self._thread = threading.Thread(target=self._keep_writing, name="prediction log", daemon=True)
        self._thread.start()

    def _keep_writing(self) -> None:
        try:
            while not self._stopped.wait(settings.SERVING_FLUSH_SECONDS):
                try:
                    self.flush()
                except DatabaseError:
                    logger.warning("prediction_log_waits", exc_info=True, extra={"rows": self._rows})
                    connection.close()
        finally:
            connection.close()  # this thread's own


def write(entries: Sequence[Entry], refused: Mapping[Refusal, int] = MappingProxyType({})) -> None:
    """By COPY: 20 times as fast as INSERT (see docs/how-to/serve-a-model.md); what was asked is counted with it."""
    text = "".join(line for entry in entries for line in _lines(entry))
    with transaction.atomic(), connection.cursor() as cursor:
        if text:
            cursor.copy_expert(COPY, io.StringIO(text))
        _count(entries, refused)
    LOG_WRITTEN.inc(sum(len(entry.kept) for entry in entries))


def _count(entries: Sequence[Entry], refused: Mapping[Refusal, int]) -> None:
    """Add these to their hours, in an order that all processes share: none waits for one that waits for it."""
    hours: dict[tuple[int, str, datetime], list[Entry]] = {}
    requests: dict[tuple[int, str, datetime], Any] = {}
    for entry in entries:
        hours.setdefault((entry.version_id, entry.slot, start_of_hour(entry.answered_at)), []).append(entry)
    for each, times in refused.items():
        hour = each.version_id, each.slot, each.hour_at
        requests[hour] = add(requests.get(hour), traffic.refused(each.channel, each.code, count=times))
    # What is counted links to its version, which may be gone: what waits for the others must not stay for it.
    known = set(
        ModelVersion.objects.filter(pk__in={hour[0] for hour in (*hours, *requests)}).values_list("pk", flat=True)
    )
    for hour in sorted({*hours, *requests}):
        asked = hours.get(hour, [])
        version_id, slot, at = hour
        if version_id not in known:
            continue
        add_traffic(
            version_id=version_id,
            slot=slot,
            at=at,
            rows=sum(entry.count for entry in asked),
            counts=_counts(asked) if asked and asked[0].counted.profile else None,
            requests=add(requests.get(hour), _requests(asked)),
        )


def _requests(asked: Sequence[Entry]) -> dict[str, Any]:
    """What requests to one version add, whatever it knows of their rows."""
    counted = traffic.answered((each.channel, each.count, each.latency_us) for each in asked)
    for champion in {each.beside.version_id for each in asked if each.beside}:
        both = [(each.beside, each) for each in asked if each.beside and each.beside.version_id == champion]
        pairs = [pair for heard, said in both for pair in zip(heard.answers, said.answers, strict=True)]
        counted = add(counted, traffic.beside(champion, pairs, (heard.latency_us for heard, _said in both)))
    return counted


def _counts(asked: Sequence[Entry]) -> dict[str, Any]:
    """What the rows of several requests to one version add, counted together."""
    from apps.inference.drift.counting import count

    by = asked[0].counted
    columns = (list(chain.from_iterable(parts)) for parts in zip(*(each.columns for each in asked), strict=True))
    answers = joined([each.counted.answers for each in asked])
    return count(by.profile, dict(zip(by.signature.names, columns, strict=True)), answers, by.signature)


def _lines(entry: Entry) -> "list[str]":
    at = entry.answered_at.isoformat()
    middle = (
        f"\t{at}\t{entry.model_id}\t{entry.version_id}\t{entry.slot}\t{entry.channel}\t"
        f"{_or_null(entry.by_id)}\t{_or_null(entry.token)}\t"
    )
    key = key_of_model(entry.model_id) if entry.hashed else None
    lines = []
    for rank in entry.kept:
        values = [None if n in entry.hidden else column[rank] for n, column in enumerate(entry.columns)]
        if key:
            values = [pseudonym(entry.columns[n][rank], key) if n in entry.hashed else v for n, v in enumerate(values)]
        inputs = orjson.dumps(values).decode().translate(_ESCAPES)
        name, value, confidence = entry.answers[rank]
        lines.append(
            f"{UUID(int=entry.first_id + rank)}{middle}{inputs}\t{name.translate(_ESCAPES)}\t{_or_null(value)}\t"
            f"{_or_null(confidence)}\t{entry.latency_us}\n"
        )
    return lines


def _or_null(value: object) -> object:
    return r"\N" if value is None else value


JOURNAL = Journal()
os.register_at_fork(after_in_child=JOURNAL.forget)
