"""What the flight costs from a file to a published version, each step beside its floor in the same run.

    make bench ARGS="-k flight"        (BENCH_ROWS=1000000)

A CSV file of ten columns, as a French office writes it, is collected, then built and published, each in a process of
its own whose peak of memory is read when it ends. The floors: reading the bytes of the file, DuckDB typing the same
columns of the same file and nothing else, COPY of the same rows into the same table and nothing else.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
MOST_MEMORY_MB = 500
# How many times slower than its floor a step may be: far above what is measured, for machines that do other work.
SLOWEST = {"build": 12.0, "publish": 4.0}

TYPES = {
    "code": "text",
    "town": "text",
    "visited_on": "date",
    "seen_at": "datetime",
    "age": "integer",
    "amount": "decimal",
    "ratio": "float",
    "is_open": "boolean",
    "note": "text",
    "rank": "integer",
}
FILE_QUERY = """
SELECT format('C{:07d}', i) AS code,
       list_element(['Grenoble', 'Voiron', 'Échirolles', 'Saint-Martin-d''Hères'], 1 + i % 4) AS town,
       strftime(DATE '2020-01-01' + CAST(i % 2000 AS INTEGER), '%d/%m/%Y') AS visited_on,
       strftime(TIMESTAMP '2024-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%SZ') AS seen_at,
       i % 100 AS age,
       replace(CAST(CAST((i * 37 % 1000000) / 100.0 AS DECIMAL(12, 2)) AS VARCHAR), '.', ',') AS amount,
       replace(CAST(CAST((i % 9973) AS DOUBLE) / 997 AS VARCHAR), '.', ',') AS ratio,
       CASE WHEN i % 3 = 0 THEN 'oui' ELSE 'non' END AS is_open,
       CASE WHEN i % 5 = 0 THEN '' ELSE format('remarque « {} », suite', i % 1000) END AS note,
       i AS rank
FROM range(1, {rows} + 1) AS numbers(i)
"""
STEPS = [
    {"step": "map", "columns": {name: name for name in TYPES}},
    {"step": "trim"},
    {"step": "parse_date", "columns": ["visited_on"], "formats": ["%d/%m/%Y"]},
    {"step": "parse_number", "columns": ["amount", "ratio"], "locale": "fr"},
]
# The same typing, written by hand and without any check: what is compared is what the checks cost.
SCAN_QUERY = """
SELECT code, town, strptime(visited_on, '%d/%m/%Y')::DATE, seen_at::TIMESTAMPTZ, age::BIGINT,
       replace(amount, ',', '.')::DECIMAL(12, 2), replace(ratio, ',', '.')::DOUBLE, is_open = 'oui', note, rank::BIGINT
