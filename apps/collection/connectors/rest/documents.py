"""Finding one's way in a JSON document: dotted paths, and where the records are. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from apps.collection.connectors.rest.exceptions import RecordsNotThere, RecordsUnclear

WHOLE: Final = "."
NAMES_SHOWN = 10
_USUAL = frozenset(
    {"results", "records", "items", "data", "rows", "features", "hits", "value", "values", "entries", "docs"}
    | {"elements", "content", "objects", "nodes", "list"}
)


class _Missing:
    """Nothing there, which is not the same as null."""

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


def look(value: Any, path: str) -> Any:
    """What is at a dotted path, or MISSING. A number is a rank in a list (-1 the last).

    A name may itself hold dots (`@odata.nextLink`): it is tried as a whole first.
    """
    if path == WHOLE:
        return value
    while True:
        if isinstance(value, dict) and path in value:
            return value[path]
        head, _dot, path = path.partition(".")
        if isinstance(value, dict) and head in value:
            value = value[head]
        elif isinstance(value, list) and head.lstrip("-").isdigit() and -len(value) <= int(head) < len(value):
            value = value[int(head)]
        else:
            return MISSING
        if not path:
            return value


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set what is at a dotted path; the objects that it goes through are made or copied, never shared."""
    *heads, last = path.split(".")
    for head in heads:
        below = document.get(head)
        document[head] = dict(below) if isinstance(below, dict) else {}
        document = document[head]
    document[last] = value


def records_at(document: Any, path: str | None, *, host: str) -> list[Any]:
    """The records of an answer: at the path, else where they can only be.

    A null is an empty list; an object where a list was expected is one record. Raises RecordsNotThere, RecordsUnclear.
    """
    if path is None:
        path = find_records(document, host=host)
        if path is None:
            return []
    value = look(document, path)
    match value:
        case list():
            return value
        case dict():
            return [value]
        case None:
            return []
    raise RecordsNotThere(host=host, path=path, found=_described(document, path))


def find_records(document: Any, *, host: str) -> str | None:
    """Where the list of records is; None if there are several places and nothing anywhere.

    The list at the top, or the one list of objects of the object, or of the objects in it; of several, the one that has
    a usual name: facets, included objects and errors stand beside. Raises RecordsUnclear.
    """
    if isinstance(document, list):
        return WHOLE
    if not isinstance(document, dict):
        raise RecordsUnclear(host=host, found=kind_of(document))
    for candidates in (list(_lists(document)), [*_deeper_lists(document, 2)], [*_deeper_lists(document, 3)]):
        of_objects = [path for path, values in candidates if any(isinstance(each, dict) for each in values)]
        usual = [path for path, values in candidates if _is_usual(path) and (not values or path in of_objects)]
        if len(usual) == 1:
            return usual[0]
        if len(of_objects) == 1:
            return of_objects[0]
        if of_objects:
            raise RecordsUnclear(host=host, found=", ".join(of_objects[:NAMES_SHOWN]))
    empty = [path for path, values in [*_lists(document), *_deeper_lists(document, 2)] if not values]
    if len(empty) == 1:
        return empty[0]
    if empty:
        return None
    raise RecordsUnclear(host=host, found=names_in(document))


def kind_of(value: Any) -> str:
    """A kind of value, as JSON calls it."""
    match value:
        case None | _Missing():
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "array"
        case dict():
            return "object"
    return "number"


def names_in(value: Any) -> str:
    """The names of an object, for whoever looks for the right one; of anything else, what it is."""
    if isinstance(value, dict) and value:
        return ", ".join([*map(str, list(value)[:NAMES_SHOWN]), *(["…"] if len(value) > NAMES_SHOWN else [])])
    return kind_of(value)


def _is_usual(path: str) -> bool:
    return path.rpartition(".")[2].lower() in _USUAL


def _lists(document: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, value in document.items():
        if isinstance(value, list):
            yield f"{prefix}{name}", value


def _deeper_lists(document: dict[str, Any], depth: int, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{prefix}{name}.")
            if depth > 2:
                yield from _deeper_lists(value, depth - 1, f"{prefix}{name}.")


def _described(document: Any, path: str) -> str:
    """What stands where the path stops leading anywhere."""
    value = document
    for part in path.split("."):
        below = look(value, part)
        if below is MISSING:
            return names_in(value)
        value = below
    return kind_of(value)
