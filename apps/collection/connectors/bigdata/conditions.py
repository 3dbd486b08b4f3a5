"""Simple conditions on columns, as people write them: `year >= 2024`, `status in new, open`, `town is not null`."""

import csv
import re
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

_WRITTEN = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]+)"|(?P<column>[^\s=<>!"]+))\s*
    (?:(?P<null>is\s+not\s+null|is\s+null)\s*$
      |(?P<list>(?:not\s+)?in)\b(?P<values>.*)
      |(?P<operator><=|>=|<>|!=|=|<|>)(?P<value>.*))""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Condition:
    """`operator` is one of =, !=, <, <=, >, >=, in, not in, is null, is not null; `values` are as written."""

    column: str
    operator: str
    values: tuple[str, ...] = ()

    @classmethod
    def read(cls, line: str) -> Self:
        """Raises ValueError, with a sentence for whoever wrote it."""
        found = _WRITTEN.fullmatch(line)
        if not found:
            raise ValueError(
                _("“%(line)s” is not a condition. Write a column, a sign and a value: year >= 2024.") % {"line": line}
            )
        column = found["quoted"] or found["column"]
        if found["null"]:
            return cls(column, " ".join(found["null"].lower().split()))
        if found["list"]:
            listed = found["values"].strip()
            listed = listed[1:-1] if listed.startswith("(") and listed.endswith(")") else listed
            values = tuple(value.strip() for value in next(csv.reader([listed], skipinitialspace=True), []))
            operator = " ".join(found["list"].lower().split())
        else:
            values = (_without_quotes(found["value"].strip()),)
            operator = found["operator"].replace("<>", "!=")
        if not all(values) or not values:
            raise ValueError(_("“%(line)s” has no value after its sign.") % {"line": line})
        return cls(column, operator, values)


def _without_quotes(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value
