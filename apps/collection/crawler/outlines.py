"""How a page is made, in lines that a person reads to write a selector: its elements, indented, alike ones once. Pure.

html
  body
    h1.title  “Reports”
    ul#list
      li.report  ×24
        a  “A hole in the road”
"""

from collections.abc import Iterator
from itertools import groupby

from lxml import etree

from apps.collection.crawler.pages import Page

MOST_LINES = 400
# Deeper, the indentation leaves nothing to read.
MOST_DEPTH = 24
_MOST_CLASSES = 3
_TEXT_SHOWN = 60
# What holds no text for readers.
_LEFT_OUT = {"script", "style", "template", "noscript", "svg", "link", "meta"}


def outline(page: Page) -> str:
    """The lines, as many as a person reads; the last is “…” where there are more."""
    lines: list[str] = []
    for line in _lines([page.selector.root], 0):
        if len(lines) == MOST_LINES:
            return "\n".join([*lines, "…"])
        lines.append(line)
    return "\n".join(lines)


def _lines(elements: list[etree._Element], depth: int) -> Iterator[str]:
    for name, alike in groupby(elements, key=_name):
        first, *others = alike
        count = f"  ×{len(others) + 1}" if others else ""
        text = _text(first)
        yield f"{'  ' * depth}{name}{count}{f'  “{text}”' if text else ''}"
        if depth < MOST_DEPTH:
            yield from _lines([each for each in first if _is_shown(each)], depth + 1)


def _is_shown(element: etree._Element) -> bool:
    # A comment or an instruction has a function for a tag.
    return isinstance(element.tag, str) and element.tag not in _LEFT_OUT


def _name(element: etree._Element) -> str:
    """The element as CSS would name it."""
    identifier = element.get("id", "").strip()
    classes = element.get("class", "").split()[:_MOST_CLASSES]
    return f"{element.tag}{f'#{identifier}' if identifier else ''}{''.join(f'.{each}' for each in classes)}"


def _text(element: etree._Element) -> str:
    """What the element itself says, without its children."""
    own = " ".join(" ".join([element.text or "", *(child.tail or "" for child in element)]).split())
    return own if len(own) <= _TEXT_SHOWN else f"{own[: _TEXT_SHOWN - 1]}…"
