"""Asking for pages before they are needed, several at a time, where it can be foreseen which ones come.

It is only a guess. Which page comes next is decided from each answer in turn, as without it: pages that were guessed
wrong (a shorter page moves all the ranks that follow) are forgotten and asked for again. So the records are the same,
in the same order, at any concurrency; no more than `concurrency` pages are held besides the one that is read.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock, local
from typing import Self

from apps.collection.connectors.rest.answers import Answer
from apps.collection.connectors.rest.calling import Caller
from apps.collection.connectors.rest.pagination import FIRST, Paging, Place, foreseen


class Ahead:
    """The pages of an API, by place. Each thread has a caller of its own, made by `make_caller`."""

    def __init__(self, paging: Paging, *, concurrency: int, make_caller: Callable[[], Caller]) -> None:
        self._paging = paging
        self._concurrency = concurrency if paging.is_counted else 1
        self._make_caller = make_caller
        self._here = local()
        self._callers: list[Caller] = []
        self._lock = Lock()
        self._guesses: deque[tuple[Place, Future[Answer]]] = deque()
        self._pool = ThreadPoolExecutor(self._concurrency, "pages") if self._concurrency > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        # Not waited for: an answer that nobody wants may take two minutes. It ends with its session.
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for caller in self._callers:
            caller.close()

    def get(self, place: Place, *, step: int, left: int | None) -> Answer:
        """The answer for this page. Pages have `step` records (0: unknown yet); `left` are still to come, if known.

        Raises what `Caller.call` raises.
        """
        if self._pool is None or not step:
            return self._call(place)
        if not self._guesses or self._guesses[0][0] != place:
            self._forget()
            self._guess(place)
        beyond = self._concurrency if left is None else min(self._concurrency, -(-left // step) - 1)
        self._fill(step, beyond)
        _place, future = self._guesses.popleft()
        answer = future.result()
        self._fill(step, beyond, after=place)
        return answer

    def kept(self, place: Place | None) -> Place | None:
        return self._caller.kept(place)

    def _fill(self, step: int, most: int, *, after: Place = FIRST) -> None:
        while len(self._guesses) < most:
            last = self._guesses[-1][0] if self._guesses else after
            self._guess(foreseen(self._paging, last, step=step))

    def _guess(self, place: Place) -> None:
        if self._pool:
            self._guesses.append((place, self._pool.submit(self._call, place)))

    def _forget(self) -> None:
        for _place, future in self._guesses:
            future.cancel()
        self._guesses.clear()

    def _call(self, place: Place) -> Answer:
        return self._caller.call(place)

    @property
    def _caller(self) -> Caller:
        caller: Caller | None = getattr(self._here, "caller", None)
        if caller is None:
            caller = self._here.caller = self._make_caller()
            with self._lock:
                self._callers.append(caller)
        return caller
