"""Characters that were misread or are written in two ways, put right by expressions.

UTF-8 read as Windows-1252 or Latin-1 shows each byte as a character of its own: « Ã© » is é. Each first byte is looked
for, and the character that comes after it says which one was meant. A base letter followed by its accent (NFD), which
some systems write, is made the one letter that others write (NFC). Engines have no function for either that is the same
in both; a text in which nothing is to be repaired is only looked at once.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

CONTROLS = "[\\x{0}-\\x{8}\\x{b}\\x{c}\\x{e}-\\x{1f}\\x{7f}-\\x{9f}\\x{ad}\\x{200b}\\x{2060}\\x{feff}]"
# Those that are curly, low, or turned; primes besides.
QUOTES = {"\u2018\u2019\u201a\u201b\u2032": "'", "\u201c\u201d\u201e\u201f\u2033": '"'}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What some characters beside a `mark` make with it: one each, in the same order."""

    mark: str
    beside: str
    meant: str


def _misread() -> Iterator[Pair]:
    """By first bytes, those of Latin letters and of typographic signs, and the two ways to misread them."""
    for first_bytes in (b"\xc2", b"\xc3", b"\xc5", b"\xe2\x80", b"\xe2\x82", b"\xe2\x84"):
        found: dict[str, dict[str, str]] = {}
        for last in range(0x80, 0xC0):
            for encoding in ("cp1252", "latin-1"):
                seen = "".join(_shown(byte, encoding) for byte in (*first_bytes, last))
                found.setdefault(seen[:-1], {})[seen[-1]] = (first_bytes + bytes([last])).decode()
        for mark, meant in found.items():
            yield Pair(mark=mark, beside="".join(meant), meant="".join(meant.values()))


def _shown(byte: int, encoding: str) -> str:
    """Windows-1252 leaves five bytes out, which are read as they are."""
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


def _composed() -> Iterator[Pair]:
    """By accent, the letters of European languages that bear it."""
    found: dict[str, dict[str, str]] = {}
    for code in range(0xC0, 0x180):
        pieces = unicodedata.normalize("NFD", chr(code))
        if len(pieces) > 1:
            found.setdefault(pieces[1], {})[pieces[0]] = chr(code)
    for accent, meant in found.items():
        yield Pair(mark=accent, beside="".join(meant), meant="".join(meant.values()))


MISREAD = tuple(_misread())
IS_MISREAD = "(?:" + "|".join(f"{each.mark}[{each.beside}]" for each in MISREAD) + ")"
# The second byte of an à is an unbreakable space, of which what reads pages makes an ordinary one, or none at the end.
# After a capital, it is the Ã of Portuguese.
HAS_BARE = "(?:^|[^A-ZÀ-Þ])Ã(?: |\\z)"
COMPOSED = tuple(_composed())
HAS_ACCENT_APART = f"[{''.join(each.mark for each in COMPOSED)}]"
# The characters of Latin-1 and the typographic ones, by name or by number.
ENTITIES = {
    written: chr(code)
    for name, code in name2codepoint.items()
    if code < 0x180 or 0x2000 <= code < 0x2200
    for written in (name, f"#{code}")
} | {"apos": "'", "#39": "'", "#039": "'"}
HAS_ENTITY = "&(?:[a-zA-Z]+[0-9]*|#[0-9]{2,4});"
# Put for a moment where a text is to be cut; no text keeps control characters.
CUT = "\x01"


def unmisread(text: "ir.StringValue") -> "ir.StringValue":
    """UTF-8 that was read as Windows-1252 or Latin-1, read again; once, should it have been misread several times."""
    import ibis

    def read_again(piece: "ir.StringValue") -> "ir.StringValue":
        return ibis.cases(
            *(
                (
                    piece.re_search(f"^{each.mark}[{each.beside}]"),
                    piece.substr(len(each.mark), 1)
                    .translate(each.beside, each.meant)
                    .concat(piece.substr(len(each.mark) + 1)),
                )
                for each in MISREAD
            ),
            else_=piece,
        )

    cut = text
    for first in sorted({each.mark[0] for each in MISREAD}):
        cut = cut.replace(first, CUT + first)
    again = text.re_search(IS_MISREAD).ifelse(cut.split(CUT).map(read_again).join(""), text)
    return again.re_search(HAS_BARE).ifelse(again.replace("Ã ", "à ").re_replace("Ã\\z", "à"), again)


def composed(text: "ir.StringValue") -> "ir.StringValue":
    """Letters and their accents as one character each (NFC), those of European languages in Latin letters."""
    import ibis

    def compose(piece: "ir.StringValue") -> "ir.StringValue":
        """The accent ends the piece, and its letter comes just before."""
        start = piece.length() - 2
        return ibis.cases(
            *(
                (
                    piece.re_search(f"[{each.beside}]{each.mark}\\z"),
                    piece.left(start).concat(piece.substr(start, 1).translate(each.beside, each.meant)),
                )
                for each in COMPOSED
            ),
            else_=piece,
        )

    cut = text
    for each in COMPOSED:
        cut = cut.replace(each.mark, each.mark + CUT)
    return text.re_search(HAS_ACCENT_APART).ifelse(cut.split(CUT).map(compose).join(""), text)


def without_entities(text: "ir.StringValue") -> "ir.StringValue":
    """HTML's `&eacute;` and `&#233;` as the characters that they stand for."""
    import ibis

    def read_entity(piece: "ir.StringValue") -> "ir.StringValue":
        name = piece.re_extract("^&([a-zA-Z]+[0-9]*|#[0-9]{2,4});", 1)
        character = name.cases(*ENTITIES.items(), else_=ibis.null("string"))
        return ibis.coalesce(character.concat(piece.substr(name.length() + 2)), piece)

    cut = text.replace("&", f"{CUT}&").split(CUT)
    return text.re_search(HAS_ENTITY).ifelse(cut.map(read_entity).join(""), text)
