"""Collecting a table of PostgreSQL: a whole run of ours, beside dlt at its best, from the same table to Parquet.

    make bench ARGS="-k collection_sql"        (BENCH_ROWS=1000000, BENCH_PASSES=3)

Each in a process of its own, in turn, which tells its time, that of its processor (imports included) and its peak of
memory; imports are left out of the first. Ours is all of a run: the plan, the segments synced to the disk, the
checkpoints and counters in a database, the judgement. dlt's is `pipeline.run` into Parquet files, with each of its
backends that is installed (connectorx is not one of our requirements: put it on PYTHONPATH to measure it). The outputs
are compared, each value of each column. The floor: COPY of the table to nothing.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import pytest

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
PASSES = int(os.environ.get("BENCH_PASSES", "3"))
MOST_MEMORY_MB = 350
TABLE = """
CREATE TABLE line AS
SELECT g::bigint AS id, md5(g::text) AS code, 'commune ' || g % 36000 AS town,
       ((g::bigint * 37 % 1000000) / 100.0)::numeric(12, 2) AS amount,
       CASE WHEN g % 5 = 0 THEN NULL WHEN g % 7 = 0 THEN '' ELSE 'une remarque, « ' || g % 1000 || ' »' END AS note,
       g % 120 AS age, (g % 9973) / 997.0::float8 AS ratio, date '2020-01-01' + g % 2000 AS day,
       timestamptz '2024-01-01 00:00:00+00' + g * interval '1 second' AS seen, g % 3 = 0 AS is_open
FROM generate_series(1, {rows}) AS g
"""
# As one type from texts of ours and from theirs; `%` is the column.
TYPES = {
    "id": "CAST(% AS BIGINT)",
    "code": "%",
    "town": "%",
    "amount": "CAST(% AS DECIMAL(38, 9))",
    "note": "%",
    "age": "CAST(% AS BIGINT)",
    "ratio": "CAST(% AS DOUBLE)",
    "day": "CAST(% AS DATE)",
    "seen": "CAST(CAST(% AS TIMESTAMPTZ) AS TIMESTAMP)",
    "is_open": "CAST(% AS BOOLEAN)",
}
QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "PYTHONWARNINGS": "ignore"}


def in_a_child(*what: str, **environment: str) -> dict[str, Any]:
    """Do it in a process of its own; its seconds and its peak of memory."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_collection_sql", *what]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | QUIET | environment)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def child(what: str, *options: str) -> None:
    before = sum(os.times()[:2])
    seconds = {"ours": collect_run, "dlt": run_dlt}[what](*options)
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    told = {"seconds": seconds, "cpu": sum(os.times()[:2]) - before, "peak_mb": int(peak.split()[1]) / 1024}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def collect_run(database: str, run_id: str, port: str) -> float:
    # Here, where it is needed: dlt's process must not pay for Django.
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    # Left out of what is timed, as dlt's own are.
    from apps.collection.collecting import collect
    from apps.collection.connectors.sql import partitioning  # noqa: F401 -- the connector loads it once it reads

    connection.settings_dict["NAME"] = database
    settings.OUTBOUND_ALLOWED_NETWORKS, settings.OUTBOUND_ALLOWED_PORTS = ["127.0.0.0/8"], [int(port)]
    started = time.perf_counter()
    run = collect(run_id=int(run_id))
    assert run is not None
    assert run.state == "succeeded", run.error_code
    return time.perf_counter() - started


def run_dlt(url: str, schema: str, backend: str, folder: str) -> float:
    import dlt
    from dlt.sources.sql_database import sql_table

    options: dict[str, Any] = {"chunk_size": 50_000}
    if backend == "connectorx":
        options["backend_kwargs"] = {"return_type": "arrow_stream", "batch_size": 50_000}
    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}/out"),
        pipelines_dir=f"{folder}/pipelines",
        dataset_name="d",
    )
    resource = sql_table(credentials=url, table="line", schema=schema, backend=backend, **options)
    pipeline.run(resource, loader_file_format="parquet", write_disposition="replace").raise_on_failed_jobs()
    return time.perf_counter() - started


