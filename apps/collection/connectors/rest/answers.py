"""An answer of an API, as data: read exactly, or refused with the reason.

orjson reads it, but for what it would not give back as it is written: whole numbers of more than 64 bits, of which it
makes floats, and decimals with more digits than a float holds. These are rare, and read slower.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from requests import Response

from apps.collection.connectors.outbound import SiteOutOfReach
from apps.collection.connectors.rest.documents import records_at
from apps.collection.connectors.rest.exceptions import AnswerIsAPage, AnswerNotJson
from apps.core.http.urls import Site

# A number with so many digits or more may not be what a float makes of it.
_LONG_NUMBER = re.compile(rb"[:\[,]\s*(-?[0-9][0-9.]{16,}(?:[eE][+-]?[0-9]+)?)")
# To look for one is quick once all that numbers are made of is one character: ten times quicker than the expression.
_AS_ZEROS = bytes.maketrans(b"123456789.", b"0" * 10)
_LONG = b"0" * 17
_MARK = b"\xef\xbb\xbf"
# What is left where a document stops: nothing, or the beginning of a word, of a number or of a character.
_UNFINISHED = re.compile(r"tru?|f(?:als?|a)?|nul?|u[0-9a-fA-F]{0,4}|[eE][-+]?|.?", re.DOTALL)
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one request. `url` is where it came from, its redirections followed; `next_link` is that of Link."""

    url: str
    status: int
    document: Any
    headers: Mapping[str, str]
    next_link: str | None = None
    size: int = 0

    @property
    def host(self) -> str:
        return Site.of(self.url).host

    def records(self, path: str | None) -> list[Any]:
        """Those at the path, or where they can only be; none came with an answer that says that there is nothing."""
        return [] if self.document is None else records_at(self.document, path, host=self.host)


def read_answer(response: Response, *, is_beyond_the_end: bool = False) -> Answer:
    """Raises AnswerNotJson, AnswerIsAPage, or SiteOutOfReach for an answer that stops in its middle.

    What an answer that is beyond the last page says is of no interest, JSON or not.
    """
    body = response.content
    is_empty = is_beyond_the_end or response.status_code == 204
    return Answer(
        url=response.url,
        status=response.status_code,
        document=None if is_empty else _parsed(body, response),
        headers=response.headers,
        next_link=response.links.get("next", {}).get("url"),
        size=len(body),
    )


def _parsed(body: bytes, response: Response) -> Any:
    body = body.removeprefix(_MARK)
    is_suspect = _LONG in body.translate(_AS_ZEROS)
    if not is_suspect or all(_is_exact(found[1]) for found in _LONG_NUMBER.finditer(body)):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass  # Another encoding, half of a surrogate pair, NaN: Python's own reader takes them
    try:
        return json.loads(_decoded(body, response), parse_float=_float)
    except (ValueError, RecursionError) as error:
        raise _refused(body, response, error) from None


def _is_exact(number: bytes) -> bool:
    if b"." not in number and b"e" not in number.lower():
        return len(number) < 19
    return Decimal(number.decode()) == Decimal(repr(float(number)))


def _float(text: str) -> float | Decimal:
    value = float(text)
    exact = Decimal(text)
    return value if Decimal(repr(value)) == exact else exact


def _decoded(body: bytes, response: Response) -> str:
    declared = response.encoding
    encoding: str = json.detect_encoding(body)
    if encoding == "utf-8" and declared and declared.lower() not in ("utf-8", "utf8"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            encoding = declared
    try:
        return body.decode(encoding)
    except LookupError:
        return body.decode("utf-8", "replace")


def _is_cut(body: bytes, error: Exception) -> bool:
    """Whether the document stops before its end, anywhere, rather than make no sense."""
    if isinstance(error, UnicodeDecodeError):
        return error.end >= len(body)
    if not isinstance(error, json.JSONDecodeError) or error.msg == "Extra data":
        return False
    return error.msg.startswith("Unterminated string") or bool(_UNFINISHED.fullmatch(error.doc[error.pos :].strip()))


def _refused(body: bytes, response: Response, error: Exception) -> AnswerNotJson | AnswerIsAPage | SiteOutOfReach:
    host = Site.of(response.url).host
    if _PAGE.match(body):
        return AnswerIsAPage(host=host)
    if body.lstrip()[:1] in (b"{", b"[") and _is_cut(body, error):
        return SiteOutOfReach(host=host)
    found = response.headers.get("Content-Type", "").partition(";")[0].strip()[:100]
    return AnswerNotJson(host=host, found=found or "?")
