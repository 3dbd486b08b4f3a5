"""One way of bringing a file to Parquet, in a process of its own: `python -m tests.benchmarks.collecting_file <way> …`.

It prints, in JSON, the seconds that it took once everything was imported, those of processor, and the most memory that
it held, in MB.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path


def runner(run: str) -> Callable[[], object]:
    """Écluse: the run of this number, to its end."""
    import django

    django.setup()
    # What a worker has imported already.
    from pyarrow import parquet  # noqa: F401

    from apps.collection.collecting import collect
    from apps.collection.connectors import CONNECTORS  # noqa: F401
    from apps.collection.connectors.file.formats import arrow_texts, checking  # noqa: F401
    from apps.collection.connectors.file.reading import read_batches  # noqa: F401

    return lambda: collect(run_id=int(run))


def dlt_duckdb(file: str, to: str) -> Callable[[], object]:
    """dlt, with the fastest of its readers of CSV, every value as text."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt
    import duckdb  # noqa: F401 -- in advance, as ours
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
    started, worked = time.perf_counter(), time.process_time()
    go()
    took = {"seconds": time.perf_counter() - started, "processor": time.process_time() - worked}
    print(json.dumps(took | {"megabytes": held()}))  # noqa: T201 -- what the benchmark reads


def held() -> float:
    """The most memory that this program held: what `getrusage` tells counts that of the one which started it."""
    told = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