def bare_copy(place: Any) -> float:
    started = time.perf_counter()
    with closing(place.connection.cursor()) as cursor, open(os.devnull, "wb") as nothing:
        cursor.copy_expert("COPY line TO STDOUT (FORMAT csv)", nothing)
    return time.perf_counter() - started


def differences(ours: str, theirs: str) -> int:
    """How many records are in one and not in the other, all their values compared."""
    import duckdb

    columns = ", ".join(written.replace("%", name) for name, written in TYPES.items())
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        both = [f"SELECT {columns} FROM read_parquet('{path}')" for path in (ours, theirs)]  # noqa: S608 -- ours
        ((count,),) = connection.sql(f"SELECT count(*) FROM ({both[0]})").fetchall()  # noqa: S608 -- as above
        assert count == ROWS
        found = [f"({one} EXCEPT ALL {other})" for one, other in (both, both[::-1])]
        ((count,),) = connection.sql(f"SELECT count(*) FROM ({' UNION ALL '.join(found)})").fetchall()  # noqa: S608
        return int(count)


@pytest.mark.django_db(transaction=True)
def test_a_table_is_collected_as_fast_as_by_dlt(postgres, settings, tmp_path):
    from django.db import connection

    from apps.collection.models import Run
    from tests.collection.factories import RunFactory, SourceFactory

    postgres.run(TABLE.format(rows=ROWS), "ALTER TABLE line ADD PRIMARY KEY (id)", "ANALYZE line")
    place = postgres.open_config(table="line")
    source = SourceFactory(kind="sql", config=place.model_dump(mode="json", exclude_none=True))
    url = f"postgresql+psycopg2://{place.user}@127.0.0.1:{place.port}/{place.database}"
    backends = [name for name in ("pyarrow", "connectorx") if name == "pyarrow" or find_spec(name)]
    told: dict[str, list[dict[str, Any]]] = {}
    paths: dict[str, str] = {}
    for turn in range(PASSES):
        for name in sorted(["ours", *backends], reverse=bool(turn % 2)):
            folder = tmp_path / f"{name}-{turn}"
            if name == "ours":
                run = RunFactory(source=source)
                done = in_a_child(
                    "ours", connection.settings_dict["NAME"], str(run.pk), str(place.port), MEDIA_ROOT=str(folder)
                )
                paths[name] = f"{folder}/lake/runs/{run.pk}/*.parquet"
                assert Run.objects.get(pk=run.pk).rows_kept == ROWS
            else:
                done = in_a_child("dlt", url, postgres.name, name, str(folder))
                paths[name] = f"{folder}/out/d/line/*.parquet"
            told.setdefault(name, []).append(done)
    floor = median(bare_copy(postgres) for _turn in range(PASSES))

    speeds = {name: ROWS / median(each["seconds"] for each in done) for name, done in told.items()}
    peaks = {name: max(each["peak_mb"] for each in done) for name, done in told.items()}
    print(f"\n{ROWS:,} rows × {len(TYPES)} columns, {PASSES} passes; load {os.getloadavg()[0]:.1f}")  # noqa: T201 -- a benchmark prints
    print(f"{'bare COPY to nothing':<24}{ROWS / floor:>12,.0f} rows/s")  # noqa: T201
    for name, speed in speeds.items():
        label = "Écluse, a whole run" if name == "ours" else f"dlt, {name}"
        cpu = median(each["cpu"] for each in told[name])
        beside = f"ours is ×{speeds['ours'] / speed:.2f}   CPU {cpu:.1f} s   peak {peaks[name]:.0f} MB"
        print(f"{label:<24}{speed:>12,.0f} rows/s   {beside}")  # noqa: T201
    for name in backends:
        assert differences(paths["ours"], paths[name]) == 0
    # On a machine that does other work, connectorx and ours come first in turn: what is not required is only shown.
    assert speeds["ours"] >= speeds["pyarrow"]
    assert peaks["ours"] <= MOST_MEMORY_MB


if __name__ == "__main__":
    child(*sys.argv[1:])
