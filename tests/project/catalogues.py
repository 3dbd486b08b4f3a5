"""What a French catalogue must be: complete, true to its sources, and set as French is set."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import polib

PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]?[\d.]*[a-zA-Z]|%[sdif]|\{\w*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
# What typography leaves alone: tags, placeholders, code, addresses, times of day.
NOT_PROSE = re.compile(rf"{TAG.pattern}|{PLACEHOLDER.pattern}|`[^`]*`|\b\w+://\S+|\d+:\d\d|&\w+;")
NO_BREAK = "\u00a0\u202f"

FAULTS_OF_TYPOGRAPHY = {
    re.compile(r"\w'\w"): "an apostrophe is ’",
    re.compile(rf"(?<![{NO_BREAK}!?…])(?<!^)[;:!?](?!\w)", re.MULTILINE): "a non-breaking space goes before ; : ! ?",
    re.compile(rf"(?<![{NO_BREAK}])»"): "a non-breaking space goes before »",
    re.compile(rf"«(?![{NO_BREAK}])"): "a non-breaking space goes after «",
    re.compile(r"(?<=\d) %"): "a non-breaking space goes before %",
    re.compile(r'"'): "French quotation marks are « and »",
    re.compile(r"\.\.\."): "three points are one sign, …",
}


def texts_of(entry: polib.POEntry) -> list[str]:
    """The translations of an entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def key_of(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def missing_entries(catalogue: polib.POFile, extracted: polib.POFile) -> list[str]:
    """What the code says to be translated and the catalogue does not hold."""
    known = {key_of(entry) for entry in catalogue if not entry.obsolete}
    return [entry.msgid for entry in extracted if key_of(entry) not in known]


def unfinished_entries(catalogue: polib.POFile) -> list[str]:
    """What waits for a translator, or for someone to confirm a guess of the tools."""
    return [entry.msgid for entry in catalogue if not entry.obsolete and (entry.fuzzy or not all(texts_of(entry)))]


def unfaithful_entries(catalogue: polib.POFile) -> list[str]:
    """Translations that lose or invent a placeholder or a tag. A singular may spell its number out."""
    return list(chain.from_iterable(_infidelities(entry) for entry in catalogue if not entry.obsolete))


def _infidelities(entry: polib.POEntry) -> Iterator[str]:
    for index, text in enumerate(texts_of(entry)):
        source = entry.msgid_plural if index else entry.msgid
        expected, found = Counter(PLACEHOLDER.findall(source)), Counter(PLACEHOLDER.findall(text))
        allowed = Counter(PLACEHOLDER.findall(entry.msgid_plural or source))
        if text and found not in (expected, allowed):
            yield f"{source!r} → {text!r}: placeholders {dict(expected)} became {dict(found)}"
        if text and Counter(TAG.findall(source)) != Counter(TAG.findall(text)):
            yield f"{source!r} → {text!r}: the tags differ"


def ill_set_entries(catalogue: polib.POFile) -> list[str]:
    """Translations that break a rule of French typography, and which."""
    return [
        f"{text!r}: {rule}"
        for entry in catalogue
        if not entry.obsolete
        for text in texts_of(entry)
        for fault, rule in FAULTS_OF_TYPOGRAPHY.items()
        if fault.search(NOT_PROSE.sub("x", text))
    ]


def stale_entries(catalogue: polib.POFile, compiled: polib.MOFile) -> list[str]:
    """What the compiled catalogue, the only one that is read at run time, says otherwise than its source."""
    source = {key_of(entry): texts_of(entry) for entry in catalogue.translated_entries()}
    binary = {key_of(entry): texts_of(entry) for entry in compiled}
    return sorted(str(key[1]) for key in source.keys() | binary.keys() if source.get(key) != binary.get(key))
