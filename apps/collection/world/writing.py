"""What a citizen writes of a topic: a register, words of the topic, a hand that slips. Pure but for its generator."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from apps.collection.world.grammar import Grammar
from apps.collection.world.people import plain
from apps.collection.world.vocabulary import Register, Topic, vocabulary

# How many texts tell so little that only a reader who knows the place could sort them, and how many tell two things.
_VAGUE = 0.11
_ASIDE = 0.10
_WITH_CONTACT = 0.12
_WITHOUT_ACCENTS = 0.09
_IN_CAPITALS = 0.03
_ABBREVIATED = 0.12
_WITH_A_TYPO = 0.16
_ABBREVIATIONS = {
    "rue": "r.", "avenue": "av", "boulevard": "bd", "beaucoup": "bcp", "vous": "vs", "toujours": "tjs", "pour": "pr",
    "rendez-vous": "rdv", "merci": "mrc", "dans": "ds", "quelque": "qq", "problème": "pb", "trop": "tp", "temps": "tps",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{5,}")
_START_OF_SENTENCE = re.compile(r"(^\s*|[.!?]\s+|\n\s*)([^\W\d_])")
_QUESTION = re.compile(
    r"(?P<before>^|[.!?]\s+|\n)"
    r"(?P<asked>(?:Quand|Qui|Que|Quel|Où|Comment|Combien|Existe-t|Pouvez-vous|Peut-on|À qui|À quoi)\b[^.!?\n]*"
    r"|[^.!?\n]*(?:-t)?-(?:il|elle|ils|nous)\b[^.!?\n]*)\."
)


@dataclass(frozen=True, kw_only=True)
class Typo:
    """A word that a hand wrote wrong: as it stands in the text, and as it should be."""

    written: str
    meant: str


@dataclass(frozen=True, kw_only=True)
class Written:
    text: str
    register: str
    typo: Typo | None


@cache
def _grammar(topic: Topic, register: Register) -> Grammar:
    return Grammar(vocabulary().rules).extended(topic.rules).extended(register.rules)


@cache
def _registers() -> list[float]:
    return list(accumulate(register.weight for register in vocabulary().registers))


def write(topic: Topic, other: Topic, rng: Random, context: Mapping[str, str]) -> Written:
    """A text about `topic`, which may mention the other one aside.

    The context has what the rules name and no rule gives: the place, the person.
    """
    register = rng.choices(vocabulary().registers, cum_weights=_registers())[0]
    grammar = _grammar(topic, register)
    words = dict(context)
    if rng.random() < _VAGUE:
        words |= {name: grammar.expand(f"vague{suffix}", rng, {}) for name, suffix in _VAGUE_RULES.items()}
    words["other_what"] = _grammar(other, register).expand("what", rng, {})
    if rng.random() > _ASIDE:
        words["other"] = ""
    if rng.random() > _WITH_CONTACT:
        words["contact"] = ""
    text = _tidy(grammar.expand("text", rng, words), is_plain=register.is_plain)
    text, typo = _as_typed(text, rng)
    return Written(text=text, register=register.name, typo=typo)


_VAGUE_RULES = {"what": "", "effect": "_effect", "ask": "_ask"}


def _tidy(text: str, *, is_plain: bool) -> str:
    """Spaces, capitals and question marks as people put them."""
    text = re.sub(r" {2,}", " ", text).strip(" ,\n")
    text = re.sub(r" +([,.\n])|(\n) +", r"\1\2", text)
    if is_plain:
        return text[0].lower() + text[1:]
    text = _START_OF_SENTENCE.sub(lambda found: found[1] + found[2].upper(), text)
    return _QUESTION.sub(r"\g<before>\g<asked> ?", text)


def _as_typed(text: str, rng: Random) -> tuple[str, Typo | None]:
    """The text as it was typed: in haste, in capitals, without accents, with a typo."""
    if rng.random() < _ABBREVIATED:
        text = re.sub(r"\w+(?:-vous)?", lambda word: _ABBREVIATIONS.get(word[0], word[0]), text)
    if rng.random() < _WITHOUT_ACCENTS:
        text = plain(text)
    if rng.random() < _IN_CAPITALS:
        text = text.upper()
    return _mistyped(text, rng) if rng.random() < _WITH_A_TYPO else (text, None)


def _mistyped(text: str, rng: Random) -> tuple[str, Typo | None]:
    """One word with two letters exchanged, one lost or one doubled, if a word is long enough."""
    words = list(_WORD.finditer(text))
    if not words:
        return text, None
    word = rng.choice(words)
    meant, at = word[0], rng.randrange(1, len(word[0]) - 1)
    written = rng.choice(
        [
            meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :],
            meant[:at] + meant[at + 1 :],
            meant[:at] + meant[at] + meant[at:],
        ]
    )
    if written == meant:
        return text, None
    return text[: word.start()] + written + text[word.end() :], Typo(written=written, meant=meant)
