"""The search of the site: its pages, and whatever apps let people find."""

from collections.abc import Sequence
from itertools import groupby
from unicodedata import combining, normalize

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.interface import Hit, Viewer, interfaces

LONGEST_QUERY = 200


def fold(text: object) -> str:
    """Text as people type it in a hurry: no case, no accent."""
    return "".join(letter for letter in normalize("NFKD", str(text).casefold()) if not combining(letter))


def search_site(query: str, viewer: Viewer) -> list[tuple[str, list[Hit]]]:
    """What this person may see that matches, by kind. An empty query finds nothing."""
    query = query.strip()[:LONGEST_QUERY]
    if not query:
        return []
    hits = list(pages_found(query, viewer))
    for each in interfaces.all():
        if each.search:
            hits += each.search(viewer, query)
    return [(kind, list(group)) for kind, group in groupby(hits, key=lambda hit: str(hit.kind))]


def pages_found(query: str, viewer: Viewer) -> Sequence[Hit]:
    words = fold(query).split()
    pages = [page for each in interfaces.all() for page in each.pages if page.is_open_to(viewer)]
    return [
        Hit(label=page.label, url=reverse(page.url_name), kind=_("Pages"), summary=page.summary)
        for page in pages
        if all(word in fold(f"{page.label} {page.summary}") for word in words)
    ]
