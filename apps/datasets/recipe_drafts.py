"""A recipe while people change it, one line at a time: its document, which may not hold yet, and what changes it.

A place names a line as its path in the document: `inputs.0.steps.2`, `steps.1`, `rules.0`; a list of lines is the same
without the last number. `inputs.0` is an input as a whole.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from hashlib import sha256
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
Item: TypeAlias = Mapping[str, Any]


def places(document: Document) -> Iterator[tuple[str, str]]:
    """Each line of a recipe: the list that it is in, and its place."""
    for within in lists(document):
        yield from ((within, f"{within}.{rank}") for rank in range(len(list_at(document, within))))


def lists(document: Document) -> list[str]:
    """The lists of lines of a recipe, in the order in which it is read."""
    return [*(f"inputs.{rank}.steps" for rank in range(len(document.get("inputs", ())))), "steps", "rules"]


def list_at(document: Document, within: str) -> list[Any]:
    """The lines of this list. Raises LookupError if there is no such list."""
    holder, name = _holder(document, within)
    return list(holder.get(name, ()))


def item_at(document: Document, place: str) -> Item:
    """The line, or the input, of this place. Raises LookupError if there is none."""
    within, rank = _split(place)
    found: Item = list_at(document, within)[rank]
    return found


def with_item(document: Document, place: str, item: Item) -> Document:
    """With this line in place of the one that is there. Raises LookupError if there is none."""
    item_at(document, place)
    changed, (within, rank) = deepcopy(document), _split(place)
    _lines(changed, within)[rank] = dict(item)
    return changed


def with_new(document: Document, within: str, item: Item) -> tuple[Document, str]:
    """With this line at the end of the list, and its place there; what takes columns comes first, for nothing can be
    done to them before.
    """
    changed = deepcopy(document)
    lines = _lines(changed, within)
    rank = 0 if item.get("step") == "map" else len(lines)
    lines.insert(rank, dict(item))
    return changed, f"{within}.{rank}"


def without(document: Document, place: str) -> Document:
    item_at(document, place)
    changed, (within, rank) = deepcopy(document), _split(place)
    del _lines(changed, within)[rank]
    return changed


def moved(document: Document, place: str, *, by: int) -> Document:
    """With this line further up or down in its list; as it is at either end."""
    item_at(document, place)
    changed, (within, rank) = deepcopy(document), _split(place)
    lines = _lines(changed, within)
    if 0 <= rank + by < len(lines):
        lines.insert(rank + by, lines.pop(rank))
    return changed


def digest_of(document: Document) -> str:
    """What tells this recipe from another."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def working_columns(document: Document) -> list[str]:
    """The working columns that its steps name."""
    found: dict[str, None] = {}

    def look(value: object) -> None:
        match value:
            case str() if value.startswith("_"):
                found[value] = None
            case Mapping():
                for name, each in value.items():
                    look(name)
                    look(each)
            case list() | tuple():
                for each in value:
                    look(each)

    look([step for within in lists(document) if within != "rules" for step in list_at(document, within)])
    return list(found)


def _holder(document: Document, within: str) -> tuple[dict[str, Any], str]:
    """What holds this list, and what it is called there. Raises LookupError."""
    pieces = within.split(".")
    if pieces in (["inputs"], ["steps"], ["rules"]):
        return document, pieces[0]
    if len(pieces) == 3 and pieces[0] == "inputs" and pieces[2] == "steps":
        return document["inputs"][_rank(pieces[1])], "steps"
    raise LookupError(within)


def _lines(document: Document, within: str) -> list[Any]:
    """The list itself, to be changed."""
    holder, name = _holder(document, within)
    lines: list[Any] = holder.setdefault(name, [])
    return lines


def _split(place: str) -> tuple[str, int]:
    within, _dot, number = place.rpartition(".")
    return within, _rank(number)


def _rank(number: str) -> int:
    if not number.isdecimal() or len(number) > 4:
        raise LookupError(number)
    return int(number)
