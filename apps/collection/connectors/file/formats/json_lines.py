"""JSON Lines: one record on each line. A line that is none is set aside, and reading goes on with the next."""

from collections.abc import Iterator
from typing import Any

import orjson

from apps.collection.connectors.file.choices import Encoding, Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.decoding import MARK, decoded
from apps.collection.connectors.file.encodings import detect_encoding
from apps.collection.connectors.file.formats.json_values import has_long_numbers, read_record
from apps.collection.connectors.file.formats.recordwise import Group, RecordFormat, Unread
from apps.collection.connectors.file.records import MAX_RECORD, ended
from apps.collection.enums import RejectionReason


class JsonLines(RecordFormat):
    format = Format.JSON_LINES

    def locate(self, content: Content, config: FileConfig) -> dict[str, Any]:
        return {"encoding": str(config.encoding or wide_or_utf8(content.beginning()[0]))}

    def groups(self, content: Content, layout: dict[str, Any], *, done: int) -> Iterator[Group]:
        encoding = Encoding(layout["encoding"])
        rest, is_too_long = b"", False
        for data, position, is_last in ended(decoded(content.pieces(), encoding)):
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            records: list[dict[str, Any] | Unread] = []
            if is_too_long and lines:
                records.append(Unread(RejectionReason.CELL_TOO_LONG))
                del lines[0]
                is_too_long = False
            elif is_too_long or len(rest) > MAX_RECORD:
                # The rest of a line that nobody writes: it is let go of, and counted where it ends.
                rest, is_too_long = b"", True
            if is_last and content.is_whole:
                lines.append(rest)
                if is_too_long:
                    records.append(Unread(RejectionReason.CELL_TOO_LONG))
            yield Group(records + _records(lines, str(encoding)), position)


def wide_or_utf8(sample: bytes) -> Encoding:
    """JSON is UTF-8; some programs of Windows write it in UTF-16."""
    found = detect_encoding(sample)
    return (
        found if found in (Encoding.UTF_16, Encoding.UTF_16_LE, Encoding.UTF_16_BE, Encoding.UTF_32) else Encoding.UTF_8
    )


def _records(lines: list[bytes], encoding: str) -> list[dict[str, Any] | Unread]:
    lines = [line for line in lines if line and not line.isspace()]
    data = b"\n".join(lines)
    if MARK not in data and not has_long_numbers(data):
        try:
            found = [orjson.loads(line) for line in lines]
        except orjson.JSONDecodeError:
            pass  # one of them is wrong: each is looked at
        else:
            if set(map(type, found)) <= {dict}:
                return found
    return [read_record(line, is_exact=has_long_numbers(line), encoding=encoding) for line in lines]
