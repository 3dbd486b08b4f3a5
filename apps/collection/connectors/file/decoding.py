"""Bytes in any encoding become UTF-8 with one kind of line end; what cannot be a character is marked, never guessed.

    >>> b"".join(data for data, _ in decoded([Piece(b"caf\x81\r\n", 6)], Encoding.WINDOWS_1252))
    b"caf\xef\xb7\x9081\n"

A parser that meets an invalid byte gives the whole file up. Here each one becomes a character that Unicode promises
never to use (U+FDD0) followed by two hexadecimal digits: the record that holds it is set aside, with the byte, and the
others are read. A NUL is marked the same way: no database keeps it.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from io import IncrementalNewlineDecoder
from itertools import chain

from apps.collection.connectors.file.choices import Encoding
from apps.collection.connectors.file.unpacking import Piece

_MARK = "\ufdd0"
MARK = _MARK.encode()
_MARKED = re.compile(MARK + rb"([0-9a-f]{2})")
# For `bytes.decode`: what becomes of the bytes that are no character.
MARKING = "ecluse-mark"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"{_MARK}{byte:02x}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error(MARKING, _mark)


def decoded(pieces: Iterable[Piece], encoding: Encoding) -> Iterator[Piece]:
    """The same pieces in UTF-8, a character cut between two of them given whole with the second."""
    if encoding != Encoding.UTF_8:
        return _translated(pieces, str(encoding))
    return _as_they_are(iter(pieces))


def _as_they_are(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces of UTF-8 in which there is nothing to change, and translated from the first one in which there is.

    Most files need nothing, and looking costs a third of what translating does.
    """
    rest, position = b"", 0
    codec = "utf-8-sig"  # a mark at the start is no part of the first name
    for data, position in pieces:
        data = rest + data
        end = _clean_end(data)
        if end is None or (codec == "utf-8-sig" and data.startswith(codecs.BOM_UTF8[: len(data)])):
            yield from _translated(chain([Piece(data, position)], pieces), codec)
            return
        if data:
            codec = "utf-8"
        rest = data[end:]
        yield Piece(data[:end], position)
    yield from _translated([Piece(rest, position)], codec)


def _clean_end(data: bytes) -> int | None:
    """Where the last whole character ends; None if a byte is no character, or a line end or a zero is to be changed."""
    if b"\r" in data or b"\0" in data:
        return None
    if data.isascii():
        return len(data)
    try:
        _text, end = codecs.utf_8_decode(data, "strict", False)
    except UnicodeDecodeError:
        return None
    return end


def _translated(pieces: Iterable[Piece], codec: str) -> Iterator[Piece]:
    newlines = IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(MARKING), translate=True)
    position = 0
    for data, position in pieces:
        yield Piece(_utf8(newlines.decode(data)), position)
    yield Piece(_utf8(newlines.decode(b"", final=True)), position)


def first_mark(data: bytes) -> tuple[int, int]:
    """Where the first mark is, and the byte that it stands for."""
    found = _MARKED.search(data)
    return (found.start(), int(found[1], 16)) if found else (0, 0)


def shown(data: bytes) -> str:
    r"""A text for people, its marked bytes written as `\x81`."""
    return _MARKED.sub(rb"\\x\1", data).decode(errors="replace")


def _utf8(text: str) -> bytes:
    if "\0" in text:
        text = text.replace("\0", f"{_MARK}00")
    return text.encode()
