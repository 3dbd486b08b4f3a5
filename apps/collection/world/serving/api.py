"""The API of the new software: reports by pages, from an update on, to who bears a token. Sometimes tired (429)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from apps.collection.world import label
from apps.collection.world.serving.messages import Request, Response, labelled, refusal
from apps.collection.world.serving.tokens import Tokens
from apps.collection.world.stores.records import FILE
from apps.collection.world.vocabulary import vocabulary

ROOT = "/api/v1/"
REPORTS = f"{ROOT}signalements"
SERVICES = f"{ROOT}services"
MAX_PAGE_SIZE, PAGE_SIZE = 1000, 100
RETRY_AFTER_S = 1
_MENTION = json.dumps({"mention": label.MENTION}, ensure_ascii=False)[1:-1]

# Where a report stands in the order of updates: (modifie_le, reference).
Position = tuple[str, str]
# After every reference.
_LAST = "~"


class Api:
    """Reports updated later than `until` are not there yet. Each `tired_every`-th answer is a 429, 0 for never."""

    def __init__(self, folder: Path, tokens: Tokens, *, until: Callable[[], datetime], tired_every: int) -> None:
        self._tokens = tokens
        self._until = until
        self._tired_every = tired_every
        self._asked = count(1)
        # As they will be sent: a page is lines put together.
        self._lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in self._lines]
        self._positions: list[Position] = [(each["modifie_le"], each["reference"]) for each in records]
        self._by_reference = {each["reference"]: index for index, each in enumerate(records)}

    def answer(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return refusal(
                HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Lecture seule.", {"Allow": "GET, HEAD"}
            )
        if refused := self._tokens.refusal(request):
            return refused
        if self._tired_every and next(self._asked) % self._tired_every == 0:
            patience = {"Retry-After": str(RETRY_AFTER_S)}
            return refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", "Revenez dans un instant.", patience)
        path = request.path.rstrip("/")
        if path == REPORTS:
            return self._page(request)
        if path == SERVICES:
            return labelled({"services": [{"code": each.code, "nom": each.name} for each in vocabulary().services]})
        index = self._by_reference.get(path.removeprefix(f"{REPORTS}/"))
        if index is None or index >= self._known():
            return refusal(HTTPStatus.NOT_FOUND, "not_found", "Rien à cette adresse.")
        return _json(f'{{{_MENTION},"signalement":{self._lines[index]}}}')

    def _page(self, request: Request) -> Response:
        asked = request.parameters()
        try:
            size, start = _size(asked.get("page_size", "")), self._start(asked)
        except ValueError as error:
            return refusal(HTTPStatus.BAD_REQUEST, "invalid_request", str(error))
        known = self._known()
        end = min(start + size, known)
        following = None
        if end < known:
            kept = {name: asked[name] for name in ("page_size", "updated_since") if name in asked}
            following = f"{request.base}{REPORTS}?" + urlencode(kept | {"cursor": _cursor(self._positions[end - 1])})
        body = (
            f'{{{_MENTION},"total":{max(known - self._first(asked), 0)},"suivant":{json.dumps(following)},'
            f'"signalements":[{",".join(self._lines[start:end])}]}}'
        )
        return _json(body, {"Link": f'<{following}>; rel="next"'} if following else {})

    def _known(self) -> int:
        """How many reports are there so far."""
        return bisect_right(self._positions, (_written(self._until()), _LAST))

    def _first(self, asked: dict[str, str]) -> int:
        since = asked.get("updated_since", "")
        return bisect_left(self._positions, (_instant(since), "")) if since else 0

    def _start(self, asked: dict[str, str]) -> int:
        """The index of the first report of the page. Raises ValueError, whose text is for who asked."""
        if cursor := asked.get("cursor"):
            return max(bisect_right(self._positions, _position(cursor)), self._first(asked))
        return self._first(asked)


def _size(asked: str) -> int:
    if not asked:
        return PAGE_SIZE
    if not asked.isdecimal() or not 1 <= int(asked) <= MAX_PAGE_SIZE:
        raise ValueError(f"page_size va de 1 à {MAX_PAGE_SIZE}.")
    return int(asked)


def _instant(asked: str) -> str:
    """An instant as records write it."""
    try:
        # In a query, the + of an offset that nobody escaped is a space.
        at = datetime.fromisoformat(asked.replace(" ", "+"))
    except ValueError:
        raise ValueError("updated_since est un instant ISO 8601, comme 2026-09-01T00:00:00Z.") from None
    return _written(at if at.tzinfo else at.replace(tzinfo=UTC))


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _cursor(position: Position) -> str:
    return urlsafe_b64encode("|".join(position).encode()).decode().rstrip("=")


def _position(cursor: str) -> Position:
    try:
        at, mark, reference = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
    except (BadBase64, UnicodeDecodeError, ValueError):
        mark = ""
    if not mark:
        raise ValueError("Ce curseur n’est pas de cette API.")
    return at, reference


def _json(body: str, headers: dict[str, str] | None = None) -> Response:
    return Response(body=body.encode(), kind="application/json", headers=headers or {})
