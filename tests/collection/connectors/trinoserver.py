"""The few endpoints of Trino's client protocol, really listening: an answer is begun by a POST, and followed by its
`nextUri` until there is none (https://trino.io/docs/current/develop/client-protocol.html). What it answers is written
by the test; it runs no SQL."""

import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.core.http.conftest import Answer, LocalSite, page

Columns = dict[str, str]


@dataclass
class TrinoServer:
    """Answers the queries that match a pattern with these pages of rows, or an error after them."""

    site: LocalSite
    scheme: str = "http"
    queries: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    _answers: list[tuple[str, Columns, list[Any], dict[str, Any] | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site.answers["/v1/statement"] = self._begin

    def answer(self, pattern: str, columns: Columns, *pages: Any, error: dict[str, Any] | None = None) -> None:
        self._answers.insert(0, (pattern, columns, list(pages), error))

    def refuse(self, pattern: str, name: str, kind: str = "USER_ERROR") -> None:
        error = {"message": "Camille's secret", "errorCode": 1, "errorName": name, "errorType": kind}
        self.answer(pattern, {}, error=error)

    def uri(self, path: str) -> str:
        return self.site.url(path, host="localhost" if self.scheme == "https" else "127.0.0.1", scheme=self.scheme)

    def _begin(self, handler: BaseHTTPRequestHandler) -> None:
        query = self.site.requests[-1].body.decode()
        self.queries.append(query)
        number = len(self.queries)
        columns, pages, error = next(
            (columns, pages, error)
            for pattern, columns, pages, error in self._answers
            if re.search(pattern, query, re.DOTALL)
        )
        for rank in range(len(pages) + 1):
            self.site.answers[f"/v1/statement/executing/{number}/{rank}"] = self._page(
                number, columns, pages, rank, error
            )
        self._send(handler, number, {"nextUri": self.uri(f"/v1/statement/executing/{number}/0")})

    def _page(self, number: int, columns: Columns, pages: list[Any], rank: int, error: dict[str, Any] | None) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.command == "DELETE":
                self.cancelled.append(self.queries[number - 1])
                page(status=204)(handler)
                return
            said: dict[str, Any] = {}
            if rank < len(pages):
                said["nextUri"] = self.uri(f"/v1/statement/executing/{number}/{rank + 1}")
                said["data"] = pages[rank]
                if isinstance(pages[rank], str):  # the next page is elsewhere
                    said |= {"nextUri": pages[rank], "data": []}
            elif error:
                said["error"] = error
            if columns:
                said["columns"] = [_column(name, kind) for name, kind in columns.items()]
            self._send(handler, number, said)

        return answer

    def _send(self, handler: BaseHTTPRequestHandler, number: int, said: dict[str, Any]) -> None:
        common = {"id": f"20241128_{number}", "infoUri": self.uri("/ui"), "stats": {"state": "RUNNING"}, "warnings": []}
        body = json.dumps(common | said).encode()
        page(body, headers={"Content-Type": "application/json"})(handler)


def _column(name: str, kind: str) -> dict[str, Any]:
    raw = re.sub(r"\(.*?\)", "", kind)
    numbers = re.findall(r"\d+", kind) or ["2147483647"]
    arguments = [{"kind": "LONG", "value": int(each)} for each in numbers]
    return {"name": name, "type": kind, "typeSignature": {"rawType": raw, "arguments": arguments}}
