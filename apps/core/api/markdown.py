"""Markdown (CommonMark) as HTML that stands inside a page: no raw HTML, headings that can be linked to."""

from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A section of the text, for the outline."""

    anchor: str
    title: str


def to_html(text: str) -> tuple[SafeString, list[Heading]]:
    """The text as HTML, and its second-level headings in order."""
    tokens = _parser.parse(text)
    headings = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2":
            heading = Heading(anchor=slugify(inline.content), title=inline.content)
            opening.attrSet("id", heading.anchor)
            headings.append(heading)
    html = _parser.renderer.render(tokens, _parser.options, {})
    # What scrolls must be reachable with the keyboard.
    html = html.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(html), headings  # noqa: S308 -- the parser escapes; raw HTML is off
