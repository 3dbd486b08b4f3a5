"""From landed segments to typed rows and rejected rows, with DuckDB.

    segments ──▶ sound ──(duplicates out)──▶ rows      typed, numbered in the order of the sources
        └───────what is not in rows────────▶ rejects   with every reason

Rejects are by construction what is not kept: no row is lost, none is in both. Only they are read a second time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.datasets.engine.connecting import Script, connect, never, to_sql, working_directory
from apps.datasets.engine.rejects import ReasonCount, Reject, count_reasons, told
from apps.datasets.reading.statements import quote
from apps.datasets.recipes import compiling
from apps.datasets.recipes.compiling import LANDED, LINEAGE, REASONS
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import SOURCE
from apps.datasets.schema import ROW_ID, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection

# How many records of the first segments a preview reads.
PREVIEW_RECORDS = 1_000

PLACE = f"({', '.join(LINEAGE)})"


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What became of the rows. `sql` is what was run, in order, on a table `segments`."""

    rows_in: int
    rows_kept: int
    rows_rejected: int
    reasons: tuple[ReasonCount, ...]
    sql: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a recipe does to the first records. `rows` hold Python values by name of column."""

    records: int
    rows: tuple[Mapping[str, Any], ...]
    rejects: tuple[Reject, ...]


def clean(
    *,
    recipe: Recipe,
    schema: EntitySchema,
    segments: Sequence[Path],
    rows_to: Path,
    rejects_to: Path,
    merge_on: Sequence[str] = (),
    should_stop: Callable[[], bool] = never,
) -> Cleaned:
    """Write the rows of the entity, and the rejected ones, as two Parquet files.

    `merge_on`: the columns of the source that identify a record, of which the last that landed replaces those before.
    Raises RecipeRefused if the recipe does not fit the columns of the segments, CleaningCancelled if `should_stop`,
    which this thread asks several times a second, says so.
    """
    with working_directory() as work, connect(reads=segments, writes=[work, rows_to, rejects_to]) as connection:
        script = Script(connection, should_stop)
        _view_segments(script, _in_order(connection, segments), merge_on)
        ((arrived,),) = script.run("SELECT count(*) FROM segments", tell=False)
        rows = compiling.compile_recipe(recipe, schema, _table(connection, "segments"))

        sound = work / "sound.parquet"
        script.copy(to_sql(compiling.sound(rows, schema)), to=sound, tell_as="sound.parquet")
        script.view("sound", [sound])
        has_duplicates = _set_duplicates_apart(script, schema)
        apart = f"\nANTI JOIN duplicates USING {PLACE}" if has_duplicates else ""
        numbered = f"SELECT row_number() OVER () AS {ROW_ID}, sound.*\nFROM sound{apart}"
        kept = script.copy(numbered, to=rows_to, tell_as="rows.parquet")

        script.view("kept", [rows_to])
        script.run(f"CREATE TEMP VIEW leftover AS\nSELECT *\nFROM segments\nANTI JOIN kept USING {PLACE}")
        rejects = _rejects(recipe, schema, _table(connection, "leftover"), has_duplicates=has_duplicates)
        rejected = script.copy(rejects, to=rejects_to, tell_as="rejects.parquet")
        if arrived != kept + rejected:  # two rows from the same place, say: better no version than one with rows lost
            raise RuntimeError(f"{arrived} rows came, {kept} were kept and {rejected} rejected.")
        return Cleaned(
            rows_in=arrived,
            rows_kept=kept,
            rows_rejected=rejected,
            reasons=count_reasons(connection, rejects_to),
            sql=script.told,
        )


def preview(*, recipe: Recipe, schema: EntitySchema, segments: Sequence[Path], limit: int = 20) -> Preview:
    """The first rows that the recipe makes and the first that it rejects, of the first records: the work is bounded.

    Raises RecipeRefused if the recipe does not fit the columns of the segments.
    """
    with connect(reads=segments) as connection:
        script = Script(connection)
        script.view("every", _in_order(connection, segments))
        script.run(f"CREATE TEMP TABLE segments AS SELECT * FROM every LIMIT {PREVIEW_RECORDS}")  # noqa: S608 -- our own names; those of people are quoted by Ibis
        ((records,),) = script.run("SELECT count(*) FROM segments")
        rows = compiling.compile_recipe(recipe, schema, _table(connection, "segments"))
        script.run(f"CREATE TEMP TABLE sound AS {to_sql(compiling.sound(rows, schema))}")
        has_duplicates = _set_duplicates_apart(script, schema)
        apart = f"ANTI JOIN duplicates USING {PLACE}" if has_duplicates else ""
        script.run(f"CREATE TEMP TABLE kept AS SELECT sound.* FROM sound {apart}")  # noqa: S608
        found = connection.execute(f"SELECT * EXCLUDE {PLACE} FROM kept LIMIT ?", [limit])  # noqa: S608
        names = [column[0] for column in found.description or ()]
        kept = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
        script.run(f"CREATE TEMP VIEW leftover AS SELECT * FROM segments ANTI JOIN kept USING {PLACE}")  # noqa: S608
        rejects = _rejects(recipe, schema, _table(connection, "leftover"), has_duplicates=has_duplicates)
        return Preview(
            records=records,
            rows=kept,
            rejects=tuple(told(row) for row in connection.execute(f"{rejects} LIMIT ?", [limit]).fetchall()),
        )


def _in_order(connection: "DuckDBPyConnection", segments: Sequence[Path]) -> list[Path]:
    """These files in the order of their first rows. Within a file, landing wrote them in order."""

    def first_row(path: Path) -> tuple[int, ...]:
        found = connection.execute(f"SELECT {', '.join(LINEAGE)} FROM read_parquet([?]) LIMIT 1", [str(path)])  # noqa: S608
        return found.fetchone() or ()

    return sorted(segments, key=first_row)


def _view_segments(script: Script, paths: Sequence[Path], merge_on: Sequence[str]) -> None:
    """What is collected, as `segments`. Nothing is merged that cannot be told apart: no key, or none of its values."""
    if not merge_on:
        script.view("segments", paths)
        return
    script.view("landed", paths)
    key = ", ".join(quote(name) for name in merge_on)
    filled = " AND ".join(f"{quote(name)} IS NOT NULL" for name in merge_on)
    latest = f"row_number() OVER (PARTITION BY {key} ORDER BY {', '.join(f'{name} DESC' for name in LINEAGE)}) = 1"
    script.run(
        f"CREATE TEMP VIEW segments AS\nSELECT *\nFROM landed\nQUALIFY NOT ({filled}) OR {latest}\n"
        f"ORDER BY {', '.join(LINEAGE)}"
    )


def _table(connection: "DuckDBPyConnection", name: str) -> "ir.Table":
    """This view as Ibis knows it: the columns of the source, as text, and the lineage."""
    described = connection.execute(f"SELECT * FROM {name} LIMIT 0").description or ()  # noqa: S608
    return compiling.segments([column[0] for column in described if column[0] not in LANDED], name=name)


def _set_duplicates_apart(script: Script, schema: EntitySchema) -> bool:
    """List in a table `duplicates` the rows of `sound` that an earlier one already says; False if there are none."""
    found = compiling.duplicates(compiling.typed(schema, name="sound"), schema)
    if found is None:
        return False
    script.run(f"CREATE TEMP TABLE duplicates AS\n{to_sql(found)}")
    ((count,),) = script.run("SELECT count(*) FROM duplicates", tell=False)
    return bool(count)


def _rejects(recipe: Recipe, schema: EntitySchema, leftover: "ir.Table", *, has_duplicates: bool) -> str:
    """The query of the rejects; the JSON of each record is made here, since engines do not agree on how to write it."""
    rows = compiling.compile_recipe(recipe, schema, leftover, with_source=True)
    judged = to_sql(compiling.judged(rows, recipe, schema))
    reasons, join = f"judged.{REASONS}", ""
    if has_duplicates:
        reasons = f"coalesce({reasons}, duplicates.{REASONS})"
        join = f"\nLEFT JOIN duplicates USING {PLACE}"
    return (
        f"SELECT {', '.join(LINEAGE)}, {reasons} AS reasons, CAST(to_json(judged.{SOURCE}) AS VARCHAR) AS record\n"
        f"FROM (\n{judged}\n) AS judged{join}"
    )
