"""JSON: a list of records, alone or somewhere in an object; or one object, which is then the only record.

A list of any size is read, an item at a time: see `json_tree`.
"""

from collections.abc import Iterator
from typing import Any

from apps.collection.connectors.file.choices import Encoding, Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.decoding import MARK, decoded
from apps.collection.connectors.file.exceptions import DamagedFile, EmptyFile
from apps.collection.connectors.file.formats.json_lines import wide_or_utf8
from apps.collection.connectors.file.formats.json_tree import (
    EndOfSample,
    Text,
    enter,
    items,
    likely_path,
    one_by_one,
    skip_value,
)
from apps.collection.connectors.file.formats.json_values import has_long_numbers, load, not_a_record, read_record
from apps.collection.connectors.file.formats.recordwise import Group, RecordFormat, Unread
from apps.collection.connectors.file.unpacking import Piece


class Json(RecordFormat):
    format = Format.JSON

    def locate(self, content: Content, config: FileConfig) -> dict[str, Any]:
        sample, _is_whole = content.beginning()
        encoding = config.encoding or wide_or_utf8(sample)
        if config.records_path:
            path: list[str] | None = config.records_path.split(".")
        else:
            likely = likely_path(next(decoded(iter([Piece(sample, 0)]), encoding)).data)
            path = None if likely is None else list(likely)
        return {"encoding": str(encoding), "path": path}

    def groups(self, content: Content, layout: dict[str, Any], *, done: int) -> Iterator[Group]:
        encoding = Encoding(layout["encoding"])
        text = Text(decoded(content.pieces(), encoding), is_whole=content.is_whole)
        try:
            if not text.peek():
                raise EmptyFile(name=content.told)
            if layout["path"] is None:
                yield Group([_only_record(text, encoding)], text.position)
                return
            enter(text, tuple(layout["path"]))
            for found in items(text, _read):
                yield Group(_records(found, encoding), text.position)
        except EndOfSample:
            return
        if content.is_whole and not layout["path"] and text.peek():
            raise DamagedFile(format="JSON", at=text.byte)


def _read(data: bytes) -> list[Any]:
    """Some items, commas between them. Raises ValueError if one is no JSON, or holds a marked byte."""
    if MARK in data:
        raise ValueError
    try:
        found: list[Any] = load(b"[%b]" % data, is_exact=has_long_numbers(data))
    except RecursionError:
        raise ValueError from None
    return found


def _records(found: list[Any] | bytes, encoding: str) -> list[dict[str, Any] | Unread]:
    """Items as records: where they could not be read together, each is looked at."""
    if isinstance(found, list):
        return [each if isinstance(each, dict) else not_a_record(each) for each in found]
    is_exact = has_long_numbers(found)
    return [read_record(item, is_exact=is_exact, encoding=encoding) for item in one_by_one(found)]


def _only_record(text: Text, encoding: str) -> dict[str, Any] | Unread:
    while text.more():
        pass  # up to the size that a record may have
    if not text.is_whole:
        raise EndOfSample
    record = read_record(text.data, is_exact=has_long_numbers(text.data), encoding=encoding)
    if isinstance(record, Unread):
        rest = Text(iter([Piece(text.data, len(text.data))]), is_whole=True)
        skip_value(rest)  # raises TruncatedFile where the object is not closed
        raise DamagedFile(format="JSON", at="–")
    return record
