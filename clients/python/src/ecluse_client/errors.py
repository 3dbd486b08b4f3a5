"""What the API refuses, as an exception: a problem of RFC 9457."""

from typing import Any

import httpx


class Refused(Exception):
    """The API answered that it will not: `status` over HTTP, `code` for programs, `detail` for people, `errors` of each
    value, `retry_after` seconds where it said so."""

    def __init__(self, response: httpx.Response) -> None:
        told = _problem(response)
        self.status = response.status_code
        self.code: str = told.get("code", "")
        self.detail: str = told.get("detail") or told.get("title") or response.reason_phrase
        self.errors: list[dict[str, Any]] = told.get("errors") or []
        wait = response.headers.get("Retry-After", "")
        self.retry_after = int(wait) if wait.isdigit() else None
        super().__init__(f"{self.status} {self.code}: {self.detail}")


def refuse(response: httpx.Response) -> None:
    """For httpx: raise Refused for any answer of error, whoever asked."""
    if response.is_error:
        response.read()
        raise Refused(response)


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
