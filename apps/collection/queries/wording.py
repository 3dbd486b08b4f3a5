"""Plans in plain words, and what stands out in them."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.queries.steps import Step, StepKind
from apps.core.numbers import format_number

# Below it, reading a whole table is the best there is.
LARGE_TABLE = 10_000
# An index that finds more than this share of a table would read it all the same.
FEW = 0.1
# Of PostgreSQL's costs, when the size of the table is not known: about 10,000 records.
HIGH_COST = 1_000
LARGE_SORT = 100_000
_STRING = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(
    r"(?<![\w.])(?:\w+\.)?\(?([A-Za-z_]\w*)\)?(?:::\w+)?\s*(?:[=<>~]|(?:in|like|between|is)\b)", re.IGNORECASE
)


def sentence(step: Step) -> str:
    """What a step does."""
    text = _what(step)
    if step.rows is not None and step.kind != StepKind.OTHER:
        given = ngettext("about %(count)s record", "about %(count)s records", step.rows) % {
            "count": format_number(step.rows)
        }
        return _("%(what)s: %(records)s.") % {"what": text, "records": given}
    return _("%(what)s.") % {"what": text}


def advice(step: Step) -> Iterator[str]:
    """What could be done about a step that stands out."""
    if step.kind == StepKind.SCAN and step.condition and _is_wasteful(step):
        columns = ", ".join(columns_in(step.condition))
        if columns:
            yield _(
                "“%(table)s” is read whole to keep some records: if they are few, an index on %(columns)s "
                "finds them at once."
            ) % {
                "table": step.subject,
                "columns": columns,
            }
    if step.kind == StepKind.INDEX and "AUTOMATIC" in step.native:
        yield _("An index is made on “%(table)s” for this query alone, each time: make it once (%(columns)s).") % {
            "table": step.subject,
            "columns": ", ".join(columns_in(step.condition)) or step.condition,
        }
    if step.kind == StepKind.SORT and (step.rows or 0) >= LARGE_SORT:
        yield _("Many records are sorted: an index on %(columns)s would give them in that order.") % {
            "columns": step.condition or "…"
        }
    is_crossed = step.kind == StepKind.JOIN and step.native.startswith("Nested Loop") and not step.condition
    if is_crossed and (step.rows or 0) >= LARGE_TABLE:
        yield _("Two tables are joined record by record: check that the join has its condition, and an index.")


def columns_in(condition: str) -> list[str]:
    """The names of the columns that a condition compares, as far as its text tells."""
    bare = _STRING.sub("''", condition).translate({ord(quote): None for quote in '`"'})
    return list(dict.fromkeys(_NAME.findall(bare)))


def _is_wasteful(step: Step) -> bool:
    if step.read is None:
        return (step.cost or 0) >= HIGH_COST and step.rows is not None
    return step.read >= LARGE_TABLE and (step.rows is None or step.rows <= step.read * FEW)


def _what(step: Step) -> str:
    named = {"table": step.subject, "index": step.index, "condition": step.condition, "step": step.native}
    match step.kind:
        case StepKind.SCAN if step.condition:
            return _("“%(table)s” is read whole, keeping %(condition)s") % named
        case StepKind.SCAN:
            return _("“%(table)s” is read whole") % named
        case StepKind.INDEX if step.index:
            return _("Records of “%(table)s” are found by the index %(index)s") % named
        case StepKind.INDEX:
            return _("Records of “%(table)s” are found by its key") % named
        case StepKind.JOIN:
            return _join(step) % named
        case StepKind.SORT:
            return (
                _("The records are sorted by %(condition)s") % named if step.condition else _("The records are sorted")
            )
        case StepKind.GROUP:
            return (
                _("The records are grouped by %(condition)s") % named
                if step.condition
                else _("The records are grouped")
            )
        case StepKind.LIMIT:
            return _("Only the first records are kept")
    return step.native


def _join(step: Step) -> str:
    if step.native.startswith("Hash Join"):
        return _("The two are joined through a table in memory, on %(condition)s")
    if step.native.startswith("Merge Join"):
        return _("The two are joined as they come, both sorted, on %(condition)s")
    if step.condition:
        return _("For each record of the first, those of the second are looked for (%(condition)s)")
    return _("For each record of the first, those of the second are looked for")
