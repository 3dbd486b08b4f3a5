"""Regular expressions that people write in recipes, made into what all engines read alike.

DuckDB's engine (RE2) and Spark's (Java's) agree on literals, sets, groups, alternatives and repetitions; they differ on
the rest, or one of them lacks it. `.`, `$`, classes and names of groups are rewritten; what is left over is refused.
Java's goes back over what it has read, and may never end on a repetition of a repetition: that is refused too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LONGEST = 500
MOST_REPEATED = 1_000
TOKEN = re.compile(
    r"""(?P<set>\[\^?(?:\\.|[^\]\\\[])+\])
      | (?P<group>\((?:\?:|\?P?<(?P<name>[A-Za-z][A-Za-z0-9_]*)>|(?!\?)))
      | (?P<close>\))
      | (?P<repeat>(?:[*+?]|\{(?P<least>[0-9]+)(?:(?P<comma>,)(?P<most>[0-9]*))?\})\??)(?![*+?{])
      | (?P<escape>\\.)
      | (?P<plain>[.^$|]|[^\[\](){}*+?\\.^$|])
    """,
    re.VERBOSE | re.DOTALL,
)
# What engines read differently, and what is put for it: with them a dot may or may not be a line end, the end may or
# may not be before the last line end, and classes may or may not hold the letters and digits of all alphabets.
PLAIN = {".": "[^\\n]", "$": "\\z"}
CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \\t\\n\\f\\r"}
CHARACTERS = frozenset("tnrf")


class NotPortable(ValueError):
    """What keeps a pattern from being read alike by all engines, in words."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """`text` is what engines read; `groups` the names of its groups in order, "" for those that have none."""

    text: str
    groups: tuple[str, ...]


def portable(written: str) -> Pattern:
    """Raises NotPortable."""
    # Read first: of what engines read differently, Python has warnings.
    rewritten = [(token, _rewritten(token)) for token in _tokens(written)]
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        message = _("“%(pattern)s” is no regular expression: %(error)s")
        raise NotPortable(message % {"pattern": written, "error": error}) from None
    writing = _Writing()
    for token, text in rewritten:
        writing.add(token, text)
    return Pattern(text=writing.text, groups=tuple(writing.groups))


def why_not(written: str) -> str:
    """What keeps this pattern from meaning the same everywhere; "" if nothing does."""
    if len(written) > LONGEST:
        return _("a pattern has %(count)d characters at most") % {"count": LONGEST}
    try:
        portable(written)
    except NotPortable as error:
        return str(error)
    return ""


def as_whole(written: str) -> str:
    """This pattern for engines that search in a text, so that it matches it whole. Raises NotPortable."""
    return rf"^(?:{portable(written).text})\z"


def as_search(written: str) -> str:
    """This pattern for engines that search in a text. Raises NotPortable."""
    return portable(written).text


@dataclass(kw_only=True)
class _Writing:
    """A pattern being written again. `endless` is, for each group that is open, whether it repeats something without
    end; `last` whether what was just written does.
    """

    text: str = ""
    groups: list[str] = field(default_factory=list)
    endless: list[bool] = field(default_factory=lambda: [False])
    last: bool = False

    def add(self, token: re.Match[str], text: str) -> None:
        if token["group"]:
            is_captured = token["group"] != "(?:"
            self.groups += [token["name"] or ""] if is_captured else []
            self.text += "(" if is_captured else "(?:"
            self.endless.append(False)
        elif token["close"]:
            self.text += ")"
            self.last = self.endless.pop()
            self.endless[-1] |= self.last
            return
        elif token["repeat"]:
            self._repeat(token)
        else:
            self.text += text
        self.last = False

    def _repeat(self, token: re.Match[str]) -> None:
        if max(int(token["least"] or 0), int(token["most"] or 0)) > MOST_REPEATED:
            raise NotPortable(
                _("“%(token)s” repeats too much: %(most)d times at most") % {"token": token[0], "most": MOST_REPEATED}
            )
        if is_endless := token[0][0] in "*+" or bool(token["comma"] and not token["most"]):
            self.endless[-1] = True
        if self.last and (is_endless or token[0][0] == "{"):
            raise NotPortable(
                _("“%(token)s” repeats what is repeated already: some engine may never end, write it otherwise")
                % {"token": token[0]}
            )
        self.text += token["repeat"]


def _tokens(written: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(written):
        token = TOKEN.match(written, place)
        if token is None:
            raise NotPortable(
                _("engines do not all read “%(rest)s” alike: write it otherwise")
                % {"rest": written[place : place + 12]}
            )
        yield token
        place = token.end()


def _rewritten(token: re.Match[str]) -> str:
    if token["set"]:
        return _set(token["set"])
    if token["escape"]:
        letter = token["escape"][1]
        if letter.lower() in CLASSES:
            return f"[{'^' if letter.isupper() else ''}{CLASSES[letter.lower()]}]"
        return _escape(letter)
    return PLAIN.get(token[0], token[0])


def _set(written: str) -> str:
    if "&&" in written or "--" in written[2:]:
        raise NotPortable(_("engines do not all read “%(rest)s” alike: write it otherwise") % {"rest": written})
    return re.sub(r"\\(.)", lambda found: CLASSES.get(found[1]) or _escape(found[1]), written, flags=re.DOTALL)


def _escape(letter: str) -> str:
    """An escaped sign, or one of the few characters that have a letter."""
    if letter in CHARACTERS or (letter.isascii() and not letter.isalnum()):
        return f"\\{letter}"
    raise NotPortable(_("engines do not all read “%(rest)s” alike: write it otherwise") % {"rest": f"\\{letter}"})
