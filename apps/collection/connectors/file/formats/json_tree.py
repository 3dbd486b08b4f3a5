"""Finding and cutting the items of a list in a JSON text that does not fit in memory.

    {"meta": {…}, "data": {"items": [{…}, {…}, …]}}        path ("data", "items")

The text is only cut here, by regular expressions that go over whole items in one call; orjson reads what was cut, and
refuses what is wrong in it. Nothing but the item that is being cut is ever held.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from apps.collection.connectors.file.exceptions import DamagedFile, NoRecordsThere, RecordTooLong, TruncatedFile
from apps.collection.connectors.file.unpacking import Piece
from apps.core.numbers import format_size

MAX_ITEM = 16 * 1024 * 1024
# How a guess is made: where in a text, from how much of it on, how often.
_TAIL, _WORTH_GUESSING, _GUESSES = 64 * 1024, 256 * 1024, 3
# Deeper than any data is. Each level is a part of the expression.
_MAX_DEPTH = 40

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BLANK = rb"[ \t\r\n]*+"


def _tree(depth: int) -> bytes:
    inside = rb'[^"{}\[\]]++|' + _STRING
    tree = rb"[{\[](?:%b)*+[}\]]" % inside
    for _level in range(depth):
        tree = rb"[{\[](?:%b|%b)*+[}\]]" % (inside, tree)
    return tree


_VALUE = rb'(?:%b|%b|[^"{}\[\],\s]++)' % (_tree(_MAX_DEPTH), _STRING)
# What ends a value is looked for but not taken: a number cut in two would pass for one.
_ITEMS = re.compile(rb"(?:%b%b%b,)*+" % (_BLANK, _VALUE, _BLANK), re.DOTALL)
_LAST = re.compile(rb"%b(%b)?%b\]" % (_BLANK, _VALUE, _BLANK), re.DOTALL)
_KEY = re.compile(rb"%b(%b)%b:%b" % (_BLANK, _STRING, _BLANK, _BLANK), re.DOTALL)
# A quote by itself begins a text that goes on in the next piece.
_TOKEN = re.compile(rb'%b|[{}\[\],"]' % _STRING, re.DOTALL)
_BETWEEN = re.compile(rb"\}%b,%b\{" % (_BLANK, _BLANK))
_SPACE = re.compile(_BLANK)
_IS_KEY = re.compile(rb"%b:" % _BLANK)


class Text:
    """A text that comes piece by piece. `data` from `at` on is what has not been consumed."""

    def __init__(self, pieces: Iterable[Piece], *, is_whole: bool) -> None:
        self._pieces = iter(pieces)
        self.is_whole = is_whole
        self.data, self.at, self.position = b"", 0, 0

    def more(self) -> bool:
        """Get the next piece; False at the end."""
        for piece in self._pieces:
            self.data, self.at, self.position = self.data[self.at :] + piece.data, 0, piece.position
            if len(self.data) > MAX_ITEM + len(piece.data):
                raise RecordTooLong(limit=format_size(MAX_ITEM))
            return True
        return False

    def needed(self) -> None:
        """Get the next piece. Raises TruncatedFile at the end of a file that should go on."""
        if not self.more():
            raise TruncatedFile(format="JSON") if self.is_whole else EndOfSample

    @property
    def byte(self) -> int:
        """How far in the file, about: what is consumed of it."""
        return max(0, self.position - len(self.data) + self.at)

    def peek(self) -> bytes:
        """The next byte that is not blank, b"" at the end."""
        while True:
            self.at = _SPACE.match(self.data, self.at).end()  # type: ignore[union-attr]  # it matches nothing too
            if self.at < len(self.data):
                return self.data[self.at : self.at + 1]
            if not self.more():
                return b""


class EndOfSample(Exception):
    """The sample stops in the middle of the text."""


def enter(text: Text, path: tuple[str, ...]) -> None:
    """Consume the text up to the first item of the list at this path. Raises NoRecordsThere if there is none."""
    for name in path:
        if text.peek() != b"{":
            raise NoRecordsThere(path=".".join(path))
        text.at += 1
        _find_key(text, name, path)
    if text.peek() != b"[":
        raise NoRecordsThere(path=".".join(path) or "[]")
    text.at += 1


def items(text: Text, read: Callable[[bytes], list[Any]]) -> Iterator[list[Any] | bytes]:
    """The items of the list that the text has entered, several at a time: read, or as they are if `read` refuses them.

    `read` is given items with commas between them. Raises the errors of `Text`.
    """
    while True:
        while (found := _guessed(text, read)) is not None:
            yield found
        end = _ITEMS.match(text.data, text.at).end()  # type: ignore[union-attr]  # it matches nothing too
        if end > text.at:
            cut, text.at = text.data[text.at : end - 1], end
            yield _read_or_not(cut, read)
        if last := _LAST.match(text.data, text.at):
            text.at = last.end()
            if last[1] is not None:
                yield _read_or_not(last[1], read)
            return
        _refuse_what_is_no_value(text)
        text.needed()


def _guessed(text: Text, read: Callable[[bytes], list[Any]]) -> list[Any] | None:
    """The items up to a place that looks like the end of one: if what stands before can be read, it was.

    JSON is read from left to right, so that what follows cannot change what a beginning says. Ten times as fast as
    cutting the items by the expression, which is for those that this one misses.
    """
    tail = max(text.at, len(text.data) - _TAIL)
    if len(text.data) - text.at < _WORTH_GUESSING:
        return None
    for between in [found.start() for found in _BETWEEN.finditer(text.data, tail)][: -_GUESSES - 1 : -1]:
        try:
            found = read(text.data[text.at : between + 1])
        except ValueError:
            continue
        text.at = text.data.index(b",", between) + 1
        return found
    return None


def _read_or_not(cut: bytes, read: Callable[[bytes], list[Any]]) -> list[Any] | bytes:
    try:
        return read(cut)
    except ValueError:
        return cut


def _refuse_what_is_no_value(text: Text) -> None:
    if text.peek() in b"},:" and text.at < len(text.data):
        raise DamagedFile(format="JSON", at=text.byte)


def _find_key(text: Text, name: str, path: tuple[str, ...]) -> None:
    """Consume the members of an object up to the value of this one."""
    while True:
        first = text.peek()
        if first == b"}":
            raise NoRecordsThere(path=".".join(path))
        if first == b",":
            text.at += 1
            continue
        while not (key := _KEY.match(text.data, text.at)):
            if text.peek() != b'"':
                raise DamagedFile(format="JSON", at=text.byte)
            text.needed()
        text.at = key.end()
        if _decoded(key[1]) == name:
            return
        skip_value(text)


def skip_value(text: Text) -> None:
    """Consume a value of any size, holding none of it."""
    depth = 0
    while True:
        end = text.at
        for token in _TOKEN.finditer(text.data, text.at):
            sign = token[0]
            if sign == b'"':
                break
            if depth == 0 and sign in (b",", b"}", b"]"):
                text.at = token.start()
                return
            end = token.end()
            if sign in (b"{", b"["):
                depth += 1
            elif sign in (b"}", b"]"):
                depth -= 1
                if depth == 0:
                    text.at = end
                    return
            elif depth == 0 and sign != b",":
                text.at = end
                return
        # What follows the last token is the beginning of a text, or says nothing.
        opening = text.data.find(b'"', end)
        text.at = opening if opening >= 0 else len(text.data)
        text.needed()


_ONE = re.compile(rb"%b(%b)%b(?:,|\Z)" % (_BLANK, _VALUE, _BLANK), re.DOTALL)


def one_by_one(data: bytes) -> list[bytes]:
    """The items that `items` gave together, each by itself."""
    return [found[1] for found in _ONE.finditer(data)]


def likely_path(sample: bytes) -> tuple[str, ...] | None:
    """The names that lead to the list of records in the text that begins so; None if it is one record by itself.

    Of the lists of objects, the one that goes on beyond the sample, or else the longest, is that of the records. What
    is inside of a list is not looked at: it belongs to its items.
    """
    if sample.lstrip()[:1] == b"[":
        return ()
    best: tuple[int, tuple[str, ...]] = (0, ())
    names: list[str] = []
    last, list_start, depth = b"", -1, 0  # depth: that of what is open inside of a list
    for token in _TOKEN.finditer(sample):
        sign = token[0]
        if sign == b'"':
            break
        if depth:
            if depth == 1 and sign == b"{" and last == b"[":
                list_start = token.start()
            depth += (sign in (b"{", b"[")) - (sign in (b"}", b"]"))
            if not depth:
                if list_start >= 0:
                    best = max(best, (token.end() - list_start, tuple(names)), key=lambda found: found[0])
                list_start = -1
        elif sign == b"[":
            depth = 1
        elif sign == b"}" and names:
            names.pop()
        elif sign == b"{":
            names.append("")
        elif sign not in (b",", b"}", b"]") and names and _IS_KEY.match(sample, token.end()):
            names[-1] = _decoded(sign)
        last = sign
    if depth and list_start >= 0:
        return tuple(names)
    return best[1] if best[0] else None


def _decoded(name: bytes) -> str:
    try:
        return str(orjson.loads(name))
    except orjson.JSONDecodeError:
        return ""
