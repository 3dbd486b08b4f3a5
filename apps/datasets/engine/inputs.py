"""What recipes read, as the engine sees it: columns of texts, and where each row comes from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from apps.datasets.engine.connecting import Script, working_directory
from apps.datasets.reading.sql import quote
from apps.datasets.recipes.compiling import INPUT, LANDED, LINEAGE
from apps.datasets.recipes.pseudonyms import PADS, pads, pads_table
from apps.datasets.schema import ROW_ID

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection

RECORDS_AT_ONCE = 5_000
# Where a row was landed; the rank of the input comes before, once it is one.
LANDING = tuple(name for name in LINEAGE if name != INPUT)


@dataclass(frozen=True, kw_only=True)
class Landed:
    """Parquet files to read: segments as they landed, or the snapshot of a version of another dataset.

    `merge_on` are the columns that identify a record of a source, of which the last that landed replaces those before;
    `version` is the primary key of the version, 0 for segments; `digests` tell what the files hold; `columns` are those
    to be seen of it, null if it has none of that name, all if they are not said.
    """

    files: tuple[Path, ...]
    digests: tuple[str, ...] = ()
    merge_on: tuple[str, ...] = ()
    version: int = 0
    columns: tuple[str, ...] = ()


@contextmanager
def landing(records: Iterable[Mapping[str, str | None]], columns: Sequence[str]) -> Iterator[Landed]:
    """These columns of records as if they had landed, numbered from 1, for as long as it is open; some at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = {"_run": pa.int64(), "_part": pa.int16(), "_row": pa.int64()}
    schema = pa.schema([*((name, pa.string()) for name in columns), *place.items()])
    left, rank = iter(records), 0
    with working_directory() as directory:
        path = directory / "landed.parquet"
        with pq.ParquetWriter(path, schema) as writer:
            while some := list(islice(left, RECORDS_AT_ONCE)):
                rows = [
                    {**{name: each.get(name) for name in columns}, "_run": 0, "_part": 0, "_row": number}
                    for number, each in enumerate(some, start=rank + 1)
                ]
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rank += len(some)
        yield Landed(files=(path,))


def view_input(script: Script, name: str, rank: int, landed: Landed, *, at_most: int | None = None) -> list[str]:
    """See these files as an input of this rank, `at_most` rows of it if given; its columns, without the lineage."""
    columns = _view(script, f"{name}__landed", landed, at_most=at_most)
    script.run(f"CREATE TEMP VIEW {name} AS\nSELECT CAST({rank} AS SMALLINT) AS {INPUT}, *\nFROM {name}__landed")
    return columns


def view_other(script: Script, name: str, landed: Landed) -> "ir.Table":
    """See these files as what steps look at besides their input, called as `Step.needs` does."""
    import ibis

    view = view_name(name)
    columns = _view(script, view, landed)
    return ibis.table(dict.fromkeys(columns, "string"), name=view)


def view_name(name: str) -> str:
    """What the engine calls something that steps look at besides their input."""
    return name.replace(":", "__").replace(".", "__").replace("-", "_")


def view_others(
    script: Script, others: Mapping[str, Landed], pseudonym_key: bytes | None = None
) -> "dict[str, ir.Table]":
    """See all that steps look at besides their input, by its name; what pseudonyms are made with is among it."""
    known = {name: view_other(script, name, each) for name, each in others.items()}
    if pseudonym_key is not None:
        known[PADS] = pads_table(hold_row(script, view_name(PADS), pads(pseudonym_key)))
    return known


def hold_row(script: Script, name: str, row: Mapping[str, str]) -> str:
    """Have a table of this one row, which is secret: what is told of the script names it and does not quote it."""
    given = ", ".join(f"? AS {column}" for column in row)
    script.connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {given}", list(row.values()))
    return name


def _view(script: Script, name: str, landed: Landed, *, at_most: int | None = None) -> list[str]:
    """See these files under this name, every column but the lineage as text; the names of these columns.

    Nothing is merged that cannot be told apart: no key, or none of its values.
    """
    script.view(f"{name}__files", _in_order(script.connection, landed))
    described = script.connection.execute(f"SELECT * FROM {name}__files LIMIT 0").description or ()  # noqa: S608 -- our own names; those of people are quoted
    kinds = {column[0]: str(column[1]) for column in described}
    columns = [each for each in kinds if each not in (*LANDED, ROW_ID if landed.version else "")]
    if landed.version:
        columns = list(landed.columns) or columns
        texts = ", ".join(f"{_as_text(quote(each), kinds.get(each))} AS {quote(each)}" for each in columns)
        place = f"CAST(-{landed.version} AS BIGINT) AS _run, CAST(0 AS SMALLINT) AS _part, {ROW_ID} AS _row"
        sql = f"SELECT {place}, {texts}\nFROM {name}__files"
    else:
        names = ", ".join([*LANDING, *(quote(each) for each in columns)])
        sql = f"SELECT {names}\nFROM {name}__files{_latest(landed.merge_on)}"
    limit = "" if at_most is None else f"\nLIMIT {at_most}"
    script.run(f"CREATE TEMP {'VIEW' if at_most is None else 'TABLE'} {name} AS\n{sql}{limit}")
    return columns


def _as_text(column: str, kind: str | None) -> str:
    """As `reading.as_text` has it; null for a column that is not there."""
    if kind is None:
        return "CAST(NULL AS VARCHAR)"
    text = f"CAST({column} AS VARCHAR)"
    return f"replace({text}, '+00', '')" if kind == "TIMESTAMP WITH TIME ZONE" else text


def _latest(merge_on: Sequence[str]) -> str:
    if not merge_on:
        return ""
    key = ", ".join(quote(name) for name in merge_on)
    filled = " AND ".join(f"{quote(name)} IS NOT NULL" for name in merge_on)
    last_first = ", ".join(f"{name} DESC" for name in LANDING)
    return (
        f"\nQUALIFY NOT ({filled}) OR row_number() OVER (PARTITION BY {key} ORDER BY {last_first}) = 1"
        f"\nORDER BY {', '.join(LANDING)}"
    )


def _in_order(connection: "DuckDBPyConnection", landed: Landed) -> list[Path]:
    """These files in the order of their first rows. Within a file, landing wrote them in order."""
    if len(landed.files) == 1:
        return list(landed.files)

    def first_row(path: Path) -> tuple[int, ...]:
        found = connection.execute(f"SELECT {', '.join(LANDING)} FROM read_parquet([?]) LIMIT 1", [str(path)])  # noqa: S608
        return found.fetchone() or ()

    return sorted(landed.files, key=first_row)
