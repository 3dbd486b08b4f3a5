"""Where records end, and which ones cannot be trusted to a parser.

Parsers forgive a quote that is not closed: they swallow the lines that follow, good ones, into one cell, up to the
next quote or the end of the file, and say nothing. Here a quoted cell must end with a quote *and then* a delimiter or
the end of the line, within MAX_RECORD bytes. If it does not, the line that opens it is set aside, alone, and reading
goes on with the next line. What passes is well-formed, so that any parser reads it the same way.

A regular expression with possessive quantifiers goes over a whole block in one call, faster than the parser after it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apps.collection.connectors.file.choices import Delimiter, Quote
from apps.collection.connectors.file.decoding import MARK, first_mark
from apps.collection.connectors.file.unpacking import Piece
from apps.collection.enums import RejectionReason

# A record longer than this may be set aside. Shorter ones never are, wherever the pieces are cut.
MAX_RECORD = 4 * 1024 * 1024


@dataclass(frozen=True)
class Aside:
    """A record set aside: its rank among those of its block, from 1. `column` counts from 0."""

    rank: int
    reason: RejectionReason
    text: bytes
    column: int = 0
    byte: int = 0


@dataclass(kw_only=True)
class Block:
    """Whole records, well-formed, each with its line end; and between them, those set aside."""

    data: bytes
    aside: list[Aside] = field(default_factory=list)
    position: int = 0


class Grammar:
    """What cells and records look like with this delimiter and this quote, in UTF-8, lines ended by one newline."""

    def __init__(self, delimiter: Delimiter, quote: Quote) -> None:
        self.delimiter = delimiter
        self.delimiter_byte = delimiter.character.encode()
        self.quote_byte = quote.character.encode()
        d, q = re.escape(self.delimiter_byte), re.escape(self.quote_byte)
        plain = rb"[^%b\n]*+" % d
        cell = plain
        self._open: re.Pattern[bytes] | None = None
        if self.quote_byte:
            inside = rb"%b[^%b]*+(?:%b%b[^%b]*+)*+" % (q, q, q, q, q)
            cell = rb"(?:%b%b(?=[%b\n])|(?:[^%b%b\n]%b)?+)" % (inside, q, d, q, d, plain)
            self._open = re.compile(rb"(?:%b%b)*+(?:%b%b?|%b)\Z" % (cell, d, inside, q, plain))
        record = rb"%b(?:%b%b)*+\n" % (cell, d, cell)
        self._cell = re.compile(rb"(%b)([%b\n])" % (cell, d))
        self._record = re.compile(record)
        self._records = re.compile(rb"(?:%b)*+" % record)

    def cells(self, record: bytes) -> list[bytes]:
        """The cells of a well-formed record, without their quotes."""
        return [self._unquoted(found[1]) for found in self._cell.finditer(record)]

    def column_at(self, record: bytes, position: int) -> int:
        """Which cell of a well-formed record holds this position, from 0."""
        return sum(1 for found in self._cell.finditer(record) if found.end() <= position)

    def record_end(self, data: bytes, start: int) -> int | None:
        """Where the record that begins at `start` ends, None if it is not well-formed."""
        found = self._record.match(data, start)
        return found.end() if found else None

    def well_formed_until(self, data: bytes) -> int:
        """Where the first record that is not well-formed, or not whole, begins."""
        if self.quote_byte and self.quote_byte in data:
            found = self._records.match(data)
            return found.end() if found else 0
        return data.rfind(b"\n") + 1

    def may_go_on(self, data: bytes, start: int) -> bool:
        """Whether the record that begins at `start` could be whole and well-formed with more data."""
        return data.find(b"\n", start) < 0 or bool(self._open and self._open.match(data, start))

    def _unquoted(self, cell: bytes) -> bytes:
        quote = self.quote_byte
        return cell[1:-1].replace(quote * 2, quote) if quote and cell.startswith(quote) else cell


def blocks(pieces: Iterable[Piece], grammar: Grammar, *, has_header: bool) -> Iterator[Block]:
    """The records by blocks, one per piece, without the header. Blank lines are no records."""
    rest, is_inside_long_line = b"", False
    for data, position, is_last in ended(pieces):
        if is_inside_long_line:
            end = data.find(b"\n") + 1
            if not end:
                continue
            data, is_inside_long_line = data[end:], False
        data = rest + data
        if is_last and data and not data.endswith(b"\n"):
            data += b"\n"
        if has_header:
            header_end = _header_end(data, grammar, is_last=is_last)
            if header_end is None:
                rest = data
                continue
            data, has_header = data[header_end:], False
        block, rest = _take(data, grammar, is_last=is_last)
        block.position = position
        if rest and len(rest) >= MAX_RECORD:  # what is left of a line whose end is not in sight
            is_inside_long_line, rest = True, b""
        yield block


def _take(data: bytes, grammar: Grammar, *, is_last: bool) -> tuple[Block, bytes]:
    """The whole records of `data`, and the rest, to be completed.

    A rest of MAX_RECORD bytes or more is a line that is too long: already set aside, its end is still to come.
    """
    if MARK not in data:
        end = grammar.well_formed_until(data)
        rest = data[end:]
        if not rest or (not is_last and len(rest) < MAX_RECORD and grammar.may_go_on(data, end)):
            return Block(data=data[:end]), rest
    return _take_one_by_one(data, grammar, is_last=is_last)


def _take_one_by_one(data: bytes, grammar: Grammar, *, is_last: bool) -> tuple[Block, bytes]:
    kept: list[bytes] = []
    aside: list[Aside] = []
    start = 0
    while start < len(data):
        if data.startswith(b"\n", start):
            start += 1
            continue
        rank = len(kept) + len(aside) + 1
        end = grammar.record_end(data, start)
        if end is not None:
            record = data[start:end]
            if MARK in record:
                aside.append(_marked(rank, record, grammar))
            else:
                kept.append(record)
            start = end
            continue
        if not is_last and len(data) - start < MAX_RECORD and grammar.may_go_on(data, start):
            break
        end = data.find(b"\n", start) + 1
        if not end:
            aside.append(Aside(rank, RejectionReason.CELL_TOO_LONG, data[start:]))
            break
        aside.append(Aside(rank, RejectionReason.UNCLOSED_QUOTE, data[start:end]))
        start = end
    return Block(data=b"".join(kept), aside=aside), data[start:]


def _marked(rank: int, record: bytes, grammar: Grammar) -> Aside:
    at, byte = first_mark(record)
    reason = RejectionReason.INVALID_ENCODING if byte else RejectionReason.CONTROL_CHARACTER
    return Aside(rank, reason, record, column=grammar.column_at(record, at), byte=byte)


def _header_end(data: bytes, grammar: Grammar, *, is_last: bool) -> int | None:
    start = len(data) - len(data.lstrip(b"\n"))
    end = grammar.record_end(data, start)
    if end is None and not is_last and len(data) < MAX_RECORD and grammar.may_go_on(data, start):
        return None
    return end or data.find(b"\n", start) + 1 or len(data)


def ended(pieces: Iterable[Piece]) -> Iterator[tuple[bytes, int, bool]]:
    """Each piece, then an empty one that is the last."""
    position = 0
    for data, position in pieces:
        yield data, position, False
    yield b"", position, True
