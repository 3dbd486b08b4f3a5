"""What collecting from big data costs, each beside its floor in the same run.

    make bench ARGS="-k bigdata"        (BENCH_LAKE_ROWS=1000000, BENCH_SPARK_ROWS=100000)

A lake of twelve partitions is collected, in a process of its own whose peak of memory is read when it ends. Its floors:
a bare scan by PyArrow written to Parquet as it is, then the same as text, which is what lands. A table of Spark is
collected in the same way; its floor is impyla fetching the same rows by columns, and keeping nothing.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.bench_flight import in_a_child, timed
from tests.collection.connectors.sparkserver import running_spark, why_not

LAKE_ROWS = int(os.environ.get("BENCH_LAKE_ROWS", "1000000"))
SPARK_ROWS = int(os.environ.get("BENCH_SPARK_ROWS", "100000"))
MOST_MEMORY_MB = 350
# How many times slower than its floor each may be: far above what is measured, for machines that do other work.
SLOWEST = {"lake": 6.0, "spark": 6.0}

LAKE_QUERY = """
SELECT i AS id, format('C{:07d}', i) AS code, list_element(['Grenoble', 'Voiron', 'Échirolles'], 1 + i % 3) AS town,
       DATE '2020-01-01' + CAST(i % 2000 AS INTEGER) AS visited_on, TIMESTAMP '2024-01-01' + to_seconds(i) AS seen_at,
       CAST(i % 100 AS INTEGER) AS age, CAST((i * 37 % 1000000) / 100.0 AS DECIMAL(12, 2)) AS amount,
       CAST(i % 9973 AS DOUBLE) / 997 AS ratio, i % 3 = 0 AS is_open, 1 + i % 12 AS month
FROM range({rows}) AS numbers(i)
"""
SPARK_QUERY = """
CREATE TABLE visits USING parquet AS
SELECT CAST(id AS BIGINT) AS id, concat('C', id) AS code, IF(id % 2 = 0, 'Grenoble', 'Voiron') AS town,
       date_add(DATE '2020-01-01', CAST(id % 2000 AS INT)) AS visited_on, timestamp_seconds(1704067200 + id) AS seen_at,
       CAST(id % 100 AS INT) AS age, CAST(id * 0.37 AS DECIMAL(12, 2)) AS amount, id / 997 AS ratio,
       id % 3 = 0 AS is_open
FROM range({rows})
"""


def waiting_run(**config: Any) -> Any:
    from apps.collection.requesting import request_run
    from apps.collection.sourcing import create_source, open_source

    source = create_source(
        name="bench", kind="bigdata", config=config, purpose="Measuring", legal_basis="no_personal_data", by=None
    )
    open_source(source=source, by=None)
    return request_run(source=source, by=None)


def scan(folder: Path, target: Path, *, as_text: bool) -> None:
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    dataset = ds.dataset(folder, partitioning="hive")
    names = dataset.schema.names
    columns = {name: ds.field(name).cast(pa.string()) for name in names} if as_text else names
    scanner = dataset.scanner(columns=columns, batch_size=20_000)
    with pq.ParquetWriter(target, scanner.projected_schema, compression="zstd", use_dictionary=False) as writer:
        for batch in scanner.to_batches():
            writer.write_batch(batch)


def report(what: str, rows: int, collected: dict[str, Any], floors: dict[str, float]) -> None:
    print(f"\n{what}: {rows / collected['all']:11,.0f} rows/s   peak {collected['peak_mb']:5.0f} MB")  # noqa: T201 -- what a benchmark is for
    for name, seconds in floors.items():
        print(f"    {name:24} {rows / seconds:11,.0f} rows/s   ×{collected['all'] / seconds:.2f}")  # noqa: T201 -- as above


@pytest.fixture
def media(settings, tmp_path):
    media = tmp_path / "media"
    lake = settings.STORAGES["lake"] | {"OPTIONS": {"location": media / "lake"}}
    settings.STORAGES = settings.STORAGES | {"lake": lake}
    return media


@pytest.mark.django_db(transaction=True)
def test_collecting_a_lake_of_bigdata_is_not_far_from_a_bare_scan(media, settings, monkeypatch, tmp_path):
    import duckdb

    folder = tmp_path / "visits"
    query = LAKE_QUERY.replace("{rows}", str(LAKE_ROWS))
    duckdb.sql(f"COPY ({query}) TO '{folder}' (FORMAT parquet, PARTITION_BY (month), COMPRESSION snappy)")
    settings.COLLECT_FOLDERS = [str(tmp_path)]
    monkeypatch.setenv("COLLECT_FOLDERS", str(tmp_path))
    run = waiting_run(system="lake", folder=str(folder))

    collected = in_a_child("collect", run.pk, media)
    floors = {
        "scan → Parquet": timed(lambda: scan(folder, tmp_path / "typed.parquet", as_text=False)),
        "scan → text → Parquet": timed(lambda: scan(folder, tmp_path / "texts.parquet", as_text=True)),
    }

    report("lake", LAKE_ROWS, collected, floors)
    run.refresh_from_db()
    assert (run.state, run.rows_kept) == ("succeeded", LAKE_ROWS)
    assert collected["peak_mb"] < MOST_MEMORY_MB
    assert collected["all"] < SLOWEST["lake"] * floors["scan → text → Parquet"]


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "Spark can be started")
@pytest.mark.django_db(transaction=True)
def test_collecting_from_spark_of_bigdata_is_not_far_from_a_bare_fetch(media, settings, monkeypatch, tmp_path):
    from impala.dbapi import connect

    with running_spark(tmp_path) as port:
        connection = connect("127.0.0.1", port, auth_mechanism="PLAIN", user="bench")
        cursor = connection.cursor(user="bench")
        cursor.execute_async(SPARK_QUERY.format(rows=SPARK_ROWS))
        cursor._wait_to_finish()
        monkeypatch.setenv("OUTBOUND_ALLOWED_NETWORKS", "127.0.0.1/32")
        monkeypatch.setenv("OUTBOUND_ALLOWED_PORTS", str(port))
        run = waiting_run(system="spark", host="127.0.0.1", port=port, user="bench", table="visits")

        def fetch() -> None:
            cursor.arraysize = 20_000
            cursor.execute("SELECT * FROM visits")
            while cursor.fetchcbatch() is not None:
                pass

        floors = {"impyla, by columns": min(timed(fetch) for _turn in range(2))}
        collected = in_a_child("collect", run.pk, media)
        cursor.close()
        connection.close()

    report("spark", SPARK_ROWS, collected, floors)
    run.refresh_from_db()
    assert (run.state, run.rows_kept) == ("succeeded", SPARK_ROWS)
    assert collected["peak_mb"] < MOST_MEMORY_MB
    assert collected["all"] < SLOWEST["spark"] * max(floors["impyla, by columns"], 1)
