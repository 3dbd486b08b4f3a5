"""Names that follow from others: of foreign keys, of relations, of attributes that move to another table."""

from collections.abc import Collection, Iterable

from apps.datasets.names import MAX_LENGTH, why_not_a_column


def joined(*words: str) -> str:
    """The words in one name. What does not fit is cut from the front: what comes last says most."""
    name = "_".join(words)
    while len(name) > MAX_LENGTH:
        _first, _underscore, rest = name.partition("_")
        name = rest.lstrip("_0123456789") or name[:MAX_LENGTH].rstrip("_")
    return name


def first_free(names: Iterable[str], *, taken: Collection[str]) -> str:
    """The first of these names that a column can have beside those that are taken; else the last one, numbered."""
    last = ""
    for last in names:
        if _is_free(last, taken):
            return last
    number = 2
    while not _is_free(name := f"{last[: MAX_LENGTH - 4].rstrip('_')}_{number}", taken):
        number += 1
    return name


def _is_free(name: str, taken: Collection[str]) -> bool:
    return name not in taken and f"{name}_id" not in taken and not why_not_a_column(name, taken)
