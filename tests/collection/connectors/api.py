"""An API to read: one table of records, served in each of the ways in which APIs cut theirs into pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.core.http.conftest import Answer, LocalSite, page

Params = dict[str, str]


def records(count: int, *, start: int = 1) -> list[dict[str, Any]]:
    return [{"id": rank, "name": f"name {rank}", "score": rank / 2} for rank in range(start, start + count)]


def as_json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return page(
        json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def params_of(handler: BaseHTTPRequestHandler) -> Params:
    return {name: values[-1] for name, values in parse_qs(urlsplit(handler.path).query).items()}


@dataclass
class Api:
    """The records, and how many there are at most in a page. Each method but the last answers in its own way."""

    site: LocalSite
    rows: list[dict[str, Any]] = field(default_factory=lambda: records(25))
    size: int = 10
    asked: list[Params] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def serve(self, path: str, answer: Callable[[Params], Answer]) -> str:
        """Serve something at a path; its address."""

        def respond(handler: BaseHTTPRequestHandler) -> None:
            params = params_of(handler)
            with self.lock:
                self.asked.append(params)
            answer(params)(handler)

        self.site.answers[path] = respond
        return self.site.url(path)

    def cut(self, start: int, size: int | None = None) -> list[dict[str, Any]]:
        return self.rows[start : start + (size or self.size)]

    def everything(self, _params: Params) -> Answer:
        return as_json(self.rows)

    def by_page(self, params: Params) -> Answer:
        number = int(params.get("page", 1))
        return as_json({"results": self.cut((number - 1) * self.size)})

    def by_offset(self, params: Params) -> Answer:
        size = min(self.size, int(params.get("limit", self.size)))
        return as_json({"total": len(self.rows), "results": self.cut(int(params.get("offset", 0)), size)})

    def by_link_header(self, params: Params) -> Answer:
        start = int(params.get("from", 0))
        end = start + self.size
        headers = {"Link": f'<?from={end}>; rel="next"'} if end < len(self.rows) else {}
        return as_json(self.cut(start), headers=headers)

    def by_link_json(self, params: Params) -> Answer:
        start = int(params.get("from", 0))
        end = start + self.size
        link = f"?from={end}" if end < len(self.rows) else None
        return as_json({"links": {"next": link}, "data": self.cut(start)})

    def by_cursor(self, params: Params) -> Answer:
        start = int(params.get("cursor", "c0")[1:])
        end = start + self.size
        return as_json({"items": self.cut(start), "next_cursor": f"c{end}" if end < len(self.rows) else ""})

    def by_cursor_in_header(self, params: Params) -> Answer:
        start = int(params.get("after", 0))
        end = start + self.size
        headers = {"X-Next": str(end)} if end < len(self.rows) else {}
        return as_json(self.cut(start), headers=headers)

    def by_last_id(self, params: Params) -> Answer:
        """As Stripe does: the records after one of them, and whether there is more."""
        after = int(params.get("starting_after", 0))
        rows = [row for row in self.rows if row["id"] > after]
        return as_json({"data": rows[: self.size], "has_more": len(rows) > self.size})
