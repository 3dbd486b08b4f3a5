"""Tables in text: CSV and its cousins. What their layout says is a `Layout`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from apps.collection.connectors.base import Batch, Cursor
from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig, Layout
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.detection import detect
from apps.collection.connectors.file.formats.base import Described
from apps.collection.connectors.file.unpacking import Piece

# Around the first byte beyond ASCII, when it is not in the sample.
_FARTHER = 64 * 1024


class TextTable:
    format = Format.CSV
    needs_whole = False

    def describe(self, content: Content, config: FileConfig, *, is_thorough: bool) -> Described:
        """Thorough, what is beyond ASCII is looked for wherever it first comes: it tells the encoding."""
        sample, is_whole = content.beginning()
        farther = b""
        if is_thorough and not is_whole and not config.encoding and sample.isascii():
            farther = _beyond_ascii(content.pieces())
        detected = detect(sample, config=config, is_whole=is_whole, farther=farther, name=content.told)
        return Described(layout=detected.layout.model_dump(mode="json"), columns=detected.columns)

    def read(self, content: Content, layout: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
        # Here, because it imports pyarrow: 45 MB that a process which only shows sources has no use for.
        from apps.collection.connectors.file.reading import read_batches

        checked = Layout.model_validate(layout)
        batches = read_batches(content.path, checked, cursor=cursor, limit=content.limit, member=content.member)
        if content.is_whole:
            yield from batches
        else:
            # The record that the sample cuts is left out, whatever becomes of it.
            yield from map(_without_last, batches)


def _without_last(batch: Batch) -> Batch:
    last = batch.cursor["row"]
    rows = batch.rows
    if rows.num_rows and rows.column(rows.num_columns - 1)[-1].as_py() == last:
        rows = rows.slice(0, rows.num_rows - 1)
    return replace(batch, rows=rows, rejected=tuple(each for each in batch.rejected if each.row != last))


def _beyond_ascii(pieces: Iterable[Piece]) -> bytes:
    """Some bytes from the first piece that is not plain ASCII, b"" if all are."""
    for data, _position in pieces:
        if not data.isascii():
            start = next(index for index, byte in enumerate(data) if byte > 127)
            return data[max(0, start - _FARTHER // 2) : start + _FARTHER // 2]
    return b""
