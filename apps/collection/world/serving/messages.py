"""A request and an answer, as what answers sees them: no socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from apps.collection.world import label


@dataclass(frozen=True, kw_only=True)
class Request:
    """`headers` by their names in lower case; `base` is the address of the world as the caller knows it."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = ""

    def parameters(self) -> dict[str, str]:
        """Those of the query; the last one of a name wins."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer; its tag is that of its body unless it has one."""

    body: bytes
    kind: str
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""

    @property
    def entity_tag(self) -> str:
        return f'"{self.tag or sha256(self.body).hexdigest()[:32]}"'


def html(text: str, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(body=text.encode(), kind="text/html; charset=utf-8", status=status)


def plain(text: str) -> Response:
    return Response(body=text.encode(), kind="text/plain; charset=utf-8")


def labelled(
    content: Mapping[str, Any], *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that says that it is invented, first of all."""
    body = json.dumps({"mention": label.MENTION} | dict(content), ensure_ascii=False).encode()
    return Response(body=body, kind="application/json", status=status, headers=headers or {})


def refusal(status: HTTPStatus, error: str, told: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error for programs: its code, and what it means in French."""
    return labelled({"error": error, "error_description": told}, status=status, headers=headers)
