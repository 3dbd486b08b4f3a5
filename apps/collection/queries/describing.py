"""What a query says, piece by piece, read from its text by sqlglot: for people to say why each piece is there.

It is never a guard: sqlglot reads more than any server does, and not always as it does.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from apps.collection.queries.sheets import Clause, ClauseKind

if TYPE_CHECKING:
    from sqlglot import exp

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def describe_query(query: str, *, dialect: str = "") -> tuple[Clause, ...]:
    """The clauses of a query, those of its parts (WITH, subqueries) first; none if it cannot be read."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(query, dialect=dialect or None)
    except sqlglot.errors.SqlglotError:
        return ()
    selects = list(tree.find_all(exp.Select))
    # A part of a query is told before what is made from it.
    selects.reverse()
    return tuple(dict.fromkeys(clause for select in selects for clause in _clauses(select, dialect)))


def is_one_select(query: str, *, dialect: str) -> bool:
    """Whether this is one statement, and a SELECT that creates nothing."""
    import sqlglot
    from sqlglot import exp

    try:
        statements = sqlglot.parse(query, dialect=dialect)
    except sqlglot.errors.SqlglotError:
        return False
    return len(statements) == 1 and isinstance(statements[0], exp.Query) and not statements[0].find(exp.Into)


def _clauses(select: "exp.Select", dialect: str) -> Iterator[Clause]:
    within = _name(select)

    def clause(kind: ClauseKind, node: Any) -> Clause:
        text = node.sql(dialect=dialect or None, comments=False)
        # Some dialects write :name in a way of their own.
        return Clause(kind=kind, text=_PLACEHOLDER.sub(r":\1", text), within=within)

    of = select.args.get
    for selected in select.expressions:
        yield clause(ClauseKind.SELECTION, selected)
    if source := of("from_"):
        yield clause(ClauseKind.SOURCE, source.this)
    for join in of("joins") or ():
        yield clause(ClauseKind.JOIN, join)
    for kind, name in (
        (ClauseKind.FILTER, "where"),
        (ClauseKind.CONDITION, "having"),
        (ClauseKind.CONDITION, "qualify"),
    ):
        if condition := of(name):
            for each in _conjuncts(condition.this):
                yield clause(kind, each)
    if group := of("group"):
        yield from (clause(ClauseKind.GROUPING, each) for each in group.expressions)
    if order := of("order"):
        yield from (clause(ClauseKind.ORDER, each) for each in order.expressions)
    if limit := of("limit"):
        yield clause(ClauseKind.LIMIT, limit.expression or limit)


def _conjuncts(condition: "exp.Expr") -> Iterator["exp.Expr"]:
    """What must hold together: a AND b are two filters, a OR b one."""
    from sqlglot import exp

    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition.unnest()


def _name(select: "exp.Select") -> str:
    """The name of the part of a query that this is; "" for the query itself."""
    from sqlglot import exp

    parent = select.parent
    while isinstance(parent, exp.SetOperation):
        parent = parent.parent
    if parent is None:
        return ""
    return parent.alias_or_name or "…"
