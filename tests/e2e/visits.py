"""Which visits a page gets: each page that differs once, in every theme and language, but not in every product."""

import os
import re
from collections.abc import Mapping, Sequence

THEMES = ("light", "dark")
LANGUAGES = ("fr", "en")
# Taken in twos, the looks of an order differ in theme and in language: two visits have seen every value.
ORDERS = (
    (("light", "fr"), ("dark", "en"), ("dark", "fr"), ("light", "en")),
    (("dark", "en"), ("light", "fr"), ("light", "en"), ("dark", "fr")),
)
IS_FULL = os.environ.get("E2E_FULL") == "1"

# What differs from one answer to the next on the same page: keys, pictures of them, identifiers, people, moments.
VOLATILE = re.compile(r"[\w.+-]+@ecluse\.test|[\w+/=:%-]{24,}|\d{4}-\d\d-\d\dT\S+|\d+")


def same_pages(answers: Mapping[str, str]) -> list[list[str]]:
    """The roles (role → HTML) that are shown the same page, together; the roles keep their order, so do the groups."""
    groups: dict[str, list[str]] = {}
    for role, html in answers.items():
        groups.setdefault(VOLATILE.sub("", html), []).append(role)
    roles = list(answers)
    return sorted(groups.values(), key=lambda group: roles.index(group[-1]))


def visits(rank: int, groups: Sequence[Sequence[str]], *, full: bool = IS_FULL) -> list[tuple[str, str, str]]:
    """The (role, theme, language) of each visit to the page of this rank in the URLconf.

    One role visits for those who see the same, in turn with the rank, and so do the looks: over the site every role
    meets every look. A page that is the same for all is visited twice. With `full`, every role in every look.
    """
    if full:
        return [(role, *look) for group in groups for role in group for look in ORDERS[0]]
    order, start = ORDERS[rank // 2 % 2], 2 * (rank % 2)
    chosen = [group[rank % len(group)] for group in groups]
    if len(chosen) == 1:
        chosen *= 2
    return [(role, *order[(start + index) % 4]) for index, role in enumerate(chosen)]
