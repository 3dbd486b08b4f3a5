"""Telling the encoding of a sample.

Measured on the tests' corpus: charset-normalizer, alone or through csv-detective, finds Windows-1252 in two of the four
French files that are in it and takes the others for Central European and Arabic, Mac and DOS for Icelandic; it gives up
on UTF-8 in which a few bytes are wrong. So marks and UTF-8 come first, then what Western Europe writes; only what does
not look like that is left to the library.
"""

import codecs
import re

from apps.collection.connectors.file.choices import Encoding

_MARKS = [
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF32_LE, Encoding.UTF_32),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, Encoding.UTF_32),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16),
]
_WESTERN = [Encoding.WINDOWS_1252, Encoding.MAC_ROMAN, Encoding.CP850, Encoding.ISO_8859_15]
# What Western Europe writes beyond ASCII. The same byte is é in one encoding and Ž in another.
# Capitals say half as much: what is é in one is often È or Ç in another.
_WEIGHTS = dict.fromkeys("éèêëàâäçîïíìôöóòùûüúÿœæñßåøáãõ€’«»°\u00a0", 2) | dict.fromkeys(
    "ÉÈÊËÀÂÄÇÎÏÔÖÙÛÜŒÆÑÅØÁÍÓÚ£“”–—…·²³×µ§±", 1
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_FOREIGN_WORD = re.compile(r"[^\x00-\x7f\s]{3,}")


def detect_encoding(sample: bytes) -> Encoding:
    """The encoding of a text from some of its bytes, cut anywhere; UTF-8 for plain ASCII."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    wide = _wide(sample)
    if wide:
        return wide
    if _is_utf8(sample):
        return Encoding.UTF_8
    return _western(sample) or _by_statistics(sample)


def is_wide(sample: bytes) -> bool:
    """Whether its characters take two bytes or more each, zeros among them."""
    marks = (mark for mark, encoding in _MARKS if encoding != Encoding.UTF_8)
    return sample.startswith(tuple(marks)) or _wide(sample) is not None


def _wide(sample: bytes) -> Encoding | None:
    """UTF-16 without its mark: every other byte of a Western text is zero."""
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.4 * half and not sample[::2].count(0):
        return Encoding.UTF_16_LE
    if half and sample[::2].count(0) > 0.4 * half and not sample[1::2].count(0):
        return Encoding.UTF_16_BE
    return None


def _is_utf8(sample: bytes) -> bool:
    """Whether most of what is beyond ASCII is UTF-8: some wrong bytes are damage, not another encoding."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    wrong = text.count("\ufffd")
    return not wrong or len(_BEYOND_ASCII.findall(text)) > 2 * wrong


def _western(sample: bytes) -> Encoding | None:
    texts = {encoding: sample.decode(encoding, errors="replace") for encoding in _WESTERN}
    beyond = _BEYOND_ASCII.findall(texts[Encoding.WINDOWS_1252])
    in_foreign_words = sum(len(word) for word in _FOREIGN_WORD.findall(texts[Encoding.WINDOWS_1252]))
    if in_foreign_words > len(beyond) / 2:
        return None
    known = {
        encoding: sum(_WEIGHTS.get(character, 0) for character in _BEYOND_ASCII.findall(text))
        for encoding, text in texts.items()
    }
    best = max(known, key=lambda encoding: known[encoding])
    return best if known[best] >= len(beyond) / 2 else None


def _by_statistics(sample: bytes) -> Encoding:
    from charset_normalizer import from_bytes

    found = from_bytes(sample[:65_536], cp_isolation=[str(encoding) for encoding in Encoding]).best()
    for encoding in Encoding:
        if found and codecs.lookup(encoding).name == codecs.lookup(found.encoding).name:
            return encoding
    return Encoding.WINDOWS_1252
