"""What each system answers to EXPLAIN, as steps, the first done first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.collection.queries.steps import Step, StepKind

Read = tuple[list[Step], int | None, float | None]


# --- PostgreSQL: EXPLAIN (FORMAT JSON) ------------------------------------------------------------
_POSTGRESQL = {
    "Seq Scan": StepKind.SCAN,
    "Index Scan": StepKind.INDEX,
    "Index Only Scan": StepKind.INDEX,
    "Bitmap Index Scan": StepKind.INDEX,
    "Bitmap Heap Scan": StepKind.INDEX,
    "Tid Scan": StepKind.INDEX,
    "Nested Loop": StepKind.JOIN,
    "Hash Join": StepKind.JOIN,
    "Merge Join": StepKind.JOIN,
    "Sort": StepKind.SORT,
    "Incremental Sort": StepKind.SORT,
    "Aggregate": StepKind.GROUP,
    "Unique": StepKind.GROUP,
    "Limit": StepKind.LIMIT,
}
# Nothing to say of them: how rows go from a step to the next.
_PASSING = {"Hash", "Materialize", "Result", "Gather", "Gather Merge", "Memoize", "Append", "Subquery Scan", "CTE Scan"}
_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter")


def read_postgresql(raw: Any, table_rows: Mapping[str, int]) -> Read:
    top = raw[0]["Plan"]
    return list(_postgresql_steps(top, 0, table_rows)), top["Plan Rows"], top["Total Cost"]


def _postgresql_steps(node: Mapping[str, Any], depth: int, table_rows: Mapping[str, int]) -> Iterator[Step]:
    name = node["Node Type"]
    is_passing = name in _PASSING
    for child in node.get("Plans", ()):
        yield from _postgresql_steps(child, depth + (not is_passing), table_rows)
    # The records of its bitmap were told of with the index.
    if is_passing or name == "Bitmap Index Scan":
        return
    kind = _POSTGRESQL.get(name, StepKind.OTHER)
    table = node.get("Relation Name", "")
    keys = ", ".join([*node.get("Sort Key", ()), *node.get("Group Key", ())])
    below: Mapping[str, Any] = next((each for each in node.get("Plans", ()) if "Index Name" in each), {})
    yield Step(
        kind=kind,
        native=name if "Join Type" not in node or node["Join Type"] == "Inner" else f"{name} ({node['Join Type']})",
        depth=depth,
        subject=table,
        index=node.get("Index Name", below.get("Index Name", "")),
        condition=keys or next((node[each] for each in _CONDITIONS if each in node), ""),
        rows=node["Plan Rows"],
        read=table_rows.get(table) if kind == StepKind.SCAN else None,
        cost=node["Total Cost"],
    )


# --- MySQL and MariaDB: EXPLAIN FORMAT=JSON -------------------------------------------------------
_SORTS = {"filesort": StepKind.SORT, "ordering_operation": StepKind.SORT, "grouping_operation": StepKind.GROUP}


def read_mysql(raw: Any, table_rows: Mapping[str, int]) -> Read:
    block = raw["query_block"]
    steps = list(_mysql_steps(block, 0))
    tables = [step for step in steps if step.kind in (StepKind.SCAN, StepKind.INDEX)]
    cost = block.get("cost_info", {}).get("query_cost", block.get("cost"))
    rows = 1
    for step in tables:
        rows *= max(step.read or 1 if step.rows is None else step.rows, 1)
    return steps, rows if tables else None, float(cost) if cost is not None else None


def _mysql_steps(node: Any, depth: int) -> Iterator[Step]:
    """Whatever the version nests in whatever: tables, in the order of the joins, then what is done with them."""
    if isinstance(node, Sequence) and not isinstance(node, str):
        tables = [each for each in node if isinstance(each, Mapping)]
        for rank, each in enumerate(tables):
            inner = list(_mysql_steps(each, depth + (len(tables) > 1)))
            yield from inner
            if rank and inner:
                yield Step(kind=StepKind.JOIN, native="nested_loop", depth=depth, condition=inner[-1].condition)
        return
    if not isinstance(node, Mapping):
        return
    for name, inner in node.items():
        if name == "table":
            yield from _mysql_steps(inner, depth + 1)
            if "table_name" in inner:
                yield _mysql_table(inner, depth)
        elif isinstance(inner, Mapping | list):
            yield from _mysql_steps(inner, depth)
            if name in _SORTS and isinstance(inner, Mapping) and inner.get("using_filesort", True):
                yield Step(kind=_SORTS[name], native=name, depth=depth, condition=str(inner.get("sort_key", "")))


def _mysql_table(table: Mapping[str, Any], depth: int) -> Step:
    is_whole = table.get("access_type") in ("ALL", "index")
    read = table.get("rows", table.get("rows_examined_per_scan"))
    condition = table.get("attached_condition", "")
    share = float(table.get("filtered", 100)) / 100
    # A condition that keeps all is one of which the system knows nothing.
    is_known = read is not None and not (is_whole and condition and share == 1)
    return Step(
        kind=StepKind.SCAN if is_whole else StepKind.INDEX,
        native=str(table.get("access_type", "")),
        depth=depth,
        subject=table["table_name"],
        index=table.get("key", ""),
        condition=condition,
        rows=round(read * share) if is_known else None,
        read=read if is_whole else None,
    )


# --- SQLite: EXPLAIN QUERY PLAN -------------------------------------------------------------------
_SQLITE = [
    (re.compile(r"SCAN (?P<subject>\S+)"), StepKind.SCAN),
    (
        re.compile(
            r"SEARCH (?P<subject>\S+) USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX (?P<index>[^\s(]+)?.*"
        ),
        StepKind.INDEX,
    ),
    (re.compile(r"SEARCH (?P<subject>\S+) USING INTEGER PRIMARY KEY.*"), StepKind.INDEX),
    (re.compile(r"USE TEMP B-TREE FOR .*ORDER BY"), StepKind.SORT),
    (re.compile(r"USE TEMP B-TREE FOR (GROUP BY|DISTINCT|count\(DISTINCT\))"), StepKind.GROUP),
]
_BETWEEN = re.compile(r"\(([^()]*)\)$")


def read_sqlite(raw: Sequence[Sequence[Any]], table_rows: Mapping[str, int]) -> Read:
    depths: dict[int, int] = {}
    steps = []
    for identifier, parent, _unused, detail in raw:
        depths[identifier] = depths.get(parent, -1) + 1
        kind, found = next(
            ((kind, found) for form, kind in _SQLITE if (found := form.match(detail))), (StepKind.OTHER, None)
        )
        named = found.groupdict() if found else {}
        condition = _BETWEEN.search(detail)
        subject = named.get("subject") or ""
        steps.append(
            Step(
                kind=kind,
                native=detail,
                depth=depths[identifier],
                subject=subject,
                index=named.get("index") or "",
                condition=condition[1] if condition else "",
                read=table_rows.get(subject) if kind == StepKind.SCAN else None,
            )
        )
    return steps, None, None
