"""Reading pieces of JSON as their writer meant them.

orjson makes of a whole number of more than 64 bits, and of any with more digits than a double holds, the nearest
double. Where a text has such numbers, the standard library reads it, with decimals that keep every digit: ten times as
slow, seldom needed. They are looked for from twenty characters on, which costs next to nothing where there are none.
"""

import json
import re
from decimal import Decimal
from typing import Any

import orjson

from apps.collection.connectors.file.decoding import MARK, first_mark, shown
from apps.collection.connectors.file.formats.recordwise import Unread
from apps.collection.enums import RejectionReason

MAX_TEXT = 16_384
_AS_ZEROS = bytes.maketrans(b"0123456789.", b"0" * 11)
_SUSPECT = b"0" * 20
# Where a value begins, not in a word; more than 17 digits that count, or a whole number of 19.
_LONG_NUMBER = re.compile(rb"(?<![^:\[,\s-])(?:0\.0*+[1-9]\d{17,}|[1-9][\d.]{18,})")
_RUN = re.compile(rb"[\d.]*+")
# As JSON itself calls them: details are shown in either language.
_KINDS: dict[type, str] = {
    list: "array",
    str: "string",
    int: "number",
    float: "number",
    Decimal: "number",
    bool: "boolean",
    type(None): "null",
}


def has_long_numbers(data: bytes) -> bool:
    """Whether orjson would change a number of this JSON; now and then one more, in a text, is taken for such."""
    zeros = data.translate(_AS_ZEROS)
    at = zeros.find(_SUSPECT)
    while at >= 0:
        if _LONG_NUMBER.match(data, at):
            return True
        at = zeros.find(_SUSPECT, _RUN.match(data, at).end())  # type: ignore[union-attr]  # it matches nothing too
    return False


def load(data: bytes, *, is_exact: bool) -> Any:
    """What a JSON text says, its numbers digit by digit if asked. Raises ValueError."""
    if not is_exact:
        return orjson.loads(data)
    found = json.loads(data, parse_float=Decimal, parse_constant=_refuse)
    orjson.loads(data)  # as strict for both
    return found


def read_record(data: bytes, *, is_exact: bool, encoding: str = "utf-8") -> dict[str, Any] | Unread:
    """One record from its text, or why it is none."""
    text = data[:MAX_TEXT]
    if MARK in data:
        _at, byte = first_mark(data)
        reason = RejectionReason.INVALID_ENCODING if byte else RejectionReason.CONTROL_CHARACTER
        return Unread(reason, {"column": "", "byte": f"0x{byte:02x}", "encoding": encoding}, shown(text))
    try:
        found = load(data, is_exact=is_exact)
    except (ValueError, RecursionError):
        return Unread(RejectionReason.NOT_A_RECORD, {"found": "invalid"}, shown(text))
    return found if isinstance(found, dict) else not_a_record(found, text)


def not_a_record(value: Any, text: bytes = b"") -> Unread:
    found = {"found": _KINDS.get(type(value), "?")}
    return Unread(RejectionReason.NOT_A_RECORD, found, shown(text or orjson.dumps(value, default=str)[:MAX_TEXT]))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number in JSON.")
