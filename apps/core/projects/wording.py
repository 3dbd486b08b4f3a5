"""What pydantic finds wrong with a value, in the words of the house and the language of the moment.

Pydantic speaks English to programmers. Here each of its errors says what is expected; an error that a document's own
validator raises (`ValueError`) is told as it is, and so is one that is not listed, in English.
"""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic_core import ErrorDetails

TEXT = _("A text is expected: put it between quotes.")
INTEGER = _("A whole number is expected.")
NUMBER = _("A number is expected.")
BOOLEAN = _("true or false is expected.")
LIST = _("A list is expected: each item on a line of its own, after “- ”.")
FIELDS = _("Fields are expected: each on a line of its own, as “name: value”.")
DATE = _("A date is expected, as 2026-03-31.")
TIME = _("A time is expected, as 14:05:00.")
INSTANT = _("A date and a time are expected, as 2026-03-31T14:05:00+02:00.")
DURATION = _("A duration is expected, as P1D (a day) or PT15M (fifteen minutes).")
ADDRESS = _("A web address is expected, as https://example.org/towns.csv.")
CHOICE = _("One of these is expected: %(expected)s.")

WORDS = {
    "missing": _("This field is required: add it."),
    "extra_forbidden": _("There is no such field: remove it, or correct its name."),
    "none_required": _("Nothing is expected here: leave it empty."),
    "enum": CHOICE,
    "literal_error": CHOICE,
    "union_tag_invalid": _("%(discriminator)s must be one of these: %(expected_tags)s."),
    "union_tag_not_found": _("The field %(discriminator)s is required: it says what the others are."),
    "string_too_short": _("This text is too short: it needs %(min_length)s characters or more."),
    "string_too_long": _("This text is too long: it may have %(max_length)s characters or fewer."),
    "string_pattern_mismatch": _("This text does not have the form that is expected: %(pattern)s"),
    "too_short": _("There are too few items: %(min_length)s or more are needed."),
    "too_long": _("There are too many items: %(max_length)s or fewer are possible."),
    "greater_than": _("A number above %(gt)s is expected."),
    "greater_than_equal": _("A number of %(ge)s or more is expected."),
    "less_than": _("A number below %(lt)s is expected."),
    "less_than_equal": _("A number of %(le)s or less is expected."),
    "multiple_of": _("A multiple of %(multiple_of)s is expected."),
    "decimal_max_digits": _("This number has too many digits: %(max_digits)s are possible."),
    "decimal_max_places": _("This number has too many decimals: %(decimal_places)s are possible."),
    **dict.fromkeys(["string_type", "string_unicode"], TEXT),
    **dict.fromkeys(["int_type", "int_parsing", "int_parsing_size", "int_from_float"], INTEGER),
    **dict.fromkeys(["float_type", "float_parsing", "decimal_type", "decimal_parsing", "finite_number"], NUMBER),
    **dict.fromkeys(["bool_type", "bool_parsing"], BOOLEAN),
    **dict.fromkeys(["list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"], LIST),
    **dict.fromkeys(["dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"], FIELDS),
    **dict.fromkeys(["date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"], DATE),
    **dict.fromkeys(["time_type", "time_parsing"], TIME),
    **dict.fromkeys(["datetime_type", "datetime_parsing", "datetime_from_date_parsing"], INSTANT),
    **dict.fromkeys(["time_delta_type", "time_delta_parsing"], DURATION),
    **dict.fromkeys(["url_type", "url_parsing", "url_syntax_violation", "url_scheme"], ADDRESS),
}


def tell(error: ErrorDetails) -> str:
    """What is wrong and what to do. A value is never quoted: it may be a secret in the wrong place."""
    known: dict[str, Any] = error.get("ctx", {})
    if error["type"] in {"value_error", "assertion_error"}:
        return str(known["error"])
    if error["type"] not in WORDS:
        return error["msg"]
    return str(WORDS[error["type"]]) % {name: _without_and(value) for name, value in known.items()}


def _without_and(value: Any) -> str:
    """A list of choices as pydantic writes it, `'a', 'b' or 'c'`, in no language."""
    return re.sub(r"(?<=\S) or (?=\S+$)", ", ", str(value))
