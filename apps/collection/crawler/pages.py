"""A page as its bytes say it: in which characters it is written, from where its links start. Pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from parsel import Selector
from w3lib.encoding import html_to_unicode
from w3lib.html import get_base_url

# What browsers take a page for that says nothing and is not UTF-8.
_WITHOUT_A_WORD = "cp1252"
_BEGINNING = 4_096
_KINDS = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")


@dataclass(frozen=True)
class Page:
    """A page in text. `base` is where its relative links start from."""

    url: str
    text: str

    @classmethod
    def read(cls, body: bytes | str, *, url: str, content_type: str = "") -> Self:
        return cls(url=url, text=body if isinstance(body, str) else decoded(body, content_type))

    @cached_property
    def base(self) -> str:
        return get_base_url(self.text[:_BEGINNING], self.url)

    @cached_property
    def selector(self) -> Selector:
        return Selector(text=self.text or "<html/>", type="html", base_url=self.base)


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page: by its byte order mark, what HTTP says, what the page says, then as browsers do."""
    return html_to_unicode(content_type or None, body, default_encoding=_WITHOUT_A_WORD, auto_detect_fun=_detected)[
        1
    ].replace("\0", "")


def is_a_page(body: bytes, content_type: str) -> bool:
    """Whether this is text to look for links and items in, rather than an image, an archive, a document."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind:
        return kind in _KINDS or kind.endswith("+xml")
    return b"\0" not in body[:_BEGINNING]


def _detected(body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"
