"""Which files are wanted: `exports/*.csv`, `**/2024-??.csv`. A star never crosses a folder, two stars do.

Names that begin with a dot are not matched by a star: they are what is being written, or another program's own.
"""

import re

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANING = {"**/": r"(?:(?!\.)[^/]+/)*", "**": r"(?:(?!\.)[^/]+/)*(?!\.)[^/]+", "*": r"[^/]*", "?": r"[^/]"}


class Pattern:
    """A pattern over names with slashes."""

    def __init__(self, pattern: str) -> None:
        meaning, at_start = "", True
        for found in _TOKEN.findall(pattern.removeprefix("/")):
            part = _MEANING.get(found, re.escape(found))
            meaning += r"(?!\.)" + part if at_start and found in "*?" else part
            at_start = found.endswith("/")
        self._matches = re.compile(meaning, re.DOTALL).fullmatch

    def __call__(self, name: str) -> bool:
        return self._matches(name) is not None
