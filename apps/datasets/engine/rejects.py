"""The rejected rows of a cleaning, read from their Parquet file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.datasets.engine.connecting import Script, connect
from apps.datasets.enums import RejectReason

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many rows have this reason to be rejected, in this column (or these, for duplicates)."""

    code: RejectReason
    column: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: RejectReason
    column: str
    value: str | None


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A row that is not in the dataset: where it comes from, why, and as it was. `input` is the rank of its input."""

    input: int
    run: int
    part: int
    row: int
    reasons: tuple[Reason, ...]
    record: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class RejectsPage:
    """`total` is the number of rejects that the filters let through; `counts` are of the whole file, largest first."""

    rejects: tuple[Reject, ...]
    total: int
    counts: tuple[ReasonCount, ...]


def rejects_page(
    path: Path, *, reason: str | None = None, column: str | None = None, offset: int = 0, limit: int = 50
) -> RejectsPage:
    """Some of the rejects of this file: those that have a reason of this code, in this column."""
    with connect(reads=[path]) as connection:
        Script(connection).view("rejects", [path])
        wanted = "WHERE list_bool_or([(? IS NULL OR r.code = ?) AND (? IS NULL OR r.column = ?) FOR r IN reasons])"
        values = [reason, reason, column, column]
        ((total,),) = connection.execute(f"SELECT count(*) FROM rejects {wanted}", values).fetchall()  # noqa: S608 -- our own conditions; values are parameters
        page = f"SELECT * FROM rejects {wanted} ORDER BY _input, _run, _part, _row LIMIT ? OFFSET ?"  # noqa: S608
        found = connection.execute(page, [*values, limit, offset]).fetchall()
        return RejectsPage(
            rejects=tuple(told(row) for row in found), total=total, counts=count_reasons(connection, path)
        )


def count_reasons(connection: "DuckDBPyConnection", path: Path) -> tuple[ReasonCount, ...]:
    found = connection.execute(
        "SELECT reason.code, reason.column, count(*) AS found"
        " FROM (SELECT unnest(reasons) AS reason FROM read_parquet([?]))"
        " GROUP BY ALL ORDER BY found DESC, reason.code, reason.column",
        [str(path)],
    ).fetchall()
    return tuple(ReasonCount(code=RejectReason(code), column=column, count=count) for code, column, count in found)


def count_rows(connection: "DuckDBPyConnection", path: Path, rank: int) -> tuple[int, int]:
    """How many rows of this input have a fault, and how many are left out on purpose."""
    no_fault = [code.value for code in RejectReason if not code.is_fault]
    found = connection.execute(
        "SELECT count(*) FILTER (NOT on_purpose), count(*) FILTER (on_purpose)"
        " FROM (SELECT list_bool_and([list_contains(?, r.code) FOR r IN reasons]) AS on_purpose"
        " FROM read_parquet([?]) WHERE _input = ?)",
        [no_fault, str(path), rank],
    ).fetchone()
    rejected, left_out = found or (0, 0)
    return int(rejected), int(left_out)


def told(row: tuple[Any, ...]) -> Reject:
    rank, run, part, number, reasons, record = row
    return Reject(
        input=rank,
        run=run,
        part=part,
        row=number,
        reasons=tuple(
            Reason(code=RejectReason(each["code"]), column=each["column"], value=each["value"]) for each in reasons
        ),
        record=json.loads(record),
    )
