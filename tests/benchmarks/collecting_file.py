"""One way of bringing a file to Parquet, in a process of its own: `python -m tests.benchmarks.collecting_file <way> …`.

It prints, in JSON, the seconds that it took once everything was imported, and the most memory that it held, in MB.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def runner(run: str) -> Callable[[], object]:
    """Écluse: the run of this number, to its end."""
    import django

    django.setup()
    from apps.collection.collecting import collect
    from apps.collection.connectors.file.formats import parquet  # noqa: F401 -- what a worker has imported already
    from apps.collection.connectors.file.reading import read_batches  # noqa: F401 -- the same

    return lambda: collect(run_id=int(run))


def dlt_duckdb(file: str, to: str) -> Callable[[], object]:
    """dlt, with the fastest of its readers of CSV, every value as text."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt
    from dlt.sources.filesystem import filesystem, read_csv_duckdb

    source = Path(file)
    rows = filesystem(f"file://{source.parent}", file_glob=source.name) | read_csv_duckdb(
        chunk_size=50_000, use_pyarrow=True, all_varchar=True
    )
    pipeline = dlt.pipeline(
        "bench", pipelines_dir=f"{to}/state", destination=dlt.destinations.filesystem(f"file://{to}/out")
    )
    return lambda: pipeline.run(rows, table_name="line", loader_file_format="parquet")


def parquet_floor(file: str, to: str) -> Callable[[], object]:
    """pyarrow alone: the same columns as text, written as segments are."""
    import pyarrow as pa
    from pyarrow import parquet

    def go() -> None:
        for rank, batch in enumerate(parquet.ParquetFile(file).iter_batches(batch_size=16_384)):
            table = pa.table([column.cast(pa.string()) for column in batch.columns], names=batch.schema.names)
            parquet.write_table(table, f"{to}/{rank}.parquet", compression="zstd", use_dictionary=False)

    return go


def json_lines_floor(file: str, to: str) -> Callable[[], object]:
    """orjson on each line and nothing else: neither columns nor files are made."""
    import orjson

    def go() -> None:
        with open(file, "rb") as lines:
            for line in lines:
                orjson.loads(line)

    return go


WAYS = {"runner": runner, "dlt": dlt_duckdb, "parquet": parquet_floor, "jsonl": json_lines_floor}


def main(way: str, *arguments: str) -> None:
    go = WAYS[way](*arguments)
    started = time.perf_counter()
    go()
    took = time.perf_counter() - started
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "megabytes": held}))  # noqa: T201 -- what the benchmark reads


if __name__ == "__main__":
    main(*sys.argv[1:])
