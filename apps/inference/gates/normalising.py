"""What two texts that say the same thing have in common."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Its letters and digits, small, without accents, a space between words.

    >>> normalised("  Où ÊTES-vous ? ")
    'ou etes vous'
    """
    return _NOT_A_WORD.sub(" ", without_accents(text).casefold()).strip()


def without_accents(text: str) -> str:
    """The same letters without their accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each))
