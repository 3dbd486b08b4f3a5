"""What cleaning by a recipe with twenty quality rules costs, beside frictionless, pandera, and SQL written by hand.

    make bench ARGS="-k cleaning"        (BENCH_CLEANED_ROWS=1000000, BENCH_MOST_ROWS=5000000)

The rows are texts, of ten columns; in every thousand of them nine have each a fault of another kind. Each way is a
process of its own, which reads the same file and writes what it keeps, typed, and what it does not; all must agree on
which rows those are. What is compared is the time of the processors, which does not depend on what else the machine
does.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from tests.benchmarks.cleaning_rows import NAMES

ROWS = int(os.environ.get("BENCH_CLEANED_ROWS", "1000000"))
MOST_ROWS = int(os.environ.get("BENCH_MOST_ROWS", "5000000"))
MOST_MEMORY_MB = 600
FAULTS_IN_A_THOUSAND = 9
LEAST_TIMES_FRICTIONLESS = 10
# It takes minutes for all the rows, each of which costs it as much: it is given one in so many.
PART_FOR_FRICTIONLESS = 20
# It works on whole columns as we do, but in memory, and neither says why a row is not kept nor keeps it as it was.
LEAST_TIMES_PANDERA = 0.5
LEAST_PART_OF_BY_HAND = 0.5
# A row of the longest file may cost this many times a row of the shortest.
MOST_GROWTH = 1.5

QUERY = """
SELECT format('C{:07d}', CASE WHEN i % 1000 = 8 THEN i - 1 ELSE i END) AS code,
       CASE i % 1000 WHEN 5 THEN 'Lyon' WHEN 6 THEN '' ELSE
            list_element(['Grenoble', 'Voiron', 'Échirolles', ' Meylan '], 1 + i % 4) END AS town,
       CASE i % 1000 WHEN 1 THEN '200' WHEN 2 THEN 'x' ELSE CAST(18 + i * 7 % 80 AS VARCHAR) END AS age,
       CASE i % 1000 WHEN 9 THEN '12' ELSE CAST(40 + (i * 31 % 900) / 10.0 AS VARCHAR) END AS weight,
       CAST(130 + (i * 17 % 700) / 10.0 AS VARCHAR) AS height,
       CAST(DATE '2020-01-01' + CAST(i % 1500 AS INTEGER) AS VARCHAR) AS visited_on,
       CASE i % 1000 WHEN 10 THEN '2025-06-01' ELSE
            CAST(DATE '1940-01-01' + CAST(i * 13 % 25000 AS INTEGER) AS VARCHAR) END AS born_on,
       CASE i % 1000 WHEN 3 THEN '3840' ELSE CAST(38000 + i % 999 AS VARCHAR) END AS zip,
       CASE WHEN i % 3 = 0 THEN 'oui' ELSE 'non' END AS smoker,
       CASE i % 1000 WHEN 4 THEN '10000.01' ELSE
            CAST(CAST(1 + (i * 37 % 900000) / 100.0 AS DECIMAL(12, 2)) AS VARCHAR) END AS amount,
       CAST(1 AS BIGINT) AS _run, CAST(0 AS SMALLINT) AS _part, CAST(0 AS INTEGER) AS _seq, i + 1 AS _row
FROM range({rows}) AS numbers(i)
"""


def segment_of(rows: int, folder: Path) -> Path:
    path = folder / f"{rows}.parquet"
    duckdb.sql(
        f"COPY ({QUERY.replace('{rows}', str(rows))}) TO '{path}'"
        " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)"
    )
    return path


def cleaned(way: str, segment: Path, *, turns: int = 1) -> dict[str, float]:
    """What a way of cleaning used, at best of so many turns; its files are beside the segment, called after it."""
    kept, rejected = files_of(way, segment)
    command = [sys.executable, "-m", "tests.benchmarks.cleaning_rows", way, str(segment), str(kept), str(rejected)]
    told = [subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True) for _ in range(turns)]
    return min((json.loads(each.stdout.splitlines()[-1]) for each in told), key=lambda used: used["cpu"])


def files_of(way: str, segment: Path) -> tuple[Path, Path]:
    return segment.with_suffix(f".{way}.kept.parquet"), segment.with_suffix(f".{way}.rejected.parquet")


def are_the_same(one: Path, other: Path) -> bool:
    """Whether two files have the same rows of the source."""
    different = "SELECT _row FROM '{}' EXCEPT ALL SELECT _row FROM '{}'"
    return not any(duckdb.sql(different.format(*pair)).fetchall() for pair in ((one, other), (other, one)))


def report(way: str, rows: int, used: dict[str, float]) -> None:
    print(  # noqa: T201 -- what a benchmark is for
        f"\n{way:10} {rows:9,} rows   {used['cpu']:7.2f} s of processors   {rows / used['cpu']:11,.0f} rows/s"
        f"   {used['wall']:7.2f} s   peak {used['peak_mb']:5.0f} MB"
    )


def test_cleaning_is_fast_beside_its_peers_and_not_far_from_sql_written_by_hand(tmp_path):
    segment = segment_of(ROWS, tmp_path)
    small = segment_of(ROWS // PART_FOR_FRICTIONLESS, tmp_path)

    used = {way: cleaned(way, segment, turns=turns) for way, turns in (("ours", 2), ("duckdb", 2), ("pandera", 1))}
    used["frictionless"] = cleaned("frictionless", small)
    cleaned("ours", small)

    for way, each in used.items():
        report(way, ROWS // PART_FOR_FRICTIONLESS if way == "frictionless" else ROWS, each)
    times = {way: each["cpu"] / used["ours"]["cpu"] for way, each in used.items()}
    times["frictionless"] *= PART_FOR_FRICTIONLESS
    print(  # noqa: T201 -- as above
        f"\n×{times['frictionless']:.1f} frictionless, ×{times['pandera']:.1f} pandera,"
        f" {times['duckdb']:.0%} of SQL written by hand"
    )
    kept, _rejected = files_of("ours", segment)
    assert duckdb.read_parquet(str(kept)).shape[0] == ROWS - ROWS // 1000 * FAULTS_IN_A_THOUSAND
    for way, file in (("duckdb", segment), ("pandera", segment), ("frictionless", small)):
        for mine, theirs in zip(files_of("ours", file), files_of(way, file), strict=True):
            assert are_the_same(mine, theirs), way
    values, by_hand = (duckdb.read_parquet(str(path)).select(*NAMES) for path in (kept, files_of("duckdb", segment)[0]))
    assert not values.except_(by_hand).fetchall()
    assert used["ours"]["peak_mb"] < MOST_MEMORY_MB
    assert times["duckdb"] >= LEAST_PART_OF_BY_HAND
    assert times["pandera"] >= LEAST_TIMES_PANDERA
    assert times["frictionless"] >= LEAST_TIMES_FRICTIONLESS


def test_cleaning_costs_as_much_for_each_row_however_many_there_are(tmp_path):
    costs = {}
    for rows in (MOST_ROWS // 50, MOST_ROWS // 5, MOST_ROWS):
        segment = segment_of(rows, tmp_path)
        used = cleaned("ours", segment)
        report("ours", rows, used)
        costs[rows] = used["cpu"] / rows
        assert used["peak_mb"] < MOST_MEMORY_MB
        for path in (segment, *files_of("ours", segment)):
            path.unlink()

    # The shortest file also pays for what does not depend on the rows.
    assert costs[MOST_ROWS] < MOST_GROWTH * costs[MOST_ROWS // 5]
    assert costs[MOST_ROWS] < MOST_GROWTH * costs[MOST_ROWS // 50]
