"""The rows that a build set aside: in words, and as CSV for a spreadsheet."""

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.core import lake
from apps.core.charts.shapes import harmless, shorten
from apps.core.numbers import NO_VALUE
from apps.datasets import engine
from apps.datasets.enums import RejectReason
from apps.datasets.models import BuildOutput
from apps.datasets.schema import EntitySchema

COLUMNS = ["run", "part", "record", "reasons", "values", "source_record"]
READ_AT_ONCE = 2_000
BETWEEN = ", "
LONGEST_VALUE = 120


def rejects_of(
    output: BuildOutput, *, reason: str = "", column: str = "", offset: int, limit: int
) -> engine.RejectsPage:
    """Some of what a build set aside of one entity. Raises FileNotFoundError once the file is past its retention."""
    with lake.reading(output.rejects) as path:
        return engine.rejects_page(path, reason=reason or None, column=column or None, offset=offset, limit=limit)


def as_csv(output: BuildOutput, *, reason: str = "", column: str = "") -> Iterator[str]:
    """Lines of CSV, read from the file as they are sent. A spreadsheet takes no cell for a formula."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    offset = 0
    while page := rejects_of(output, reason=reason, column=column, offset=offset, limit=READ_AT_ONCE).rejects:
        for each in page:
            reasons = "; ".join(f"{one.column}: {one.code}" if one.column else str(one.code) for one in each.reasons)
            values = "; ".join(one.value or "" for one in each.reasons)
            record = json.dumps(dict(each.record), ensure_ascii=False)
            yield writer.writerow([harmless(cell) for cell in (each.run, each.part, each.row, reasons, values, record)])
        offset += len(page)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def is_fault(reason: Mapping[str, Any]) -> bool:
    """Whether this reason, as an output counts it, is a fault rather than what a recipe asks for."""
    return reason["code"] not in RejectReason.values or RejectReason(reason["code"]).is_fault


def reason_label(code: str) -> str:
    return str(RejectReason(code).label) if code in RejectReason.values else code


def title_of(schema: EntitySchema, names: str) -> str:
    """What people call this column, or these; their names if this structure does not have them."""
    known = {column.name: column.title for column in schema.columns}
    return BETWEEN.join(known.get(name, name) for name in names.split(BETWEEN)) or NO_VALUE


def reason_text(reason: engine.Reason, schema: EntitySchema) -> str:
    """“Age: Not a whole number (“4o”)”."""
    words = reason_label(reason.code)
    if reason.column:  # what a filter leaves out is not for a column
        words = _("%(column)s: %(reason)s") % {"column": title_of(schema, reason.column), "reason": words}
    if not reason.value:
        return words
    return _("%(words)s (“%(value)s”)") % {"words": words, "value": shorten(reason.value, LONGEST_VALUE)}
