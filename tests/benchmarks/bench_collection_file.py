"""Collecting files: a million rows of ten columns through the runner, beside dlt's fastest reader and beside floors.

    make bench ARGS="-k collection_file"

Each pass is a process of its own, cases interleaved, each first in turn; medians of passes, without imports. dlt reads
with DuckDB and Arrow, every value as text, as ours does; it neither syncs what it writes nor can go on in the middle.
What each wrote is checked: rows, distinct identifiers, sums. The floor of Parquet is pyarrow alone writing the same
texts; that of JSON Lines, orjson on each line and nothing else.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from statistics import median

import duckdb
import pytest
from django.conf import settings
from django.db import connection

from apps.collection.enums import RunState
from apps.collection.sourcing import keep_upload
from tests.collection.conftest import lake_folder
from tests.collection.factories import RunFactory, SourceFactory

__all__ = ["lake_folder"]

ROWS = 1_000_000
PASSES = 3
MEMORY = 350
COLUMNS = """
SELECT g AS id, md5(g::text) AS code, 'commune ' || g % 36000 AS town, 'ligne n° ' || g AS note, g % 120 AS age,
       (g * 7919 % 100003) / 1000.0 AS score, (g % 997) / 997.0 AS share, date '2020-01-01' + (g % 2000)::int AS day,
       'sorte ' || g % 12 AS kind, g * 3 AS amount
FROM range(1, {rows} + 1) t(g)
"""
EXPECTED = (ROWS, ROWS, ROWS * (ROWS + 1) // 2, 3 * ROWS * (ROWS + 1) // 2)
FORMATS = {"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet", "jsonl": "FORMAT json"}


def made(folder: Path, kind: str) -> Path:
    path = folder / f"lines.{kind}"
    duckdb.sql(f"COPY ({COLUMNS.format(rows=ROWS)}) TO '{path}' ({FORMATS[kind]})")
    return path


def measured(way: str, *arguments: object, **environment: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.collecting_file", way, *map(str, arguments)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=inherited | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def check(files: str) -> None:
    (counted,) = duckdb.sql(
        f"SELECT count(*), count(DISTINCT id), sum(id::bigint), sum(amount::bigint) FROM '{files}'"  # noqa: S608 -- ours
    ).fetchall()
    assert counted == EXPECTED


def collected(path: Path, lake: Path) -> dict[str, float]:
    """A run of ours on this file, in another process."""
    with path.open("rb") as file:
        stored = keep_upload(file=file, name=path.name)
    config = {"upload": {"digest": stored.digest, "name": path.name}}
    run = RunFactory(source=SourceFactory(kind="file", config=config))
    found = measured(
        "runner",
        run.pk,
        DJANGO_SETTINGS_MODULE="tests.collection.worker_settings",
        TEST_DATABASE=connection.settings_dict["NAME"],
        TEST_LAKE=str(lake),
    )
    run.refresh_from_db()
    assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, ROWS)
    check(f"{lake}/runs/{run.pk}/*.parquet")
    rmtree(lake / "runs" / str(run.pk))
    return found


def elsewhere(way: str, path: Path, folder: Path, *, pattern: str = "") -> dict[str, float]:
    """Another way, in a folder of its own."""
    folder.mkdir()
    found = measured(way, path, folder)
    if pattern:
        check(f"{folder}/{pattern}")
    rmtree(folder)
    return found


def shown(title: str, cases: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Print the medians; the rows a second of each."""
    print(f"\n{title:<44}{'rows/s':>12}{'best':>12}{'CPU s':>8}{'MB held':>10}{'to ours':>10}")  # noqa: T201 -- a benchmark prints
    ours = median(each["seconds"] for each in cases["Écluse"])
    for name, passes in cases.items():
        seconds = [each["seconds"] for each in passes]
        processor = median(each["processor"] for each in passes)
        held = max(each["megabytes"] for each in passes)
        line = f"{name:<44}{ROWS / median(seconds):>12,.0f}{ROWS / min(seconds):>12,.0f}"
        print(f"{line}{processor:>8.1f}{held:>10.0f}{ours / median(seconds):>9.2f}×")  # noqa: T201 -- a benchmark prints
    return {name: ROWS / median(each["seconds"] for each in passes) for name, passes in cases.items()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "peer", "way", "pattern"),
    [
        ("csv", "dlt, read_csv_duckdb with Arrow", "dlt", "out/**/line/*.parquet"),
        ("parquet", "pyarrow, texts written as segments", "parquet", "*.parquet"),
        ("jsonl", "orjson on each line, nothing written", "jsonl", ""),
    ],
)
def test_collection_file(tmp_path, lake_folder, kind, peer, way, pattern):
    path = made(tmp_path, kind)
    cases: dict[str, list[dict[str, float]]] = {"Écluse": [], peer: []}
    for turn in range(PASSES):
        steps = [
            lambda: cases["Écluse"].append(collected(path, lake_folder)),
            lambda: cases[peer].append(elsewhere(way, path, tmp_path / "elsewhere", pattern=pattern)),
        ]
        for step in steps[:: -1 if turn % 2 else 1]:
            step()

    found = shown(f"{kind}, {ROWS:,} rows of 10 columns", cases)

    assert max(each["megabytes"] for each in cases["Écluse"]) <= MEMORY
    print(f"Écluse reads {found['Écluse'] / found[peer]:.2f} times as fast as that.")  # noqa: T201 -- the same
