"""Lines before they are records: those that stand before the table, and blanks that separate cells."""

import re
from collections.abc import Iterable, Iterator

from apps.collection.connectors.file.choices import Delimiter
from apps.collection.connectors.file.config import Layout
from apps.collection.connectors.file.decoding import decoded
from apps.collection.connectors.file.records import MAX_RECORD
from apps.collection.connectors.file.unpacking import Piece

_BLANKS = re.compile(rb"[ \t]++")
_EDGES = re.compile(rb"^ | $", re.MULTILINE)


def lines(pieces: Iterable[Piece], layout: Layout) -> Iterator[Piece]:
    """The text of the table in UTF-8, from its header or its first record on, its cells one delimiter apart."""
    text = without_first_lines(decoded(pieces, layout.encoding), layout.skip_lines)
    if layout.delimiter == Delimiter.SPACES:
        return squeezed(text, layout.quote.character.encode())
    return text


def without_first_lines(pieces: Iterable[Piece], skipped: int) -> Iterator[Piece]:
    for data, position in pieces:
        end = 0
        while skipped and (newline := data.find(b"\n", end) + 1):
            end = newline
            skipped -= 1
        yield Piece(b"" if skipped else data[end:], position)


def squeezed(pieces: Iterable[Piece], quote: bytes) -> Iterator[Piece]:
    """Runs of blanks made one space, but between quotes; none at the ends of lines."""
    rest = b""
    for data, position in pieces:
        data = rest + data
        end = data.rfind(b"\n") + 1
        if len(data) - end >= MAX_RECORD:
            end = len(data)  # no line of a table is that long: it will be set aside
        rest = data[end:]
        yield Piece(squeeze(data[:end], quote), position)
    if rest:
        yield Piece(squeeze(rest, quote), position)


def squeeze(data: bytes, quote: bytes) -> bytes:
    if quote and quote in data:
        kept = re.compile(rb"(%b[^%b\n]*+%b)|[ \t]++" % (quote, quote, quote))
        data = kept.sub(lambda found: found[1] or b" ", data)
    else:
        data = _BLANKS.sub(b" ", data)
    return _EDGES.sub(b"", data)
