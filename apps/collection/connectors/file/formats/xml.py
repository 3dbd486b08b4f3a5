"""XML, an element at a time: the elements at the path of the records, each let go of once it is a record.

An attribute becomes the column `@name`, an element with text the column of its name, elements in an element a JSON
object, an element said twice a JSON list. Namespaces are left out of names.

Nothing is fetched, no entity is expanded: an XML that defines any is refused.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    EntitiesRefused,
    NoRecordsThere,
    RecordTooLong,
    TruncatedFile,
)
from apps.collection.connectors.file.formats.recordwise import Group, RecordFormat, Unread
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import ConfigError
from apps.core.numbers import format_size

if TYPE_CHECKING:
    from lxml.etree import XMLPullParser, _Element

MAX_RECORD = 16 * 1024 * 1024
_PIECE = 256 * 1024
_GROUP = 10_000
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# Damages of lxml that only say that the text stops.
_STOPS = {"ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_EMPTY", "ERR_GT_REQUIRED", "ERR_LTSLASH_REQUIRED"}

Path = tuple[str, ...]


class Xml(RecordFormat):
    format = Format.XML

    def locate(self, content: Content, config: FileConfig) -> dict[str, Any]:
        if config.records_path:
            return {"path": [name for name in config.records_path.split("/") if name]}
        sample, _is_whole = content.beginning()
        return {"path": list(likely_path(sample))}

    def groups(self, content: Content, layout: dict[str, Any], *, done: int) -> Iterator[Group]:
        reading = _Reading(tuple(layout["path"]))
        records: list[dict[str, Any] | Unread] = []
        found = position = 0
        for data, position in content.pieces(_PIECE):
            records += reading.feed(data)
            if len(records) >= _GROUP:
                found += len(records)
                yield Group(records, position)
                records = []
        if content.is_whole:
            records += reading.close()
            if not found and not records:
                raise NoRecordsThere(path="/".join(layout["path"]))
        yield Group(records, position)


class _Reading:
    """The elements of an XML that comes piece by piece."""

    def __init__(self, path: Path) -> None:
        self._parser = _parser()
        self._path = path
        self._names: list[str] = []
        self._inside = 0  # how deep inside of a record
        self._since = 0  # bytes since the last one

    def feed(self, data: bytes) -> list[dict[str, Any] | Unread]:
        from lxml.etree import XMLSyntaxError

        try:
            self._parser.feed(data)
            records = self._records()
        except XMLSyntaxError as error:
            raise _damage(error) from None
        self._since = 0 if records else self._since + len(data)
        if self._since > MAX_RECORD:
            raise RecordTooLong(limit=format_size(MAX_RECORD))
        return records

    def close(self) -> list[dict[str, Any] | Unread]:
        from lxml.etree import XMLSyntaxError

        try:
            self._parser.close()
        except XMLSyntaxError as error:
            raise _damage(error) from None
        return self._records()

    def _records(self) -> list[dict[str, Any] | Unread]:
        records: list[dict[str, Any] | Unread] = []
        for event, element in self._parser.read_events():
            if event == "start":
                if not self._names:
                    _refuse_entities(element)
                self._names.append(_local(element.tag))
                self._inside += bool(self._inside) or tuple(self._names) == self._path
                continue
            if self._inside == 1:
                records.append(_record(element))
            if self._inside <= 1:
                _let_go(element)
            self._inside -= bool(self._inside)
            self._names.pop()
        return records


def likely_path(sample: bytes) -> Path:
    """The path of the elements that come most often, the least deep of them: those of the records."""
    from lxml.etree import XMLSyntaxError

    parser = _parser()
    names: list[str] = []
    counts: dict[Path, int] = {}
    try:
        parser.feed(sample)
        for event, element in parser.read_events():
            if event == "start":
                if not names:
                    _refuse_entities(element)
                names.append(_local(element.tag))
                counts[tuple(names)] = counts.get(tuple(names), 0) + 1
            else:
                names.pop()
    except XMLSyntaxError as error:
        raise _damage(error) from None
    repeated = [path for path, count in counts.items() if count > 1 and len(path) > 1]
    if repeated:
        least = min(map(len, repeated))
        return max((path for path in repeated if len(path) == least), key=lambda path: counts[path])
    inner = [path for path in counts if len(path) == 2]
    return inner[0] if len(inner) == 1 else next(iter(counts), ())


def _parser() -> "XMLPullParser":
    from lxml.etree import XMLPullParser

    return XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _refuse_entities(root: "_Element") -> None:
    described = root.getroottree().docinfo.internalDTD
    if described is not None and next(iter(described.iterentities()), None) is not None:
        raise EntitiesRefused


def _damage(error: Any) -> ConfigError:
    """What lxml says, in our words. Where it only says that it gave up, its log knows why."""
    from lxml.etree import ErrorTypes

    last = error.error_log.last_error if error.code == ErrorTypes.ERR_INTERNAL_ERROR else None
    code, line, column = (last.type, last.line, last.column) if last else (error.code, *error.position)
    if code in (ErrorTypes.ERR_ENTITY_LOOP, ErrorTypes.ERR_UNDECLARED_ENTITY) or "entity" in str(error):
        return EntitiesRefused()
    if any(getattr(ErrorTypes, name) == code for name in _STOPS):
        return TruncatedFile(format="XML")
    return DamagedFile(format="XML", at=f"{line}:{column}")


def _record(element: "_Element") -> dict[str, Any] | Unread:
    from lxml import etree

    if any(node.tag is etree.Entity for node in element.iter(etree.Entity)):
        return Unread(RejectionReason.UNREADABLE_VALUE, {"column": "", "why": "entity"})
    value = _value(element)
    return value if isinstance(value, dict) else {_local(element.tag): value}


def _value(element: "_Element") -> Any:
    """The text of an element, None where it says that it has none, or what it holds by name."""
    if not len(element) and not element.attrib:
        return element.text or ""
    if element.get(_NIL) in ("true", "1"):
        return None
    values: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    several: set[str] = set()
    for child in element:
        name, value = _local(child.tag), _value(child)
        if name in several:
            values[name].append(value)
        elif name in values:
            values[name] = [values[name], value]
            several.add(name)
        else:
            values[name] = value
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if text.strip():
        values["#text"] = text.strip()
    return values


def _let_go(element: "_Element") -> None:
    """Forget an element that ended, and those before it: its parent still holds them."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
