"""Rows completed from other rows: at most one for each, so that rows are never multiplied.

Other rows that say the same of what is asked are one. Several that differ are ambiguous: nothing says which is right.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from apps.datasets.recipes.reading import folded, trimmed

if TYPE_CHECKING:
    import ibis.expr.types as ir

# No column of an entity, nor working one, has two underscores.
KEY = "match__key_{}"
OF = "match__of_{}"
TAKEN = "match__taken_{}"
COUNT = "match__count"


def with_match(
    table: "ir.Table", other: "ir.Table", *, by: Mapping[str, str], take: tuple[str, ...], is_near: bool
) -> "ir.Table":
    """The table, with `COUNT`, how many rows of the other match (null for none), and what they say: `TAKEN`, by rank.

    `by` says which column of the other is the same as which one here. An empty one matches none.
    """
    import ibis

    def key(text: "ir.StringValue") -> "ir.StringValue":
        return (folded(text) if is_near else trimmed(text)).nullif("")

    keys = [OF.format(rank) for rank in range(len(by))]
    said = {TAKEN.format(rank): other[name] for rank, name in enumerate(take)}
    known = other.select(**dict(zip(keys, (key(other[name]) for name in by), strict=True)), **said).distinct()
    known = known.filter(ibis.and_(*(known[name].notnull() for name in keys)))
    unique = known.group_by(keys).agg(**{COUNT: known.count()}, **{name: known[name].min() for name in said})
    table = table.mutate(**{KEY.format(rank): key(table[name]) for rank, name in enumerate(by.values())})
    joined = table.left_join(unique, [table[KEY.format(rank)] == unique[name] for rank, name in enumerate(keys)])
    return joined.drop(*keys, *(KEY.format(rank) for rank in range(len(keys))))


def without_match(table: "ir.Table", taken: int) -> "ir.Table":
    return table.drop(COUNT, *(TAKEN.format(rank) for rank in range(taken)))
