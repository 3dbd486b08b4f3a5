"""How a system would read what is asked: its own plan, and what it says in plain words.

A reading, not a parser: plans change with versions, so what is not recognised is left unsaid.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.connectors.bigdata.config import BigDataConfig, System

if TYPE_CHECKING:
    from apps.collection.connectors.bigdata.clients import Client


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`text` is the system's own; `sentences` say it in the reader's language; `estimated_rows` where it has one."""

    text: str
    sentences: tuple[str, ...] = ()
    estimated_rows: int | None = None


# Of a line of a plan: what reads, what joins, what moves rows between machines, in the words of each system.
_OPERATORS = {
    System.SPARK: (r"^\W*(?:File)?Scan\b", r"^\W*\w*(?:Join|CartesianProduct)\b", r"^\W*\w*Exchange\b"),
    System.TRINO: (r"^\W*(?:TableScan|Scan\w+)\b", r"^\W*\w*Join\b", r"^\W*Remote(?:Source|Exchange)\b"),
    System.IMPALA: (r"\d+:SCAN\b", r"\d+:(?:HASH|NESTED LOOP) JOIN\b", r"\d+:EXCHANGE\b"),
    System.HIVE: (r"^\s*TableScan\b", r"^\s*(?:Merge |Map )?Join Operator\b", r"^\s*Reduce Output Operator\b"),
}
_ROWS = re.compile(r"rowCount=([\d.E+]+)|Estimates: \{rows: (\d+)|cardinality=(\d+)|Num rows: (\d+)")
_PARTITION_FILTERS = re.compile(r"^PartitionFilters: \[(.+)\]$", re.MULTILINE)
_PUSHED_FILTERS = re.compile(r"^PushedFilters: \[(.+)\]$", re.MULTILINE)
_PLACES = re.compile(r"^Location: \w+ ?\[(.*)\]$", re.MULTILINE)
_MORE_PLACES = re.compile(r"\.\.\. (\d+) entries")
_IMPALA_PARTITIONS = re.compile(r"partitions=(\d+)/(\d+)")
_TRINO_DOMAINS = re.compile(r"^\s+\w[\w ]*:= .+:.*PARTITION_KEY|constraint on \[", re.MULTILINE)


def explain_query(client: "Client", config: BigDataConfig) -> Explanation:
    """Ask for the plan of what a run reads whole. Raises the errors of asking."""
    from apps.collection.connectors.bigdata.clients import all_rows
    from apps.collection.connectors.bigdata.querying import chosen, columns_of
    from apps.collection.connectors.bigdata.statements import Relation

    types, relation = columns_of(client, config), Relation(config)
    query = relation.select(chosen(types, config), where=relation.filters(types), order=config.key_columns)
    text = "\n".join(str(row[0]) for row in all_rows(client, relation.explained(query)))
    return read_plan(text, config.system)


def read_plan(text: str, system: System) -> Explanation:
    """What a plan says. Pure."""
    rows = _ROWS.search(text)
    return Explanation(
        text=text,
        sentences=(*_places(text, system), *_operators(text, system)),
        estimated_rows=round(float(next(filter(None, rows.groups())))) if rows else None,
    )


def _places(text: str, system: System) -> list[str]:
    """What is passed over thanks to the conditions."""
    said = []
    if system == System.SPARK and (places := _PLACES.search(text)):
        if filters := _PARTITION_FILTERS.search(text):
            more = _MORE_PLACES.search(places[1])
            count = int(more[1]) if more else places[1].count(",") + 1
            said.append(
                ngettext(
                    "The conditions on the partition columns leave %(count)s folder to read (%(filters)s).",
                    "The conditions on the partition columns leave %(count)s folders to read (%(filters)s).",
                    count,
                )
                % {"count": count, "filters": _plain(filters[1])}
            )
        else:
            said.append(_("No condition is on a partition column: the whole table is read."))
        if pushed := _PUSHED_FILTERS.search(text):
            said.append(_("The files are filtered as they are read: %(filters)s.") % {"filters": pushed[1]})
    if found := _IMPALA_PARTITIONS.search(text):
        kept, total = found.groups()
        said.append(_("%(kept)s partitions of %(total)s are read.") % {"kept": kept, "total": total})
    if system == System.TRINO and _TRINO_DOMAINS.search(text):
        said.append(_("The conditions on the partition columns are applied before reading."))
    return said


def _operators(text: str, system: System) -> list[str]:
    """What is read, joined and moved; Spark draws the plan first, then says each of its steps again."""
    drawn = text.split("\n\n\n", 1)[0] if system == System.SPARK else text
    scans, joins, exchanges = (
        len(re.findall(pattern, drawn, re.MULTILINE)) for pattern in _OPERATORS.get(system, ("$^", "$^", "$^"))
    )
    said = []
    if scans:
        said.append(ngettext("%(count)s table is scanned.", "%(count)s tables are scanned.", scans) % {"count": scans})
    if joins:
        said.append(ngettext("%(count)s join is made.", "%(count)s joins are made.", joins) % {"count": joins})
    if exchanges:
        moved = ngettext(
            "Rows move between machines %(count)s time: that is what sorting, grouping and joining cost.",
            "Rows move between machines %(count)s times: that is what sorting, grouping and joining cost.",
            exchanges,
        )
        said.append(moved % {"count": exchanges})
    return said


def _plain(filters: str) -> str:
    """Spark numbers its columns."""
    return re.sub(r"#\d+L?", "", filters)
