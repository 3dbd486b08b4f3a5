"""Which links of a page are followed, and which lead to an item. A rule is a line, as people write it:

/products/*            the pages whose address, from its first slash on, has this shape; * stands for anything
https://a.org/p/*      the same, with the site
re:/p/[0-9]+$          the pages in whose address this regular expression is found
li.next a              the links there, or inside: a CSS selector, or XPath after xpath:
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_lazy as _
from lxml import etree

from apps.collection.crawler.pages import Page
from apps.collection.crawler.selecting import RuleRefused, as_xpath
from apps.collection.crawler.urls import cleaned

_LINKS = etree.XPath("descendant-or-self::*[self::a or self::area][@href] | self::link[@href]")
# What a link of these kinds leads to is no page.
_NO_PAGE = re.compile(
    r"\.(?:7z|avi|bmp|bz2|css|csv|docx?|exe|gif|gz|ico|jpe?g|js|json|m4[av]|mov|mp[34]|mpe?g|od[pst]|pdf|png|pptx?|rar"
    r"|svg|tar|tiff?|wav|webm|webp|woff2?|xlsx?|xz|zip)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shape:
    """A pattern of addresses, the stars taken out: what is between them must come, in order."""

    pieces: tuple[str, ...]

    def matches(self, text: str) -> bool:
        first, *rest = self.pieces
        if not rest:
            return text == first
        *middle, last = rest
        if not text.startswith(first):
            return False
        at = len(first)
        for piece in middle:
            at = text.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        return len(text) - len(last) >= at and text.endswith(last)


@dataclass(frozen=True, kw_only=True)
class LinkRule:
    """By the shape of the address, a regular expression found in it, or where the link is in the page: one of three."""

    shape: Shape | None = None
    is_whole: bool = False
    expression: re.Pattern[str] | None = None
    xpath: str = ""

    @property
    def is_by_address(self) -> bool:
        return not self.xpath

    def accepts(self, url: str) -> bool:
        """Whether the address alone is enough for this rule to take the link."""
        if self.shape:
            return self.shape.matches(url if self.is_whole else _from_first_slash(url))
        return bool(self.expression and self.expression.search(url))


@dataclass(frozen=True, kw_only=True)
class LinkRules:
    """`items` lead to items, `follow` to more links. Without any for items, every page visited is looked into."""

    follow: tuple[LinkRule, ...] = ()
    items: tuple[LinkRule, ...] = ()
    dropped: tuple[str, ...] = ()

    def is_item(self, url: str) -> bool:
        """Whether a page that no link of another led to (a start, an entry of a sitemap) holds an item."""
        return not self.items or any(rule.accepts(url) for rule in self.items)

    def is_listed(self, url: str) -> bool:
        """Whether an entry of a sitemap or a feed is worth a visit: it holds an item, or may link to one."""
        by_place = any(not rule.is_by_address for rule in self.items)
        return self.is_item(url) or by_place or any(rule.accepts(url) for rule in self.follow)


@lru_cache(maxsize=512)
def link_rule(line: str) -> LinkRule:
    """Read one line. Raises RuleRefused."""
    line = line.strip()
    if line.startswith("re:"):
        written = line[3:].strip()
        try:
            return LinkRule(expression=re.compile(written))
        except re.error as error:
            at = {"line": written, "number": (error.pos or 0) + 1}
            told = _("“%(line)s” is not a regular expression: it goes wrong at character %(number)s.") % at
            raise RuleRefused(str(told)) from None
    if line.startswith(("/", "http://", "https://")):
        return LinkRule(shape=Shape(tuple(line.split("*"))), is_whole=not line.startswith("/"))
    return LinkRule(xpath=as_xpath(line))


def links_of(page: Page, rules: LinkRules) -> Iterator[tuple[str, bool]]:
    """The pages that this one leads to, each once, and whether an item is there."""
    anchors = list(_hrefs(page, [page.selector.root], rules.dropped))
    items = _chosen(page, anchors, rules.items, rules.dropped)
    yield from ((url, True) for url in items)
    # Without a rule for items, what is followed is looked into as well.
    followed = _chosen(page, anchors, rules.follow, rules.dropped)
    yield from ((url, not rules.items) for url in followed if url not in items)


def _chosen(
    page: Page, anchors: Sequence[str], rules: Collection[LinkRule], dropped: Collection[str]
) -> dict[str, None]:
    chosen: dict[str, None] = {}
    for rule in rules:
        if rule.is_by_address:
            chosen |= dict.fromkeys(url for url in anchors if rule.accepts(url))
        else:
            places = [place.root for place in page.selector.xpath(rule.xpath)]
            elements = [place for place in places if isinstance(place, etree._Element)]
            chosen |= dict.fromkeys(_hrefs(page, elements, dropped))
    return chosen


def _hrefs(page: Page, places: Sequence[etree._Element], dropped: Collection[str]) -> Iterator[str]:
    for place in places:
        for anchor in _LINKS(place):
            try:
                target = urljoin(page.base, anchor.get("href", "").strip())
            except ValueError:  # an address that is none
                continue
            url = cleaned(target, dropped)
            if url and not _NO_PAGE.search(urlsplit(url).path):
                yield url


def _from_first_slash(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
