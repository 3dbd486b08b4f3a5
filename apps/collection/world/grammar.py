"""Texts from rules: `{name}` is another rule or a word of the context, `[one|other|]` one of several. Pure.

>>> Grammar({"text": ["un [gros|petit] {what}"], "what": ["trou"]}).expand("text", Random(1), {})
'un gros trou'
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Self

_TOKEN = re.compile(r"\{(\w+)\}|([\[\]|])|([^{}\[\]|]+)")


class Name(str):
    """The name of a rule, or of a word of the context."""


class Choice(list["list[str | Name | Choice]"]):
    """Phrases of which one is taken."""


Phrase = list[str | Name | Choice]


class Grammar:
    """Named rules, each a list of phrases; parsed once, expanded tens of thousands of times."""

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = {name: [parse(phrase) for phrase in phrases] for name, phrases in rules.items()}

    def extended(self, rules: Mapping[str, Sequence[str]]) -> Self:
        """The same with other rules, which replace those of the same names."""
        other = type(self)(rules)
        other._rules = self._rules | other._rules
        return other

    def expand(self, name: str, rng: Random, context: Mapping[str, str]) -> str:
        """One text of this rule. Raises KeyError for a name that is neither in the context nor a rule."""
        if name in context:
            return context[name]
        phrases = self._rules[name]
        return self._written(phrases[int(rng.random() * len(phrases))], rng, context)

    def _written(self, phrase: Phrase, rng: Random, context: Mapping[str, str]) -> str:
        written = []
        for piece in phrase:
            if isinstance(piece, Name):
                written.append(self.expand(piece, rng, context))
            elif isinstance(piece, Choice):
                written.append(self._written(piece[int(rng.random() * len(piece))], rng, context))
            else:
                written.append(piece)
        return "".join(written)


def parse(phrase: str) -> Phrase:
    """A phrase as its pieces. Raises ValueError if its brackets do not match."""
    root: Phrase = []
    open_choices: list[tuple[Phrase, Choice]] = []
    current = root
    for name, mark, literal in _TOKEN.findall(phrase):
        if name:
            current.append(Name(name))
        elif literal:
            current.append(literal)
        elif mark == "[":
            choice = Choice([[]])
            current.append(choice)
            open_choices.append((current, choice))
            current = choice[0]
        elif not open_choices:
            raise ValueError(f"A bracket or a bar stands alone in {phrase!r}.")
        elif mark == "|":
            current = []
            open_choices[-1][1].append(current)
        else:
            current, _closed = open_choices.pop()
    if open_choices:
        raise ValueError(f"A bracket is not closed in {phrase!r}.")
    return root
