"""The rows that a build set aside, tried again with another recipe: how many would be kept, and why the others not.

What is set aside because of other rows (it says the same, or refers to none) cannot be told from the rows alone: those
are the ones in which the recipe of the build finds nothing wrong either. Only a build tells.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apps.datasets.engine.connecting import Script, bounded, connect, to_sql
from apps.datasets.engine.inputs import Landed, view_others
from apps.datasets.engine.rejects import ReasonCount, Reject, told
from apps.datasets.engine.stages import Place, ranked
from apps.datasets.enums import RejectReason
from apps.datasets.exceptions import PreviewTooLong
from apps.datasets.recipes import checking, compiling
from apps.datasets.recipes.compiling import LINEAGE, REASONS
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

# The first are enough to know whether a correction is right.
MOST_ROWS = 5_000
LONGEST_SECONDS = 10.0

Reasons = Mapping[Place, Sequence[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A recipe and the table that it makes."""

    recipe: Recipe
    schema: EntitySchema


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """Of the `tried` rows, which had a fault of their own: how many would be kept, or left out on purpose; the reasons
    before and after. `others` were set aside because of other rows.
    """

    tried: int
    kept: int
    left_out: int
    others: int
    before: tuple[ReasonCount, ...]
    after: tuple[ReasonCount, ...]
    is_partial: bool


def replay(
    *, before: Made, after: Made, rejects: Path, others: Mapping[str, Landed], pseudonym_key: bytes | None = None
) -> Replayed:
    """Raises RecipeRefused if one of the recipes does not fit the rows, PreviewTooLong."""
    import duckdb

    reads = [rejects, *(path for each in others.values() for path in each.files)]
    with connect(reads=reads, pushes_filters=False) as connection:
        try:
            with bounded(connection, LONGEST_SECONDS):
                script = Script(connection)
                query = "SELECT * FROM read_parquet(?) ORDER BY _input, _run, _part, _row LIMIT ?"
                found = [told(row) for row in connection.execute(query, [[str(rejects)], MOST_ROWS + 1]).fetchall()]
                known = view_others(script, others, pseudonym_key)
                names = [each.name for each in before.recipe.inputs]
                was = _judged(script, before, found[:MOST_ROWS], known, names, "before")
                becomes = _judged(script, after, found[:MOST_ROWS], known, names, "after")
        except duckdb.InterruptException as error:
            raise PreviewTooLong from error
    tried = {place for place, why in was.items() if any(RejectReason(code).is_fault for code, _column in why)}
    still = {place: becomes[place] for place in tried if becomes.get(place)}
    left_out = [place for place, why in still.items() if not any(RejectReason(code).is_fault for code, _c in why)]
    return Replayed(
        tried=len(tried),
        kept=len(tried) - len(still),
        left_out=len(left_out),
        others=sum(not why for why in was.values()),
        before=ranked(Counter(reason for place in tried for reason in was[place])),
        after=ranked(Counter(reason for why in still.values() for reason in why)),
        is_partial=len(found) > MOST_ROWS,
    )


def _judged(
    script: Script,
    made: Made,
    rows: Sequence[Reject],
    known: "Mapping[str, ir.Table]",
    names: Sequence[str],
    prefix: str,
) -> dict[Place, list[tuple[str, str]]]:
    """Why each row is set aside by this recipe; no reason for those that it keeps. `names` are what the inputs of the
    build read, in their order: one that is no longer read has none of its rows.
    """
    found: dict[Place, list[tuple[str, str]]] = {}
    for rank, read in enumerate(made.recipe.inputs):
        if read.name not in names:
            continue
        those = [row for row in rows if row.input == names.index(read.name)]
        columns = dict.fromkeys(
            [*checking.named_columns(made.recipe, rank), *(name for row in those for name in row.record)]
        )
        name = f"{prefix}_{rank}"
        script.connection.register(name, _as_arrow(those, list(columns)))
        table = compiling.landed(list(columns), name=name)
        judged = compiling.compile_input(made.recipe, rank, made.schema, table, others=known, with_source=True)
        sql = to_sql(compiling.judged(judged, made.recipe, rank))
        places = f"SELECT {', '.join(LINEAGE)}, {REASONS} FROM ({sql})"  # noqa: S608 -- compiled
        for *place, reasons in script.connection.execute(places).fetchall():
            found[tuple(place)] = [(each["code"], each["column"]) for each in reasons or ()]
    return found


def _as_arrow(rows: Sequence[Reject], columns: Sequence[str]) -> "pa.Table":
    """These rows as their source gave them, at the places that they have in the build."""
    import pyarrow as pa

    texts = {name: pa.array([row.record.get(name) for row in rows], pa.string()) for name in columns}
    return pa.table(
        texts
        | {
            "_input": pa.array([row.input for row in rows], pa.int16()),
            "_run": pa.array([row.run for row in rows], pa.int64()),
            "_part": pa.array([row.part for row in rows], pa.int16()),
            "_row": pa.array([row.row for row in rows], pa.int64()),
        }
    )
