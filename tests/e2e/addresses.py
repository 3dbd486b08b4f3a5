"""Every address of the site, read from the URLconf, so that a page is visited without anyone adding it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from apps.core.access import SELF_GUARDED, declared_access

# Arguments that mean the same wherever they stand.
USUAL = {"format": "json", "version": "v1"}


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf: its full name (or its route, if it has none), its view, its pieces of path."""

    name: str
    view: Any
    pieces: tuple[str, ...]
    default_kwargs: tuple[tuple[str, Any], ...]
    namespaces: tuple[str, ...]

    @property
    def access(self) -> Any:
        """Who may open it: "public", "signed_in", permissions, "rest", "admin", or None when nothing is declared."""
        if SELF_GUARDED & set(self.namespaces):
            return "admin"
        return declared_access(self.view)

    @property
    def arguments(self) -> set[str]:
        """The arguments that only a sample can give."""
        return {name for piece in self.pieces for name in normalize(piece)[0][1]} - set(USUAL)

    def path(self, kwargs: dict[str, Any]) -> str:
        """The path with these arguments."""
        known = {**USUAL, **{name: str(value) for name, value in kwargs.items()}}
        path = "/"
        for piece in self.pieces:
            # Several forms when the pattern has optional parts: take the one that says most.
            forms = [form for form in normalize(piece) if set(form[1]) <= set(known)]
            text, names = max(forms, key=lambda form: len(form[1]))
            path += text % {name: known[name] for name in names}
        return path


def walk(
    patterns: list[URLPattern | URLResolver] | None = None,
    pieces: tuple[str, ...] = (),
    namespaces: tuple[str, ...] = (),
) -> Iterator[Address]:
    """Every pattern below the root of the URLconf, depth first."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = (*pieces, entry.pattern.regex.pattern.removesuffix(r"\Z"))
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from walk(entry.url_patterns, here, inner)
        else:
            name = ":".join([*namespaces, entry.name]) if entry.name else "/" + "".join(map(readable, here))
            yield Address(name, entry.callback, here, tuple(entry.default_args.items()), namespaces)


def readable(piece: str) -> str:
    """A piece of route as a name: `^page/(?P<pk>[0-9]+)/$` becomes `page/<pk>/`."""
    return re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", piece).strip("^$").replace("\\", "")


ADDRESSES: dict[str, Address] = {}
for _address in walk():
    # Two patterns of one name (with and without a format suffix) are two addresses.
    _name = _address.name
    while _name in ADDRESSES:
        _name += "+"
    ADDRESSES[_name] = _address
