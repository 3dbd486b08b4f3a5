"""What the values of a column look like: a proposal for whoever writes a recipe, in the words of the datasets' types.

French and international ways of writing are both known: 1 234,5 and 1234.5, 31/12/2024 and 2024-12-31, oui and true.
"""

import re
from collections import Counter
from collections.abc import Sequence

# Below this share of the values, a type is not proposed: the others would end up in quarantine.
ENOUGH = 0.9
# Up to this share of the numbers, decimals among whole numbers are mistakes rather than the rule.
RARE = 0.01

_GROUPS = r"[+-]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:[\u0020\u00a0\u202f]\d{3})+)"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"\d{4}"
_DATE = rf"(?:{_YEAR}-{_MONTH}-{_DAY}|{_DAY}([/.-]){_MONTH}\1{_YEAR})"
_TYPES = {
    "boolean": re.compile(r"oui|non|yes|no|vrai|faux|true|false", re.IGNORECASE),
    # A number that begins with 0 is a code (postcode, telephone, SIREN): its zeros would be lost.
    "integer": re.compile(_GROUPS),
    "float": re.compile(rf"{_GROUPS}?[.,]\d+(?:[eE][+-]?\d+)?|{_GROUPS}(?:[.,]\d*)?[eE][+-]?\d+"),
    "date": re.compile(_DATE),
    "datetime": re.compile(rf"{_DATE}[T ]\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
}
_A_YEAR = re.compile(r"(?:19|20)\d\d")


def type_of(value: str) -> str:
    """The type of one value, "" if it is blank."""
    value = value.strip()
    if not value:
        return ""
    return next((name for name, pattern in _TYPES.items() if pattern.fullmatch(value)), "text")


def proposed_type(values: Sequence[str]) -> str:
    """The type that nearly all the values have, blank ones apart; text if there is none."""
    types: Counter[str] = Counter()
    for value, times in Counter(values).items():
        types[type_of(value)] += times
    enough = ENOUGH * (types.total() - types.pop("", 0))
    if not types:
        return "text"
    numbers = types["integer"] + types["float"]
    if numbers >= enough:
        return "float" if types["float"] > numbers * RARE else "integer"
    return next((name for name in _TYPES if types[name] >= enough), "text")


def fits(value: str, column_type: str) -> bool:
    """Whether a value could stand in a column of this type, which is not text."""
    found = type_of(value)
    return found == column_type or (found == "integer" and column_type == "float")


def is_a_year(value: str) -> bool:
    return bool(_A_YEAR.fullmatch(value.strip()))
