"""What collecting an API costs: a whole run, segments landed, beside dlt's REST client to Parquet, in the same minutes.

    make bench ARGS="-k collection_rest"        (BENCH_RECORDS=100000)

The API is in a process of its own, its pages made beforehand: 1,000 records of ten fields each. Each pass is a process,
ours and dlt's in turn, each going first once in two; what they wrote is checked to be the same (how many, how many
distinct identifiers, the sum of a number). dlt's time leaves out its import; ours holds all that a run does.

With 50 ms of latency, time is pages × latency ÷ concurrency, whatever reads them: the second case says how near we are.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.ports import free_port

RECORDS = int(os.environ.get("BENCH_RECORDS", "100000"))
PAGE = 1_000
PASSES = 3
LATENCY = 0.05
MOST_MEMORY_MB = 350
# What is aimed at is 3; a machine that does other work at the same time measures less.
LEAST_RATIO = 2.0
MODULE = "tests.benchmarks.bench_collection_rest"
TOWNS = ["Grenoble", "Voiron", "Échirolles", "Saint-Martin-d'Hères"]


# --- The API --------------------------------------------------------------------------------------
def record(rank: int) -> dict[str, Any]:
    return {
        "id": rank,
        "code": f"C{rank:07d}",
        "town": TOWNS[rank % 4],
        "visited_on": f"20{10 + rank % 15}-0{1 + rank % 9}-1{rank % 10}",
        "seen_at": f"2024-05-{1 + rank % 28:02d}T10:{rank % 60:02d}:00Z",
        "age": rank % 100,
        "amount": rank * 37 % 1_000_000 / 100,
        "is_open": rank % 3 == 0,
        "note": f"remarque {rank % 1000}, suite" if rank % 5 else None,
        "owner": {"id": rank % 97, "name": f"n{rank % 97}"},
    }


def serve(port: int, latency: float) -> None:
    """The least that speaks HTTP: a page per request, made once."""
    pages: dict[int, bytes] = {}
    for start in range(0, RECORDS + 1, PAGE):
        rows = [record(rank + 1) for rank in range(start, min(start + PAGE, RECORDS))]
        body = json.dumps({"total": RECORDS, "results": rows}, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        pages[start] = head.encode() + body

    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while request := connection.recv(65_536):
                query = parse_qs(urlsplit(request.split(b" ")[1].decode()).query)
                time.sleep(latency)
                connection.sendall(pages.get(int(query.get("offset", ["0"])[0]), pages[RECORDS]))

    with socket.create_server(("127.0.0.1", port), backlog=64) as listening:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()


@contextmanager
def api(latency: float = 0) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", MODULE, "serve", str(port), str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield f"http://127.0.0.1:{port}/visits"
        finally:
            process.terminate()


# --- Those who read it, each in a process of its own ----------------------------------------------
def told(seconds: float, cpu: float, **more: Any) -> None:
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    peak = int(line.split()[1]) / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, **more}) + "\n")


def ours(database: str, run_id: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.db import connection

    from apps.collection.collecting import collect

    connection.settings_dict["NAME"] = database
    started, cpu = time.perf_counter(), time.process_time()
    run = collect(run_id=int(run_id))
    seconds = time.perf_counter() - started
    assert run is not None
    told(seconds, time.process_time() - cpu, state=run.state)


def dlts(url: str, folder: str) -> None:
    """dlt at its best for this: no nested tables, Parquet all along, large buffers, nothing asked of its makers."""
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": f"{folder}/dlt",
        "DATA_WRITER__BUFFER_MAX_ITEMS": "20000",
    }
    import dlt
    from dlt.destinations import filesystem
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

    @dlt.resource(name="visits", max_table_nesting=0)
    def visits() -> Iterator[Any]:
        paginator = OffsetPaginator(limit=PAGE, total_path="total")
        yield from RESTClient(base_url=url, paginator=paginator, data_selector="results").paginate("")

    started, cpu = time.perf_counter(), time.process_time()
    pipeline = dlt.pipeline(
        "bench", destination=filesystem(f"{folder}/out"), dataset_name="bench", pipelines_dir=f"{folder}/pipelines"
    )
    pipeline.run(visits(), loader_file_format="parquet")
    told(time.perf_counter() - started, time.process_time() - cpu)


def in_a_child(*what: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    command = [sys.executable, "-m", MODULE, *what]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | (env or {}))
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def collected(url: str, media: Path, **config: Any) -> tuple[dict[str, Any], list[Path]]:
    """A run of a source with these settings; what it took, and the segments that it landed."""
    from django.db import connection

    from tests.collection.factories import RunFactory, SourceFactory

    source = SourceFactory(kind="rest", config={"url": url, "params": {"limit": PAGE}, **config})
    run = RunFactory(source=source)
    env = {
        "MEDIA_ROOT": str(media),
        "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.1/32",
        "OUTBOUND_ALLOWED_PORTS": str(urlsplit(url).port),
        "OUTBOUND_REQUESTS_PER_SECOND": "0",
    }
    answer = in_a_child("ours", connection.settings_dict["NAME"], str(run.pk), env=env)
    assert answer["state"] == "succeeded", answer
    return answer, [media / "lake" / segment.name for segment in run.segments.all()]


def content(paths: list[Path]) -> tuple[int, int, float]:
    """How many rows, how many distinct identifiers, and the sum of the amounts, in cents."""
    import duckdb

    names = [str(path) for path in paths]
    query = "SELECT count(*), count(DISTINCT id::BIGINT), sum(amount::DECIMAL(18, 2)) FROM read_parquet($names)"
    count, distinct, amount = duckdb.execute(query, {"names": names}).fetchone() or (0, 0, 0)
    return count, distinct, float(amount)


@pytest.mark.django_db(transaction=True)
def test_an_api_is_collected_faster_than_by_dlt(tmp_path):
    times: dict[str, list[dict[str, Any]]] = {"ours": [], "dlt": []}
    found = {}
    with api() as url:
        for turn in range(PASSES):
            for name in sorted(times, reverse=bool(turn % 2)):
                folder = tmp_path / f"{name}-{turn}"
                if name == "ours":
                    answer, paths = collected(url, folder)
                else:
                    answer = in_a_child("dlt", url, str(folder))
                    paths = list((folder / "out" / "bench" / "visits").glob("*.parquet"))
                times[name].append(answer)
                found[name] = content(paths)

    seconds = {name: median(each["seconds"] for each in passes) for name, passes in times.items()}
    cpu = {name: median(each["cpu"] for each in passes) for name, passes in times.items()}
    peaks = {name: max(each["peak_mb"] for each in passes) for name, passes in times.items()}
    ratio = seconds["dlt"] / seconds["ours"]
    print(f"\n{RECORDS:,} records, {PAGE:,} a page, {PASSES} passes, load {os.getloadavg()[0]:.1f}")  # noqa: T201 -- what a benchmark is for
    for name in times:
        speed = f"{RECORDS / seconds[name]:9,.0f} records/s   {cpu[name]:5.2f} s of CPU"
        print(f"{name:5} {speed}   peak {peaks[name]:4.0f} MB")  # noqa: T201 -- as above
    print(f"ratio ×{ratio:.2f}, of CPU ×{cpu['dlt'] / cpu['ours']:.2f}")  # noqa: T201 -- as above
    assert found["ours"] == found["dlt"]
    assert found["ours"][:2] == (RECORDS, RECORDS)
    assert peaks["ours"] < MOST_MEMORY_MB
    assert ratio > LEAST_RATIO


@pytest.mark.django_db(transaction=True)
def test_over_a_network_time_is_pages_times_latency_divided_by_concurrency(tmp_path):
    pages = RECORDS // PAGE
    with api() as url:
        work = collected(url, tmp_path / "work")[0]["seconds"]
    with api(LATENCY) as url:
        for concurrency in (1, 4, 8):
            answer, paths = collected(url, tmp_path / str(concurrency), concurrency=concurrency)
            ideal = pages * LATENCY / concurrency
            print(f"×{concurrency}: {answer['seconds']:.2f} s, for {ideal:.2f} of latency and {work:.2f} of work")  # noqa: T201 -- as above
            assert content(paths)[:2] == (RECORDS, RECORDS)
            # And the work itself, which hides behind latency or not, on a machine that may do other things.
            assert answer["seconds"] < 1.5 * (ideal + work)


if __name__ == "__main__":
    match sys.argv[1]:
        case "serve":
            serve(int(sys.argv[2]), float(sys.argv[3]))
        case "ours":
            ours(*sys.argv[2:])
        case "dlt":
            dlts(*sys.argv[2:])
