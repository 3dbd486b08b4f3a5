"""Sitemaps and feeds: the addresses that they list. Pure; told by what they are, not by their name."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from lxml import etree

GZIP = b"\x1f\x8b"
_SITEMAPS = {"urlset", "sitemapindex"}
_FEEDS = {"rss", "feed", "RDF"}


@dataclass(frozen=True)
class Listing:
    """`pages` are those that it lists; `listings` are other sitemaps."""

    kind: str
    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()


def unzipped(body: bytes, *, limit: int) -> bytes | None:
    """The body, decompressed if it is a file of gzip (sitemaps often are); None if that is more than the limit."""
    if not body.startswith(GZIP):
        return body
    opener = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        opened = opener.decompress(body, limit + 1)
    except zlib.error:
        return None
    return opened if len(opened) <= limit else None


def read_listing(body: bytes, *, url: str) -> Listing | None:
    """The sitemap or the feed that this is, None if it is neither. What is after a fault in it is read as it can."""
    if body.lstrip()[:1] != b"<" and not body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    found = etree.iterparse(
        BytesIO(body), events=("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _event, root = next(found)
        kind = _name(root)
        if kind not in _SITEMAPS | _FEEDS:
            return None
        pages: list[str] = []
        for event, element in found:
            if event == "end":
                pages += _address(element, kind, url)
                if element is not root and _name(element) in ("url", "sitemap", "item", "entry"):
                    element.clear()
    except (StopIteration, etree.XMLSyntaxError):
        return None
    each_once = tuple(dict.fromkeys(pages))
    return Listing(kind, listings=each_once) if kind == "sitemapindex" else Listing(kind, pages=each_once)


def _address(element: Any, kind: str, url: str) -> list[str]:
    parent = element.getparent()
    holder = "" if parent is None else _name(parent)
    name, text = _name(element), (element.text or "").strip()
    if kind in _SITEMAPS:
        is_one = name == "loc" and holder in ("url", "sitemap")
    elif kind == "feed":
        is_one = name == "link" and holder == "entry" and element.get("rel", "alternate") == "alternate"
        text = element.get("href", "")
    else:
        is_one = name == "link" and holder == "item"
    return [urljoin(url, text)] if is_one and text else []


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