FROM read_csv('{path}', delim = ';', all_varchar = true, header = true)
"""


def timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def read_bytes(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def in_a_child(what: str, pk: int, media: Path) -> dict[str, Any]:
    """Do a run or a build in a process of its own; the seconds of each phase, and its peak of memory."""
    from django.db import connection

    command = [sys.executable, "-m", "tests.benchmarks.bench_flight", connection.settings_dict["NAME"], what, str(pk)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | {"MEDIA_ROOT": str(media)}
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def child(database: str, what: str, pk: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    seconds: dict[str, float] = {}
    begun = started = time.perf_counter()
    if what == "collect":
        from apps.collection.collecting import collect

        done = collect(run_id=int(pk))
    else:
        from apps.datasets.building import build

        def note(now: Any) -> None:
            nonlocal started
            seconds[now.phase] = started = time.perf_counter()

        done = build(build_id=int(pk), on_progress=note)
    assert done is not None
    ended = time.perf_counter()
    instants = [*seconds.values(), ended]
    phases = {name: instants[rank + 1] - instants[rank] for rank, name in enumerate(seconds)}
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    told = {"state": done.state, "all": ended - begun, "peak_mb": int(peak.split()[1]) / 1024, **phases}
    sys.stdout.write(json.dumps(told) + "\n")


def prepare(path: Path) -> tuple[Any, Any]:
    """The file, a run that waits for it, and the dataset that is made of it."""
    import duckdb

    from apps.collection.requesting import request_run
    from apps.collection.sourcing import create_source, keep_upload, open_source
    from apps.datasets.designing import create_dataset
    from apps.datasets.schema import ColumnSchema, ColumnType, EntitySchema
    from tests.datasets.factories import design

    query = FILE_QUERY.replace("{rows}", str(ROWS))
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT csv, DELIMITER ';', HEADER true)")
    with path.open("rb") as file:
        stored = keep_upload(file=file, name=path.name)
    source = create_source(
        name="bench",
        kind="file",
        config={"upload": {"digest": stored.digest, "name": stored.name}},
        purpose="Measuring",
        legal_basis="no_personal_data",
        by=None,
    )
    open_source(source=source, by=None)
    columns = tuple(
        ColumnSchema(name=name, type=ColumnType(kind), is_key=name == "code", digits=12, decimals=2)
        for name, kind in TYPES.items()
    )
    dataset = create_dataset(
        name="bench", design=design(EntitySchema(name="visit", columns=columns), STEPS, source.slug), by=None
    )
    return request_run(source=source, by=None), dataset


def bare_copy(version: Any, path: Path) -> float:
    """COPY the rows of this version from a CSV file into a table that is the same, indexes made afterwards alike."""
    import pyarrow.csv as csv
    import pyarrow.parquet as pq
    from django.db import connection, transaction

    from apps.core import lake
    from apps.datasets import tables

    stored, schema = version.tables.get(), version.pinned_schema.main
    columns = ["id", *schema.names]
    with lake.reading(stored.snapshot) as snapshot, path.open("wb") as file, pq.ParquetFile(snapshot) as rows:
        for batch in rows.iter_batches(65_536, columns=columns):
            csv.write_csv(batch, file, csv.WriteOptions(include_header=False))

    def copy() -> None:
        with path.open("rb") as file, transaction.atomic():
            tables.create_table(table="bare", schema=schema)
            with connection.cursor() as cursor:
                cursor.copy_expert('COPY data."bare" FROM STDIN (FORMAT csv, FREEZE)', file, 1 << 20)
            tables.finish_tables({"bare": schema})

    seconds = timed(copy)
    tables.drop_table(table="bare")
    return seconds


def report(step: str, seconds: float, floor: str, floor_seconds: float, peak_mb: float | None = None) -> float:
    ratio = seconds / floor_seconds
    ours, theirs = f"{ROWS / seconds:11,.0f} rows/s", f"{ROWS / floor_seconds:11,.0f} rows/s"
    memory = f"   peak {peak_mb:5.0f} MB" if peak_mb else ""
    print(f"{step:8} {ours}   {floor:12} {theirs}   ×{ratio:.2f}{memory}")  # noqa: T201 -- what a benchmark is for
    return ratio


@pytest.mark.django_db(transaction=True)
def test_the_flight_is_not_far_from_its_floors(settings, tmp_path):
    import duckdb

    from apps.datasets.models import Build, Version
    from apps.datasets.requesting import request_build

    media = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "lake": settings.STORAGES["lake"] | {"OPTIONS": {"location": media / "lake"}}
    }
    path = tmp_path / "visits.csv"
    run, dataset = prepare(path)

    collected = in_a_child("collect", run.pk, media)
    raw = timed(lambda: read_bytes(path))
    build = request_build(dataset=dataset, by=None)
    built = in_a_child("build", build.pk, media)
    target = tmp_path / "scan.parquet"
    with duckdb.connect(config={"threads": settings.DUCKDB_THREADS}) as engine:
        scan = timed(lambda: engine.execute(f"COPY ({SCAN_QUERY.format(path=path)}) TO '{target}' (COMPRESSION zstd)"))
    version = Version.objects.get()
    bare = bare_copy(version, tmp_path / "bare.csv")

    print(f"\n{ROWS:,} rows × {len(TYPES)} columns, {path.stat().st_size / 1e6:.0f} MB")  # noqa: T201 -- as above
    report("collect", collected["all"], "raw read", raw, collected["peak_mb"])
    ratios = {
        "build": report("build", built["clean"], "DuckDB scan", scan, built["peak_mb"]),
        "publish": report("publish", built["load"], "bare COPY", bare),
    }
    from apps.datasets.tables import drop_table

    drop_table(table=version.tables.get().table)
    assert (collected["state"], built["state"]) == ("succeeded", "published")
    assert (version.rows, Build.objects.get().rows_rejected) == (ROWS, 0)
    assert max(collected["peak_mb"], built["peak_mb"]) < MOST_MEMORY_MB
    assert all(ratios[step] < SLOWEST[step] for step in SLOWEST), ratios


if __name__ == "__main__":
    child(*sys.argv[1:])
