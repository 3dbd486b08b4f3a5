"""What is read in a page: fields and where each is looked for, as people write them, one a line.

title = h1                              the text of the first h1
price = .price::text | required         a page without it is set aside
tags = .tag | join ", "                 all of them, in one text
photos = img::attr(src) | all           all of them, as a JSON list; addresses are made whole
body = article::html                    with its tags
city = //dd[@class="city"]/text()       XPath is told by its first character, or by xpath: before it
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from cssselect import SelectorError
from django.utils.translation import gettext_lazy as _
from lxml import etree
from parsel import Selector
from parsel.csstranslator import HTMLTranslator

from apps.collection.crawler.pages import Page

_LINE = re.compile(r"\s*(?P<name>[^=\s][^=]*?)\s*=\s*(?P<rest>.+?)\s*\Z", re.DOTALL)
_OPTION = re.compile(
    r"""\s+\|\s*(?P<word>required|first|all|join(?:\s+(?:"(?P<double>.*?)"|'(?P<single>.*?)'))?)\s*\Z"""
)
_HTML = re.compile(r"::html\s*\Z")
_ADDRESS = re.compile(r"(?:::attr\(\s*|@)(?:href|src|action|cite|poster|data-src|data-href)(?:\s*\))?\s*\Z")
_SEPARATOR = ", "
# cssselect tells the place in its message alone: “Expected selector, got <DELIM '[' at 3>”.
_PLACE = re.compile(r" at (?P<at>\d+)>?\s*\Z")
# The text of an element, without that of its scripts.
_TEXTS = etree.XPath(".//text()[not(ancestor::script or ancestor::style or ancestor::template)]")


class RuleRefused(ValueError):
    """A line that cannot be read: a sentence for whoever wrote it."""


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """One field. `xpath` is where it is looked for, whether it was written so or as CSS."""

    name: str
    xpath: str
    several: str = "first"
    separator: str = _SEPARATOR
    is_html: bool = False
    is_address: bool = False
    is_required: bool = False

    def kept(self, found: Sequence[str]) -> str | None:
        """What a record has of the texts that were found, None if there is none."""
        if not found:
            return None
        match self.several:
            case "all":
                return json.dumps(found, ensure_ascii=False)
            case "join":
                return self.separator.join(found)
        return found[0]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What was read of one item: a value a field, None where there is nothing; and the required fields among these."""

    values: dict[str, str | None]
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(self.values.values())


@lru_cache(maxsize=512)
def field_rule(line: str) -> FieldRule:
    """Read one line. Raises RuleRefused."""
    found = _LINE.match(line)
    if not found:
        raise RuleRefused(str(_("“%(line)s”: write a name, =, then where it is in the page.") % {"line": line}))
    rest, options = found["rest"], dict[str, Any]()
    while option := _OPTION.search(rest):
        rest, word = rest[: option.start()], option["word"]
        if word == "required":
            options["is_required"] = True
        else:
            options["several"] = word.split()[0]
        if (separator := option["double"] if option["double"] is not None else option["single"]) is not None:
            options["separator"] = separator
    query = _HTML.sub("", rest)
    return FieldRule(
        name=found["name"],
        xpath=as_xpath(query),
        is_html=query != rest,
        is_address=bool(_ADDRESS.search(query)),
        **options,
    )


@lru_cache(maxsize=512)
def as_xpath(query: str) -> str:
    """A selector as XPath: it is, when it begins as XPath does; else it is CSS. Raises RuleRefused."""
    query = query.strip()
    written = query.removeprefix("xpath:").strip()
    if written != query or query.startswith(("/", "./", "(", "@")):
        return _checked_xpath(written)
    try:
        return HTMLTranslator().css_to_xpath(query)
    except (SelectorError, ValueError) as error:
        raise RuleRefused(_css_refusal(query, error)) from None


def _checked_xpath(query: str) -> str:
    try:
        etree.XPath(query, namespaces={"re": "http://exslt.org/regular-expressions"})
    except (etree.XPathError, ValueError):
        raise RuleRefused(str(_("“%(query)s” begins as XPath does, and is not XPath.") % {"query": query})) from None
    return query


def _css_refusal(query: str, error: Exception) -> str:
    """What is wrong and, where the library says it in its sentence, at which character."""
    if place := _PLACE.search(str(error)):
        at = {"query": query, "number": int(place["at"]) + 1}
        return str(_("“%(query)s” is not a CSS selector: it goes wrong at character %(number)s.") % at)
    return str(_("“%(query)s” is neither a CSS selector nor XPath.") % {"query": query})


def rows_of(page: Page, fields: Sequence[FieldRule], item_selector: str = "", *, most: int | None = None) -> list[Row]:
    """The items of a page: one, or as many as elements hold one, `most` of them at most. Raises RuleRefused."""
    holders = page.selector.xpath(as_xpath(item_selector)) if item_selector else [page.selector]
    return [_row(holder, page, fields) for holder in holders[:most]]


def texts_of(holder: Selector, page: Page, field: FieldRule) -> list[str]:
    """All that is found where the field is looked for. Raises ValueError if that cannot be evaluated."""
    return [text for each in holder.xpath(field.xpath) if (text := _text(each, page, field))]


def _row(holder: Selector, page: Page, fields: Sequence[FieldRule]) -> Row:
    values = {field.name: field.kept(texts_of(holder, page, field)) for field in fields}
    return Row(values=values, missing=tuple(each.name for each in fields if each.is_required and not values[each.name]))


def _text(node: Selector, page: Page, field: FieldRule) -> str:
    if field.is_html:
        return str(node.get() or "").strip()
    # An element gives its text; what is one already (an attribute, a text, a number) is taken as it is.
    raw = " ".join(_TEXTS(node.root)) if isinstance(node.root, etree._Element) else str(node.get() or "")
    text = " ".join(raw.split())
    return urljoin(page.base, text) if text and field.is_address else text
